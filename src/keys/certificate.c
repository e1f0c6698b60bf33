/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate.h"

#include "der.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "pair.h"
#include "text.h"

#include <gnutls/crypto.h>
#include <string.h>

enum {
  SERIAL_SIZE = 16, /* bytes; RFC 5280 section 4.1.2.2 allows 20 */
  MAX_COMMON_NAME = 64,
  MAX_SUBJECT = 1024,
  MAX_DIGEST = 64,
  MAX_SERIAL = 64,
  MAX_LISTED = 32, /* certificates of one file */
  SECONDS_A_DAY = 24 * 60 * 60,
  BACK = 60 * 60, /* seconds: an issuer's clock may be behind ours */
};

static bool
fail_subject (const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("the subject cannot be used: %s"), why);
  if (error != NULL)
    error_add_hint (*error, _ ("it is a name, or like 'CN=robot,O=Acme\\, Inc.,C=DE'"));
  return false;
}

/* "CN=…", "2.5.4.3=…": what only a distinguished name begins with. */
static bool
is_distinguished (const char *subject)
{
  size_t length = strspn (subject, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789."
                                   "-");

  return length > 0 && subject[length] == '=';
}

static bool
set_common_name (gnutls_x509_crt_t certificate, const char *name, GError **error)
{
  if (g_utf8_strlen (name, -1) > MAX_COMMON_NAME)
    return fail_subject (_ ("a common name has 64 characters at most"), error);
  return gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                        (unsigned) strlen (name)) >= 0 ||
         fail_subject (_ ("it is not a name"), error);
}

/* "CN=#0500" would put any DER into the certificate, which then may be none: RFC 4514 section 2.4.
 * A "#" that is meant is escaped. */
static bool
has_encoded_value (const char *subject)
{
  for (const char *at = subject; (at = strchr (at, '=')) != NULL;)
    {
      at += 1 + strspn (at + 1, " ");
      if (*at == '#')
        return true;
    }
  return false;
}

/* GnuTLS would drop it without a word. */
static bool
ends_with_comma (const char *subject)
{
  size_t length = strlen (subject);
  size_t escapes = 0;

  if (!g_str_has_suffix (subject, ","))
    return false;
  while (escapes + 1 < length && subject[length - 2 - escapes] == '\\')
    escapes++;
  return escapes % 2 == 0;
}

/* Two letters (RFC 5280 appendix A.1, X520countryName), of which GnuTLS checks nothing. */
static bool
has_good_countries (gnutls_x509_crt_t certificate)
{
  for (unsigned i = 0;; i++)
    {
      char country[MAX_SUBJECT];
      size_t size = sizeof country;
      int status = gnutls_x509_crt_get_dn_by_oid (certificate, GNUTLS_OID_X520_COUNTRY_NAME, i, 0,
                                                  country, &size);

      if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return true;
      if (status < 0 || size != 2 || !g_ascii_isalpha (country[0]) || !g_ascii_isalpha (country[1]))
        return false;
    }
}

static bool
set_subject (gnutls_x509_crt_t certificate, const char *subject, GError **error)
{
  const char *at = NULL;

  if (*subject == '\0')
    return fail_subject (_ ("it is empty"), error);
  if (!g_utf8_validate (subject, -1, NULL) || text_has_control (subject, strlen (subject)))
    return fail_subject (_ ("it holds a control character"), error);
  if (strlen (subject) > MAX_SUBJECT)
    return fail_subject (_ ("it is too long"), error);
  if (!is_distinguished (subject))
    return set_common_name (certificate, subject, error);
  if (has_encoded_value (subject))
    return fail_subject (_ ("a value begins with \"#\": write \"\\#\""), error);
  if (ends_with_comma (subject) || gnutls_x509_crt_set_dn (certificate, subject, &at) < 0)
    return fail_subject (_ ("it is not a distinguished name by RFC 4514"), error);
  return has_good_countries (certificate) ||
         fail_subject (_ ("a country (C) has two letters"), error);
}

bool
certificate_check_subject (const char *subject, GError **error)
{
  g_auto (gnutls_x509_crt_t) scratch = NULL;

  return gnutls_x509_crt_init (&scratch) >= 0 && set_subject (scratch, subject, error);
}

/* Positive, and without a zero byte at its start (X.690 section 8.3.2): 126 bits of it are random.
 */
