/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encoding.h"

#include "ec-half.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"
#include "protection.h"

#include <string.h>

/* What GnuTLS says of a key that is whole but not for it. */
static const struct {
  int status;
  Mistake mistake;
} refusals[] = {
  { GNUTLS_E_ECC_UNSUPPORTED_CURVE, MISTAKE_CURVE },
  { GNUTLS_E_ECC_NO_SUPPORTED_CURVES, MISTAKE_CURVE },
  { GNUTLS_E_UNKNOWN_CIPHER_TYPE, MISTAKE_CIPHER },
  { GNUTLS_E_UNKNOWN_HASH_ALGORITHM, MISTAKE_CIPHER },
};

gnutls_datum_t
encoding_datum (const Secret *secret)
{
  size_t length;
  const char *bytes = secret_bytes (secret, &length);

  return (gnutls_datum_t){ (unsigned char *) bytes, (unsigned) length };
}

static const Mistake *
find_refusal (int status)
{
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (refusals[i].status == status)
      return &refusals[i].mistake;
  return NULL;
}

bool
encoding_fail (int status, GError **error)
{
  g_autofree char *reason = gnutls_reason (status);
  const Mistake *mistake = find_refusal (status);

  if (mistake != NULL)
    return mistake_fail (*mistake, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the private key is damaged: %s"), reason);
  if (error != NULL)
    error_add_hint (*error, _ ("copy it again from where it was made"));
  return false;
}

static Key *
finish_plain (gnutls_x509_privkey_t *handle, const gnutls_datum_t *der, int status, GError **error)
{
  if (status >= 0)
    return key_new (g_steal_pointer (handle), error);
  g_clear_pointer (handle, gnutls_x509_privkey_deinit);
  if (ec_half_open (der, handle, &status) && status >= 0)
    return key_new (g_steal_pointer (handle), error);
  encoding_fail (status, error);
  return NULL;
}

/* Padding hides some wrong passphrases until the plaintext is parsed (one in 256): whatever fails
 * after decryption is a wrong passphrase first of all. */
static Key *
finish_decrypted (gnutls_x509_privkey_t *handle, int status, const Unlock *unlock, GError **error)
{
  if (status >= 0)
    return key_new (g_steal_pointer (handle), error);
  if (find_refusal (status) != NULL)
    encoding_fail (status, error);
  else
    unlock_key_refused (unlock, error);
  return NULL;
}

Key *
encoding_open_pkcs8 (const Secret *encoded, Unlock *unlock G_GNUC_UNUSED, GError **error)
{
  g_auto (gnutls_x509_privkey_t) handle = NULL;
  gnutls_datum_t der = encoding_datum (encoded);
  int status = gnutls_x509_privkey_init (&handle);

  if (status >= 0)
    status = gnutls_x509_privkey_import_pkcs8 (handle, &der, GNUTLS_X509_FMT_DER, NULL,
                                               GNUTLS_PKCS_PLAIN);
  return finish_plain (&handle, &der, status, error);
}

Key *
encoding_open_traditional (const Secret *encoded, Unlock *unlock G_GNUC_UNUSED, GError **error)
{
  g_auto (gnutls_x509_privkey_t) handle = NULL;
  gnutls_datum_t der = encoding_datum (encoded);
  int status = gnutls_x509_privkey_init (&handle);

  if (status >= 0)
    status = gnutls_x509_privkey_import (handle, &der, GNUTLS_X509_FMT_DER);
  return finish_plain (&handle, &der, status, error);
}

/* id-scrypt (RFC 7914 section 7) with a cipher that we do not know: GnuTLS reports a parser's error
 * for it. */
static bool
names_scrypt (const gnutls_datum_t *der)
{
  static const unsigned char oid[] = { 0x06, 0x09, 0x2b, 0x06, 0x01, 0x04,
                                       0x01, 0xda, 0x47, 0x04, 0x0b };

  return memmem (der->data, der->size, oid, sizeof oid) != NULL;
}

static bool
spend_for (const gnutls_datum_t *der, Unlock *unlock, GError **error)
{
  g_auto (GnutlsOid) oid = NULL;
  unsigned iterations = 0;
  int status =
      gnutls_pkcs8_info (der, GNUTLS_X509_FMT_DER, NULL, NULL, NULL, NULL, &iterations, &oid);

  if (status < 0 && names_scrypt (der))
    return mistake_fail (MISTAKE_CIPHER, error);
  return status >= 0 ? unlock_spend (unlock, iterations, error) : encoding_fail (status, error);
}

/* NULL where the container was found to have none. */
static bool
key_passphrase (Unlock *unlock, const char **passphrase, GError **error)
{
  *passphrase = NULL;
  if (unlock->no_passphrase)
    return true;
  *passphrase = unlock_passphrase (unlock, "key", error);
  return *passphrase != NULL;
}

static Key *
open_protected (const Protection *protection, Unlock *unlock, GError **error)
{
  g_autoptr (Secret) plain = NULL;
  const char *passphrase;

  if (!unlock_allows_memory (protection_memory (protection), error) ||
      !unlock_spend (unlock, protection_rounds (protection), error) ||
      !key_passphrase (unlock, &passphrase, error))
    return NULL;
  plain = protection_open (protection, passphrase);
  if (plain == NULL)
    {
      unlock_key_refused (unlock, error);
      return NULL;
    }
  return encoding_open_pkcs8 (plain, unlock, error);
}

Key *
encoding_open_encrypted (const Secret *encoded, Unlock *unlock, GError **error)
{
  g_auto (gnutls_x509_privkey_t) handle = NULL;
  gnutls_datum_t der = encoding_datum (encoded);
  Protection protection;
  const char *passphrase;
  int status;

  if (protection_read (encoded, &protection))
    return open_protected (&protection, unlock, error);
  if (!spend_for (&der, unlock, error) || !key_passphrase (unlock, &passphrase, error))
    return NULL;
  status = gnutls_x509_privkey_init (&handle);
  if (status >= 0)
    status =
        gnutls_x509_privkey_import_pkcs8 (handle, &der, GNUTLS_X509_FMT_DER, passphrase,
                                          unlock->no_passphrase ? GNUTLS_PKCS_NULL_PASSWORD : 0);
  return finish_decrypted (&handle, status, unlock, error);
}

Key *
encoding_open_openssl (const Secret *encoded, Unlock *unlock, GError **error)
{
  g_auto (gnutls_x509_privkey_t) handle = NULL;
  gnutls_datum_t pem = encoding_datum (encoded);
  const char *passphrase = unlock_passphrase (unlock, "key", error);
  int status;

  if (passphrase == NULL)
    return NULL;
  status = gnutls_x509_privkey_init (&handle);
  if (status >= 0)
    status = gnutls_x509_privkey_import_openssl (handle, &pem, passphrase);
  return finish_decrypted (&handle, status, unlock, error);
}
