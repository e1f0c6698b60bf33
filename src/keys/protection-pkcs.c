/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schemes in which keytool and openssl encrypt the keys of PKCS#12 files: PBES2 (RFC 8018) now,
 * PKCS#12's own (RFC 7292 appendix B) before. */
#include "protection.h"

#include <nettle/sha1.h>
#include <string.h>

/* 1.2.840.113549.1.5.13, 1.2.840.113549.1.5.12 and 1.2.840.113549.1.12.1.3 */
static const unsigned char pbes2_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d };
static const unsigned char pbkdf2_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c };
static const unsigned char pkcs12_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                            0x0d, 0x01, 0x0c, 0x01, 0x03 };

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

static bool
read_pbkdf2 (Reader function, Protection *protection)
{
  Reader oid, parameters;
  uint32_t key_length; /* stated by some, always that of the cipher */

  if (!reader_der (&function, DER_TAG_OID, &oid) ||
      !reader_equals (&oid, pbkdf2_oid, sizeof pbkdf2_oid) ||
      !reader_der (&function, DER_TAG_SEQUENCE, &parameters) ||
      !reader_der (&parameters, DER_TAG_OCTETS, &protection->salt) ||
      !reader_der_number (&parameters, &protection->iterations) || protection->iterations == 0)
    return false;
  if (reader_der_number (&parameters, &key_length) &&
      key_length != gnutls_cipher_get_key_size (protection->cipher))
    return false;
  return read_prf (parameters, protection);
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
         read_cipher (encryption, protection) && read_pbkdf2 (function, protection);
}

static Secret *
open_pbes2 (const Protection *protection, const char *passphrase)
{
  ProtectionKey key = { 0 };
  const char *words = passphrase != NULL ? passphrase : "";
  gnutls_datum_t password = { (unsigned char *) words, (unsigned) strlen (words) };
  gnutls_datum_t salt = { (unsigned char *) protection->salt.at, (unsigned) protection->salt.left };

  if (gnutls_pbkdf2 (protection->prf, &password, &salt, protection->iterations, key.key,
                     gnutls_cipher_get_key_size (protection->cipher)) < 0)
    return NULL;
  memcpy (key.iv, protection->iv.at, protection->iv.left);
  return protection_decrypt (protection, &key);
}

const ProtectionScheme protection_pbes2 = { pbes2_oid, sizeof pbes2_oid, read_pbes2, open_pbes2 };

/* pbeWithSHAAnd3-KeyTripleDES-CBC. */
enum { BLOCK = SHA1_BLOCK_SIZE, MAX_SALT = 1024, PURPOSE_KEY = 1, PURPOSE_IV = 2 };

static bool
read_pkcs12 (Reader parameters, Protection *protection)
{
  protection->cipher = GNUTLS_CIPHER_3DES_CBC;
  return protection_read_pbe (parameters, protection) && protection->salt.left <= MAX_SALT;
}

/* BYTES over and over, up to a whole number of blocks. */
static void
append_filled (SecretBuffer *buffer, const void *bytes, size_t length)
{
  size_t size = (length + BLOCK - 1) / BLOCK * BLOCK;

  for (size_t done = 0; done < size; done += MIN (length, size - done))
    secret_buffer_append (buffer, bytes, (gssize) MIN (length, size - done));
}

/* Step 6C: each block of INPUT, plus the digest repeated, plus 1, modulo 2^512. */
static void
add_digest (SecretBuffer *input, const unsigned char *digest)
{
  for (size_t start = 0; start < input->length; start += BLOCK)
    for (unsigned i = BLOCK, sum = 1; i-- > 0; sum >>= 8)
      {
        sum += (unsigned char) input->data[start + i] + digest[i % SHA1_DIGEST_SIZE];
        input->data[start + i] = (char) sum;
      }
}

/* RFC 7292 appendix B.2; INPUT is salt and password, each filled up. */
static void
derive_pkcs12 (SecretBuffer *input, unsigned char purpose, unsigned iterations, unsigned char *out,
               size_t length)
{
  unsigned char diversifier[BLOCK], digest[SHA1_DIGEST_SIZE];
  struct sha1_ctx context;

  memset (diversifier, purpose, sizeof diversifier);
  for (size_t done = 0; done < length; done += sizeof digest)
    {
      sha1_init (&context);
      sha1_update (&context, sizeof diversifier, diversifier);
      sha1_update (&context, input->length, (const unsigned char *) input->data);
      sha1_digest (&context, sizeof digest, digest);
      for (unsigned i = 1; i < iterations; i++)
        {
          sha1_update (&context, sizeof digest, digest);
          sha1_digest (&context, sizeof digest, digest);
        }
      memcpy (out + done, digest, MIN (sizeof digest, length - done));
      add_digest (input, digest);
    }
  secret_wipe (digest, sizeof digest);
  secret_wipe (&context, sizeof context);
}

static Secret *
open_pkcs12 (const Protection *protection, const char *passphrase)
{
  g_auto (SecretBuffer) password = { 0 };
  ProtectionKey key = { 0 };
  const struct {
    unsigned char purpose;
    unsigned char *out;
    size_t length;
  } parts[] = {
    { PURPOSE_KEY, key.key, gnutls_cipher_get_key_size (protection->cipher) },
    { PURPOSE_IV, key.iv, gnutls_cipher_get_iv_size (protection->cipher) },
  };

  if (passphrase != NULL && !protection_utf16 (passphrase, &password))
    return NULL;
  if (passphrase != NULL)
    secret_buffer_append (&password, "\0", 2); /* the NUL that ends a BMPString here */
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_auto (SecretBuffer) input = { 0 };

      append_filled (&input, protection->salt.at, protection->salt.left);
      append_filled (&input, password.data, password.length);
      derive_pkcs12 (&input, parts[i].purpose, protection->iterations, parts[i].out,
                     parts[i].length);
    }
  return protection_decrypt (protection, &key);
}

const ProtectionScheme protection_pkcs12 = { pkcs12_oid, sizeof pkcs12_oid, read_pkcs12,
                                             open_pkcs12 };