static int
set_serial (gnutls_x509_crt_t certificate)
{
  unsigned char serial[SERIAL_SIZE];
  int status = gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial);

  serial[0] = (serial[0] & 0x3f) | 0x40;
  return status < 0 ? status : gnutls_x509_crt_set_serial (certificate, serial, sizeof serial);
}

static int
set_key_id (gnutls_x509_crt_t certificate)
{
  unsigned char id[MAX_DIGEST];
  size_t size = sizeof id;
  int status = gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA1, id, &size);

  return status < 0 ? status : gnutls_x509_crt_set_subject_key_id (certificate, id, size);
}

/* RFC 5280 section 4.2.1: of one key that signs, and no other certificates. */
static int
set_extensions (gnutls_x509_crt_t certificate)
{
  int status = gnutls_x509_crt_set_basic_constraints (certificate, 0, -1);

  if (status >= 0)
    status = gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
  return status < 0 ? status : set_key_id (certificate);
}

static int
set_times (gnutls_x509_crt_t certificate, unsigned days, int64_t now)
{
  int status = gnutls_x509_crt_set_activation_time (certificate, now - BACK);

  if (status < 0)
    return status;
  return gnutls_x509_crt_set_expiration_time (certificate, now + (int64_t) days * SECONDS_A_DAY);
}

/* SHA-256, which every issuer takes; the two curves of EdDSA bring their own. */
static gnutls_digest_algorithm_t
choose_digest (const Key *key)
{
  if (key_kind (key) != KEY_EDDSA)
    return GNUTLS_DIG_SHA256;
  return key_curve (key) == GNUTLS_ECC_CURVE_ED448 ? GNUTLS_DIG_SHAKE_256 : GNUTLS_DIG_SHA512;
}

static int
fill_and_sign (gnutls_x509_crt_t certificate, gnutls_pubkey_t public, const Key *key, unsigned days,
               int64_t now)
{
  int status = gnutls_x509_crt_set_version (certificate, 3);

  if (status >= 0)
    status = set_serial (certificate);
  if (status >= 0)
    status = set_times (certificate, days, now);
  if (status >= 0)
    status = gnutls_x509_crt_set_pubkey (certificate, public);
  if (status >= 0)
    status = set_extensions (certificate);
  if (status >= 0)
    status = gnutls_x509_crt_privkey_sign (certificate, certificate, key_private (key),
                                           choose_digest (key), 0);
  return status;
}

/* Once around by way of its encoding: as any reader will see it. */
static gnutls_x509_crt_t
read_again (gnutls_x509_crt_t certificate)
{
  g_auto (gnutls_x509_crt_t) read = NULL;
  g_auto (gnutls_datum_t) der = { 0 };

  if (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der) < 0 ||
      gnutls_x509_crt_init (&read) < 0 ||
      gnutls_x509_crt_import (read, &der, GNUTLS_X509_FMT_DER) < 0)
    return NULL;
  return g_steal_pointer (&read);
}

static gnutls_x509_crt_t
fail_make (int status, GError **error)
{
  g_autofree char *reason = gnutls_reason (status);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("no certificate can be made: %s"), reason);
  return NULL;
}

gnutls_x509_crt_t
certificate_make (const Key *key, const char *subject, unsigned days, int64_t now, GError **error)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  g_auto (gnutls_pubkey_t) public = key_copy_public (key, error);
  int status;

  if (public == NULL)
    return NULL;
  status = gnutls_x509_crt_init (&certificate);
  if (status < 0)
    return fail_make (status, error);
  if (!set_subject (certificate, subject, error))
    return NULL;
  status = fill_and_sign (certificate, public, key, days, now);
  return status < 0 ? fail_make (status, error) : read_again (certificate);
}

static void
release_certificate (void *certificate)
{
  gnutls_x509_crt_deinit (certificate);
}

static GPtrArray *
read_der (const gnutls_datum_t *der)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (release_certificate);
  g_auto (gnutls_x509_crt_t) certificate = NULL;

  if (gnutls_x509_crt_init (&certificate) < 0 ||
      gnutls_x509_crt_import (certificate, der, GNUTLS_X509_FMT_DER) < 0)
    return NULL;
  g_ptr_array_add (list, g_steal_pointer (&certificate));
  return g_steal_pointer (&list);
}

