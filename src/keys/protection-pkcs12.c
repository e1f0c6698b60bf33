/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scheme in which keytool and openssl encrypted the keys of PKCS#12 files before PBES2:
 * PKCS#12's own (RFC 7292 appendix B). */
#include "protection.h"

#include <nettle/sha1.h>
#include <string.h>

/* 1.2.840.113549.1.12.1.3 */
static const unsigned char pkcs12_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                            0x0d, 0x01, 0x0c, 0x01, 0x03 };

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
