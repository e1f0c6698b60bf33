/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a private key is encrypted (EncryptedPrivateKeyInfo, RFC 5208 section 6), in the schemes that
 * we open ourselves: Java's own, which GnuTLS does not know, and those that keytool and openssl
 * use, for GnuTLS does not give out what it decrypts and cannot read (ec-half.h). */
#pragma once

#include "reader.h"
#include "scrypt.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

typedef struct _ProtectionScheme ProtectionScheme;
typedef struct _ProtectionKdf ProtectionKdf;

/* Borrows from the bytes that it was read from. */
typedef struct {
  const ProtectionScheme *scheme;
  Reader sealed;
  Reader salt;
  unsigned iterations; /* 0: the scheme has none */
  gnutls_cipher_algorithm_t cipher;
  /* PBES2 alone. */
  const ProtectionKdf *kdf;
  gnutls_mac_algorithm_t prf;
  ScryptCost scrypt; /* all 0: another function */
  Reader iv;
} Protection;

/* Whether ENCODED is of a scheme that we open. Decrypts nothing. */
bool protection_read (const Secret *encoded, Protection *protection);
/* What opening it costs, for the caller to check first: rounds of PBKDF2 or as many others as take
 * that long, and bytes of memory where these are many. */
uint64_t protection_rounds (const Protection *protection);
uint64_t protection_memory (const Protection *protection);
/* The PKCS#8 inside; NULL: the passphrase is wrong. PASSPHRASE: UTF-8; NULL: none, which PKCS#12
 * tells from an empty one. */
Secret *protection_open (const Protection *protection, const char *passphrase);

/* For the schemes. */

enum { PROTECTION_MAX_KEY = 32, PROTECTION_MAX_IV = 16 /* bytes */ };

typedef struct {
  unsigned char key[PROTECTION_MAX_KEY];
  unsigned char iv[PROTECTION_MAX_IV];
} ProtectionKey;

struct _ProtectionScheme {
  const unsigned char *oid;
  size_t oid_length;
  bool (*read) (Reader parameters, Protection *protection);
  Secret *(*open) (const Protection *protection, const char *passphrase);
};

extern const ProtectionScheme protection_jks, protection_jceks, protection_pkcs12, protection_pbes2;

/* PKCS#5's PBEParameter and PKCS#12's pkcs-12PbeParams: salt and iterations. */
bool protection_read_pbe (Reader parameters, Protection *protection);
/* CBC, and PKCS#7's padding off; NULL: the key is wrong. Wipes KEY. */
Secret *protection_decrypt (const Protection *protection, ProtectionKey *key);
/* TEXT as UTF-16, big-endian. False: it is not UTF-8. */
bool protection_utf16 (const char *text, SecretBuffer *buffer);
