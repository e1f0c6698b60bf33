/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A private key from any source, with the certificates that came with it; and what stands in its
 * place where signatures are verified or shared: a public key, a secret. */
#pragma once

#include "secret.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

typedef enum {
  KEY_RSA,
  KEY_EC,
  KEY_EDDSA,
  KEY_SECRET, /* HMAC */
} KeyKind;

typedef struct _Key Key;

#define KEY_MAX_FILE     (16 * 1024 * 1024) /* bytes */
#define KEY_MIN_RSA_BITS 2048
#define KEY_MIN_SECRET   32 /* bytes: RFC 7518 section 3.2, for the shortest hash */

/* Asked only if the container needs one. WHAT: "keystore" or "key", for the prompt. Error:
 * passphrase. */
typedef Secret *(*KeyPassphrase) (const char *what, void *data, GError **error);

/* Asked for what is in the keyring under NAME: the bytes of a file that holds a key. Errors: key,
 * passphrase. */
typedef Secret *(*KeyKeyring) (const char *name, void *data, GError **error);

typedef struct {
  const char *location; /* a path (absolute), a PKCS#11 URI, or keyring:NAME */
  const char *alias;    /* NULL: the only one there is */
  KeyPassphrase passphrase;
  void *passphrase_data;
  KeyKeyring keyring; /* NULL: no keyring is at hand */
  void *keyring_data;
  bool own_passphrase; /* the key's passphrase is not that of its store, and asked for by itself */
  bool secrets;        /* a shared secret (a JWK of type "oct") will do too */
} KeySource;

/* LOCATION is a PKCS#11 URI (RFC 7512). */
bool key_is_uri (const char *location);
/* The NAME of keyring:NAME; NULL for another location. Borrowed. */
const char *key_keyring_name (const char *location);
/* It is neither of these, to which no rule of paths applies. */
bool key_is_path (const char *location);
/* LOCATION as it may be shown: of a URI nothing that could be a PIN. The caller owns it. */
char *key_location_text (const char *location);

/* The content decides the format, never the name. Errors: key, passphrase; each names the file
 * or the URI. */
Key *key_load (const KeySource *source, GError **error);
Key *key_ref (Key *key);
void key_unref (Key *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Key, key_unref)

KeyKind key_kind (const Key *key);
/* GNUTLS_PK_UNKNOWN for a secret. */
gnutls_pk_algorithm_t key_algorithm (const Key *key);
unsigned key_bits (const Key *key);
/* "PKCS#12": what it was found in. */
const char *key_format (const Key *key);
/* GNUTLS_ECC_CURVE_INVALID for RSA and for a secret. */
gnutls_ecc_curve_t key_curve (const Key *key);
/* NULL for a public key and for a secret. */
gnutls_privkey_t key_private (const Key *key);
/* NULL for all but a public key. */
gnutls_pubkey_t key_public (const Key *key);
/* NULL for all but a secret. Borrowed. */
const Secret *key_secret (const Key *key);
/* The JWK's "kid", and the only algorithm that its "alg" lets it be used with; each NULL where it
 * says nothing, or where the key is no JWK. Borrowed. */
const char *key_id (const Key *key);
const char *key_only_algorithm (const Key *key);
/* Whose the key is, where its container says so (a service account's JSON): what an assertion's
 * issuer is called. NULL: it does not. Borrowed. */
const char *key_account (const Key *key);
/* The certificate that belongs to the key, or NULL. Borrowed. */
gnutls_x509_crt_t key_certificate (const Key *key);
/* Takes CERTIFICATE, which is the key's, over. */
void key_set_certificate (Key *key, gnutls_x509_crt_t certificate);
/* The public half. The caller owns it. Error: key (its token does not tell). */
gnutls_pubkey_t key_copy_public (const Key *key, GError **error);
