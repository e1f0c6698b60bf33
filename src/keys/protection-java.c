/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two schemes in which Java's keystores, JKS and JCEKS, encrypt a private key. */
#include "protection.h"

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <string.h>

enum { JKS_SALT = SHA1_DIGEST_SIZE };

/* 1.3.6.1.4.1.42.2.17.1.1 and 1.3.6.1.4.1.42.2.19.1 */
static const unsigned char jks_oid[] = {
  0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01
};
static const unsigned char jceks_oid[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x13, 0x01 };

/* salt ‖ ciphertext ‖ check, all in the OCTET STRING. */
static bool
read_jks (Reader parameters G_GNUC_UNUSED, Protection *protection)
{
  return reader_take (&protection->sealed, JKS_SALT, &protection->salt) &&
         protection->sealed.left > SHA1_DIGEST_SIZE;
}

static void
hash_jks (const SecretBuffer *password, const void *bytes, size_t length, unsigned char *digest)
{
  struct sha1_ctx context;

  sha1_init (&context);
  sha1_update (&context, password->length, (const unsigned char *) password->data);
  sha1_update (&context, length, bytes);
  sha1_digest (&context, SHA1_DIGEST_SIZE, digest);
  secret_wipe (&context, sizeof context);
}

/* The keystream is a chain: each link the hash of the password and of the link before. */
static void
decrypt_jks (const SecretBuffer *password, const Protection *protection, unsigned char *plain,
             size_t length)
{
  unsigned char link[SHA1_DIGEST_SIZE];

  memcpy (link, protection->salt.at, sizeof link);
  for (size_t i = 0; i < length; i++)
    {
      if (i % sizeof link == 0)
        hash_jks (password, link, sizeof link, link);
      plain[i] = protection->sealed.at[i] ^ link[i % sizeof link];
    }
  secret_wipe (link, sizeof link);
}

static Secret *
open_jks (const Protection *protection, const char *passphrase)
{
  g_auto (SecretBuffer) password = { 0 };
  g_auto (SecretBuffer) plain = { 0 };
  unsigned char check[SHA1_DIGEST_SIZE];
  size_t length = protection->sealed.left - SHA1_DIGEST_SIZE;

  if (!protection_utf16 (passphrase != NULL ? passphrase : "", &password))
    return NULL;
  decrypt_jks (&password, protection, (unsigned char *) secret_buffer_reserve (&plain, length),
               length);
  secret_buffer_advance (&plain, length);
  hash_jks (&password, plain.data, length, check);
  return memcmp (check, protection->sealed.at + length, sizeof check) == 0
             ? secret_buffer_end (&plain)
             : NULL;
}

const ProtectionScheme protection_jks = { jks_oid, sizeof jks_oid, read_jks, open_jks };

/* PBEWithMD5AndTripleDES: the two halves of the salt are hashed apart, 16 bytes come of each. */
enum { JCEKS_SALT = 8, JCEKS_HALF = JCEKS_SALT / 2, JCEKS_KEY = 24, JCEKS_IV = 8 };

static bool
read_jceks (Reader parameters, Protection *protection)
{
  protection->cipher = GNUTLS_CIPHER_3DES_CBC;
  return protection_read_pbe (parameters, protection) && protection->salt.left == JCEKS_SALT;
}

static void
hash_jceks (const unsigned char *half, const char *passphrase, unsigned iterations,
            unsigned char *digest)
{
  size_t length = strlen (passphrase);
  size_t size = JCEKS_HALF;
  struct md5_ctx context;

  memcpy (digest, half, size);
  for (unsigned i = 0; i < iterations; i++, size = MD5_DIGEST_SIZE)
    {
      md5_init (&context);
      md5_update (&context, size, digest);
      md5_update (&context, length, (const unsigned char *) passphrase);
      md5_digest (&context, MD5_DIGEST_SIZE, digest);
    }
  secret_wipe (&context, sizeof context);
}

static Secret *
open_jceks (const Protection *protection, const char *passphrase)
{
  const unsigned char *salt = protection->salt.at;
  unsigned char first[JCEKS_HALF];
  unsigned char derived[2 * MD5_DIGEST_SIZE];
  ProtectionKey key = { 0 };

  memcpy (first, salt, sizeof first);
  /* Equal halves would give equal keys; the JDK reverses the first. */
  if (memcmp (salt, salt + JCEKS_HALF, JCEKS_HALF) == 0)
    memcpy (first, (unsigned char[]){ salt[3], salt[2], salt[1], salt[0] }, sizeof first);
  passphrase = passphrase != NULL ? passphrase : "";
  hash_jceks (first, passphrase, protection->iterations, derived);
  hash_jceks (salt + JCEKS_HALF, passphrase, protection->iterations, derived + MD5_DIGEST_SIZE);
  memcpy (key.key, derived, JCEKS_KEY);
  memcpy (key.iv, derived + JCEKS_KEY, JCEKS_IV);
  secret_wipe (derived, sizeof derived);
  return protection_decrypt (protection, &key);
}

const ProtectionScheme protection_jceks = { jceks_oid, sizeof jceks_oid, read_jceks, open_jceks };