GPtrArray *
certificates_read (const char *text, size_t length)
{
  gnutls_datum_t datum = { (unsigned char *) text, (unsigned) length };
  gnutls_x509_crt_t certificates[MAX_LISTED];
  unsigned count = MAX_LISTED;
  GPtrArray *list;

  if (der_kind (text, length) == DER_CERTIFICATE)
    return read_der (&datum);
  if (gnutls_x509_crt_list_import (certificates, &count, &datum, GNUTLS_X509_FMT_PEM, 0) <= 0)
    return NULL;
  list = g_ptr_array_new_with_free_func (release_certificate);
  for (unsigned i = 0; i < count; i++)
    g_ptr_array_add (list, certificates[i]);
  return list;
}

/* A token may tell nothing of its key's public half: then it signs something. */
static bool
is_of (gnutls_x509_crt_t certificate, const Key *key)
{
  g_auto (gnutls_pubkey_t) certified = NULL;

  return pair_fits (key_private (key), certificate) ||
         (gnutls_pubkey_init (&certified) >= 0 &&
          gnutls_pubkey_import_x509 (certified, certificate, 0) >= 0 &&
          pair_signs (key_private (key), certified));
}

static gnutls_x509_crt_t
pick (GPtrArray *certificates, const Key *key, GError **error)
{
  for (unsigned i = 0; certificates != NULL && i < certificates->len; i++)
    if (is_of (certificates->pdata[i], key))
      {
        gnutls_x509_crt_t found = certificates->pdata[i];

        certificates->pdata[i] = NULL;
        return found;
      }
  if (certificates == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("there is no certificate in it"));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("no certificate in it belongs to the private key"));
  return NULL;
}

gnutls_x509_crt_t
certificate_load (const char *path, const Key *key, GError **error)
{
  GError *reason = NULL;
  g_autoptr (Secret) content = key_file_read_public (path, &reason);
  g_autoptr (GPtrArray) list = NULL;
  gnutls_x509_crt_t found = NULL;
  size_t length = 0;
  const char *bytes = content != NULL ? secret_bytes (content, &length) : NULL;

  if (bytes != NULL)
    {
      list = certificates_read (bytes, length);
      found = pick (list, key, &reason);
    }
  if (found == NULL)
    {
      g_autofree char *name = text_clean (path, -1);

      error_add_prefix (reason, name);
      g_propagate_error (error, reason);
    }
  return found;
}

Secret *
certificate_encode (gnutls_x509_crt_t certificate, gnutls_x509_crt_fmt_t format, GError **error)
{
  g_auto (gnutls_datum_t) bytes = { 0 };
  int status = gnutls_x509_crt_export2 (certificate, format, &bytes);

  if (status >= 0)
    return secret_new ((const char *) bytes.data, bytes.size);
  fail_make (status, error);
  return NULL;
}

static char *
name_text (gnutls_x509_crt_t certificate,
           int (*get) (gnutls_x509_crt_t certificate, gnutls_datum_t *dn, unsigned flags))
{
  g_auto (gnutls_datum_t) name = { 0 };

  return get (certificate, &name, 0) >= 0 ? g_strndup ((const char *) name.data, name.size)
                                          : g_strdup ("");
}

char *
certificate_subject (gnutls_x509_crt_t certificate)
{
  return name_text (certificate, gnutls_x509_crt_get_dn3);
}

char *
certificate_issuer (gnutls_x509_crt_t certificate)
{
  return name_text (certificate, gnutls_x509_crt_get_issuer_dn3);
}

bool
certificate_is_self_signed (gnutls_x509_crt_t certificate)
{
  return gnutls_x509_crt_check_issuer (certificate, certificate) != 0;
}

static char *
hexadecimal (const unsigned char *bytes, size_t length)
{
  g_autoptr (GString) text = g_string_sized_new (2 * length);

  for (size_t i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
certificate_serial (gnutls_x509_crt_t certificate)
{
  unsigned char serial[MAX_SERIAL];
  size_t size = sizeof serial;
  size_t sign; /* a byte that keeps the number positive, and that nobody shows */

  if (gnutls_x509_crt_get_serial (certificate, serial, &size) < 0)
    return g_strdup ("");
  sign = size > 1 && serial[0] == 0 ? 1 : 0;
  return hexadecimal (serial + sign, size - sign);
}

char *
certificate_fingerprint (gnutls_x509_crt_t certificate, gnutls_digest_algorithm_t digest)
{
  unsigned char bytes[MAX_DIGEST];
  size_t size = sizeof bytes;

  return gnutls_x509_crt_get_fingerprint (certificate, digest, bytes, &size) >= 0
             ? hexadecimal (bytes, size)
             : g_strdup ("");
}
