/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PBES2 (RFC 8018 section 6.2), in which keytool and openssl encrypt keys now: PBKDF2, or the
 * scrypt of RFC 7914 section 7, and a cipher. */
#include "protection.h"

#include <string.h>

/* 1.2.840.113549.1.5.13, 1.2.840.113549.1.5.12 and 1.3.6.1.4.1.11591.4.11 */
static const unsigned char pbes2_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d };
static const unsigned char pbkdf2_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c };
static const unsigned char scrypt_oid[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b };

struct _ProtectionKdf {
  const unsigned char *oid;
  size_t oid_length;
  bool (*read) (Reader parameters, Protection *protection);
  bool (*derive) (const Protection *protection, const char *passphrase, unsigned char *key);
};

/* 1.2.840.113549.2.x */
static const struct {
  unsigned char oid[8];
  gnutls_mac_algorithm_t mac;
} prfs[] = {
  { { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07 }, GNUTLS_MAC_SHA1 },
  { { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x08 }, GNUTLS_MAC_SHA224 },
  { { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09 }, GNUTLS_MAC_SHA256 },
  { { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a }, GNUTLS_MAC_SHA384 },
  { { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b }, GNUTLS_MAC_SHA512 },
};

static const struct {
  unsigned char oid[9];
  size_t length;
  gnutls_cipher_algorithm_t cipher;
} ciphers[] = {
  { { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02 }, 9, GNUTLS_CIPHER_AES_128_CBC },
  { { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16 }, 9, GNUTLS_CIPHER_AES_192_CBC },
  { { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a }, 9, GNUTLS_CIPHER_AES_256_CBC },
  { { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07 }, 8, GNUTLS_CIPHER_3DES_CBC },
};

/* PBKDF2-params' last member; HMAC-SHA-1 where it is left out. */
static bool
read_prf (Reader parameters, Protection *protection)
{
  Reader algorithm, oid;

  protection->prf = GNUTLS_MAC_SHA1;
  if (parameters.left == 0)
    return true;
  if (!reader_der (&parameters, DER_TAG_SEQUENCE, &algorithm) ||
      !reader_der (&algorithm, DER_TAG_OID, &oid))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (prfs); i++)
    if (reader_equals (&oid, prfs[i].oid, sizeof prfs[i].oid))
      {
        protection->prf = prfs[i].mac;
        return true;
      }
  return false;
}

/* Stated by some, always that of the cipher. */
static bool
read_key_length (Reader *parameters, const Protection *protection)
{
  uint32_t length;

  return !reader_der_number (parameters, &length) ||
         length == gnutls_cipher_get_key_size (protection->cipher);
}

static bool
read_pbkdf2 (Reader parameters, Protection *protection)
{
  return reader_der (&parameters, DER_TAG_OCTETS, &protection->salt) &&
         reader_der_number (&parameters, &protection->iterations) && protection->iterations > 0 &&
         read_key_length (&parameters, protection) && read_prf (parameters, protection);
}

static bool
derive_pbkdf2 (const Protection *protection, const char *passphrase, unsigned char *key)
{
  gnutls_datum_t password = { (unsigned char *) passphrase, (unsigned) strlen (passphrase) };
  gnutls_datum_t salt = { (unsigned char *) protection->salt.at, (unsigned) protection->salt.left };

  return gnutls_pbkdf2 (protection->prf, &password, &salt, protection->iterations, key,
                        gnutls_cipher_get_key_size (protection->cipher)) >= 0;
}

static bool
read_scrypt (Reader parameters, Protection *protection)
{
  ScryptCost *cost = &protection->scrypt;

  return reader_der (&parameters, DER_TAG_OCTETS, &protection->salt) &&
         reader_der_number (&parameters, &cost->n) && reader_der_number (&parameters, &cost->r) &&
         reader_der_number (&parameters, &cost->p) && scrypt_is_valid (cost) &&
         read_key_length (&parameters, protection) && parameters.left == 0;
}

static bool
derive_scrypt (const Protection *protection, const char *passphrase, unsigned char *key)
{
  scrypt_derive ((ScryptInput){ passphrase, strlen (passphrase) },
                 (ScryptInput){ protection->salt.at, protection->salt.left }, &protection->scrypt,
                 key, gnutls_cipher_get_key_size (protection->cipher));
  return true;
}

static const ProtectionKdf kdfs[] = {
  { pbkdf2_oid, sizeof pbkdf2_oid, read_pbkdf2, derive_pbkdf2 },
  { scrypt_oid, sizeof scrypt_oid, read_scrypt, derive_scrypt },
};

static bool
read_kdf (Reader function, Protection *protection)
{
  Reader oid, parameters;

  if (!reader_der (&function, DER_TAG_OID, &oid) ||
      !reader_der (&function, DER_TAG_SEQUENCE, &parameters))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (kdfs); i++)
    if (reader_equals (&oid, kdfs[i].oid, kdfs[i].oid_length))
      {
        protection->kdf = &kdfs[i];
        return kdfs[i].read (parameters, protection);
      }
  return false;
}

static bool
read_cipher (Reader encryption, Protection *protection)
{
  Reader oid;

  if (!reader_der (&encryption, DER_TAG_OID, &oid) ||
      !reader_der (&encryption, DER_TAG_OCTETS, &protection->iv))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (ciphers); i++)
    if (reader_equals (&oid, ciphers[i].oid, ciphers[i].length))
      {
        protection->cipher = ciphers[i].cipher;
        return protection->iv.left == gnutls_cipher_get_iv_size (protection->cipher);
      }
  return false;
}

static bool
read_pbes2 (Reader parameters, Protection *protection)
{
  Reader sequence, function, encryption;

  return reader_der (&parameters, DER_TAG_SEQUENCE, &sequence) &&
         reader_der (&sequence, DER_TAG_SEQUENCE, &function) &&
         reader_der (&sequence, DER_TAG_SEQUENCE, &encryption) &&
         read_cipher (encryption, protection) && read_kdf (function, protection);
}

static Secret *
open_pbes2 (const Protection *protection, const char *passphrase)
{
  ProtectionKey key = { 0 };

  if (!protection->kdf->derive (protection, passphrase != NULL ? passphrase : "", key.key))
    return NULL;
  memcpy (key.iv, protection->iv.at, protection->iv.left);
  return protection_decrypt (protection, &key);
}

const ProtectionScheme protection_pbes2 = { pbes2_oid, sizeof pbes2_oid, read_pbes2, open_pbes2 };
