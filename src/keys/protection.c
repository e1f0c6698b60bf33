/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protection.h"

#include "der.h"
#include "gnutls-auto.h"

#include <string.h>

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_cipher_hd_t, gnutls_cipher_deinit, NULL)

static const ProtectionScheme *const schemes[] = {
  &protection_jks,
  &protection_jceks,
  &protection_pkcs12,
  &protection_pbes2,
};

bool
protection_read (const Secret *encoded, Protection *protection)
{
  Reader reader = reader_of_secret (encoded);
  Protection found = { 0 };
  Reader body, algorithm, oid;

  if (!reader_der (&reader, DER_TAG_SEQUENCE, &body) ||
      !reader_der (&body, DER_TAG_SEQUENCE, &algorithm) ||
      !reader_der (&algorithm, DER_TAG_OID, &oid) ||
      !reader_der (&body, DER_TAG_OCTETS, &found.sealed))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (schemes) && found.scheme == NULL; i++)
    if (reader_equals (&oid, schemes[i]->oid, schemes[i]->oid_length))
      found.scheme = schemes[i];
  if (found.scheme == NULL || !found.scheme->read (algorithm, &found))
    return false;
  *protection = found;
  return true;
}

uint64_t
protection_rounds (const Protection *protection)
{
  return protection->scrypt.n > 0 ? scrypt_rounds (&protection->scrypt) : protection->iterations;
}

uint64_t
protection_memory (const Protection *protection)
{
  return protection->scrypt.n > 0 ? scrypt_memory (&protection->scrypt) : 0;
}

/* A wrong key passes for padding once in 256 times: the plaintext must also be PKCS#8, whole. */
static bool
is_whole_pkcs8 (const Secret *plain)
{
  Reader reader = reader_of_secret (plain);

  return der_kind ((const char *) reader.at, reader.left) == DER_PKCS8 &&
         reader_der (&reader, DER_TAG_SEQUENCE, NULL) && reader.left == 0;
}

Secret *
protection_open (const Protection *protection, const char *passphrase)
{
  g_autoptr (Secret) plain = protection->scheme->open (protection, passphrase);

  return plain != NULL && is_whole_pkcs8 (plain) ? g_steal_pointer (&plain) : NULL;
}

bool
protection_read_pbe (Reader parameters, Protection *protection)
{
  Reader sequence;

  return reader_der (&parameters, DER_TAG_SEQUENCE, &sequence) &&
         reader_der (&sequence, DER_TAG_OCTETS, &protection->salt) &&
         reader_der_number (&sequence, &protection->iterations) && protection->iterations > 0;
}

static bool
unpad (SecretBuffer *plain, size_t block)
{
  size_t count = plain->length > 0 ? (unsigned char) plain->data[plain->length - 1] : 0;

  if (count == 0 || count > block || count > plain->length)
    return false;
  for (size_t i = 1; i <= count; i++)
    if ((unsigned char) plain->data[plain->length - i] != count)
      return false;
  plain->length -= count;
  return true;
}

Secret *
protection_decrypt (const Protection *protection, ProtectionKey *key)
{
  g_auto (gnutls_cipher_hd_t) handle = NULL;
  g_auto (SecretBuffer) plain = { 0 };
  size_t block = gnutls_cipher_get_block_size (protection->cipher);
  size_t length = protection->sealed.left;
  gnutls_datum_t key_datum = { key->key,
                               (unsigned) gnutls_cipher_get_key_size (protection->cipher) };
  gnutls_datum_t iv_datum = { key->iv, (unsigned) block };
  bool done = length > 0 && length % block == 0 &&
              gnutls_cipher_init (&handle, protection->cipher, &key_datum, &iv_datum) >= 0;

  secret_wipe (key, sizeof *key);
  if (!done)
    return NULL;
  done = gnutls_cipher_decrypt2 (handle, protection->sealed.at, length,
                                 secret_buffer_reserve (&plain, length), length) >= 0;
  secret_buffer_advance (&plain, length);
  return done && unpad (&plain, block) ? secret_buffer_end (&plain) : NULL;
}

static void
append_unit (SecretBuffer *buffer, uint32_t unit)
{
  secret_buffer_append (buffer, (char[]){ (char) (unit >> 8), (char) unit }, 2);
}

bool
protection_utf16 (const char *text, SecretBuffer *buffer)
{
  enum { SUPPLEMENTARY = 0x10000, HIGH = 0xd800, LOW = 0xdc00 };

  if (!g_utf8_validate (text, -1, NULL))
    return false;
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (c >= SUPPLEMENTARY)
        append_unit (buffer, HIGH + ((c - SUPPLEMENTARY) >> 10));
      append_unit (buffer, c >= SUPPLEMENTARY ? LOW + ((c - SUPPLEMENTARY) & 0x3ff) : c);
    }
  return true;
}
