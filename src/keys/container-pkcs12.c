/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PKCS#12 (RFC 7292), as keytool, openssl and browsers write it. GnuTLS decodes and decrypts; it
 * reads no more than the first 32 entries of each part (SafeContents). */
#include "der.h"
#include "encoding.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "reader.h"

/* GnuTLS takes cubic time in the number of parts (3 s for 1,000, in 19 kB) and quadratic in that of
 * their entries; openssl writes two parts, keytool two or three. */
#define PKCS12_MAX_PARTS 64
#define PKCS12_MAX_FILE  (1024 * 1024) /* bytes */

static bool
recognises_pkcs12 (const char *bytes, size_t length)
{
  return der_kind (bytes, length) == DER_PKCS12;
}

static bool
fail_damaged (int status, GError **error)
{
  g_autofree char *reason = gnutls_reason (status);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the PKCS#12 file is damaged: %s"),
               reason);
  if (error != NULL)
    error_add_hint (*error, _ ("copy it again from where it was made, as binary"));
  return false;
}

/* Writers disagree on what "no password" is: no bytes, or the two of an empty string's end. */
static bool
open_without_passphrase (gnutls_pkcs12_t file, Unlock *unlock)
{
  if (gnutls_pkcs12_verify_mac (file, "") >= 0)
    unlock->passphrase = secret_new ("", 0);
  else if (gnutls_pkcs12_verify_mac (file, NULL) >= 0)
    unlock->no_passphrase = true;
  return unlock->passphrase != NULL || unlock->no_passphrase;
}

static bool
fail_utf8 (GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               _ ("the passphrase is not text in UTF-8, which PKCS#12 needs"));
  if (error != NULL)
    error_add_hint (*error, _ ("store the passphrase again, as UTF-8"));
  return false;
}

static bool
verify_mac (gnutls_pkcs12_t file, Unlock *unlock, GError **error)
{
  const char *passphrase;
  g_auto (GnutlsOid) oid = NULL;
  unsigned iterations = 0;
  int status = gnutls_pkcs12_mac_info (file, NULL, NULL, NULL, &iterations, &oid);
  bool configured = unlock->source->passphrase != NULL;

  if (status == GNUTLS_E_INVALID_REQUEST)
    return true; /* the MAC is optional, and without one nothing need be encrypted */
  if (status < 0)
    return encoding_fail (status, error);
  /* Without a passphrase it is derived twice: see above. */
  if (!unlock_spend (unlock, iterations, error) ||
      (!configured && !unlock_spend (unlock, iterations, error)))
    return false;
  if (!configured && open_without_passphrase (file, unlock))
    {
      unlock->verified = true;
      return true;
    }
  passphrase = unlock_passphrase (unlock, "keystore", error);
  if (passphrase == NULL)
    return false;
  if (!g_utf8_validate (passphrase, -1, NULL))
    return fail_utf8 (error);
  status = gnutls_pkcs12_verify_mac (file, passphrase);
  if (status == GNUTLS_E_MAC_VERIFY_FAILED)
    return unlock_refused (error);
  unlock->verified = status >= 0;
  return unlock->verified || fail_damaged (status, error);
}

static bool
decrypt_bag (gnutls_pkcs12_bag_t bag, Unlock *unlock, GError **error)
{
  const char *passphrase = NULL;
  g_auto (GnutlsOid) oid = NULL;
  unsigned iterations = 0;
  int status = gnutls_pkcs12_bag_enc_info (bag, NULL, NULL, NULL, NULL, &iterations, &oid);

  if (status < 0)
    return encoding_fail (status, error);
  if (!unlock_spend (unlock, iterations, error))
    return false;
  if (!unlock->no_passphrase)
    {
      passphrase = unlock_passphrase (unlock, "keystore", error);
      if (passphrase == NULL)
        return false;
    }
  return gnutls_pkcs12_bag_decrypt (bag, passphrase) >= 0 || unlock_refused (error);
}

static bool
add_element (gnutls_pkcs12_bag_t bag, unsigned index, Contents *contents, GError **error)
{
  int type = gnutls_pkcs12_bag_get_type (bag, index);
  bool is_key = type == GNUTLS_BAG_PKCS8_KEY || type == GNUTLS_BAG_PKCS8_ENCRYPTED_KEY;
  g_autoptr (Secret) encoded = NULL;
  gnutls_datum_t data = { 0 };
  gnutls_datum_t id = { 0 };
  char *alias = NULL;

  if (!is_key && type != GNUTLS_BAG_CERTIFICATE)
    return true;
  /* All three belong to the bag. */
  if (gnutls_pkcs12_bag_get_data (bag, index, &data) < 0 || data.size == 0)
    return true;
  gnutls_pkcs12_bag_get_key_id (bag, index, &id);
  gnutls_pkcs12_bag_get_friendly_name (bag, index, &alias);
  if (!is_key)
    return contents_add_certificate (contents, &id, &data, error);
  encoded = secret_new ((const char *) data.data, data.size);
  if (type == GNUTLS_BAG_PKCS8_KEY)
    secret_wipe (data.data, data.size);
  return contents_add_key (
      contents, alias, &id, encoded,
      type == GNUTLS_BAG_PKCS8_KEY ? encoding_open_pkcs8 : encoding_open_encrypted, error);
}

static bool
add_bag (gnutls_pkcs12_bag_t bag, Unlock *unlock, Contents *contents, GError **error)
{
  if (gnutls_pkcs12_bag_get_type (bag, 0) == GNUTLS_BAG_ENCRYPTED &&
      !decrypt_bag (bag, unlock, error))
    return false;
  for (int i = 0; i < gnutls_pkcs12_bag_get_count (bag); i++)
    if (!add_element (bag, (unsigned) i, contents, error))
      return false;
  return true;
}

static bool
read_parts (gnutls_pkcs12_t file, Unlock *unlock, Contents *contents, GError **error)
{
  for (int i = 0;; i++)
    {
      g_auto (gnutls_pkcs12_bag_t) bag = NULL;
      int status = gnutls_pkcs12_bag_init (&bag);

      if (status >= 0)
        status = gnutls_pkcs12_get_bag (file, i, bag);
      if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return true;
      if (status < 0)
        return fail_damaged (status, error);
      if (!add_bag (bag, unlock, contents, error))
        return false;
    }
}

static bool
check_limits (const Secret *content, GError **error)
{
  size_t length;
  const char *bytes = secret_bytes (content, &length);
  size_t parts = der_count_pkcs12_parts (bytes, length, PKCS12_MAX_PARTS);

  if (length > PKCS12_MAX_FILE)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("it is a PKCS#12 file of more than %d bytes"), PKCS12_MAX_FILE);
  else if (parts == 0)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("it is a PKCS#12 file that is damaged, empty or not in DER"));
  else if (parts > PKCS12_MAX_PARTS)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("it is a PKCS#12 file of more than %d parts"), PKCS12_MAX_PARTS);
  else
    return true;
  if (error != NULL)
    error_add_hint (*error, _ ("export the one key again: openssl pkcs12 -in FILE -out KEY.pem, or "
                               "keytool -importkeystore -srcalias ALIAS"));
  return false;
}

/* Without what follows it, such as a line feed: openssl does not mind, and GnuTLS does. */
static gnutls_datum_t
whole_item (const Secret *content)
{
  gnutls_datum_t der = encoding_datum (content);
  Reader rest = reader_of_secret (content);

  if (reader_der (&rest, DER_TAG_SEQUENCE, NULL))
    der.size -= (unsigned) rest.left;
  return der;
}

static bool
read_pkcs12 (Secret *content, Unlock *unlock, Contents *contents, GError **error)
{
  g_auto (gnutls_pkcs12_t) file = NULL;
  gnutls_datum_t der = whole_item (content);
  int status;

  if (!check_limits (content, error))
    return false;
  status = gnutls_pkcs12_init (&file);
  if (status >= 0)
    status = gnutls_pkcs12_import (file, &der, GNUTLS_X509_FMT_DER, 0);
  if (status < 0)
    return fail_damaged (status, error);
  return verify_mac (file, unlock, error) && read_parts (file, unlock, contents, error);
}

const Container container_pkcs12 = { "PKCS#12", recognises_pkcs12, read_pkcs12 };
