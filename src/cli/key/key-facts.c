/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-facts.h"

#include "certificate.h"
#include "i18n.h"
#include "jwk-public.h"
#include "layout.h"
#include "text.h"

#include <gnutls/crypto.h>

/* Columns: a SHA-256 fits behind them. */
enum { INDENT = 2, NAME_WIDTH = 13 };

enum { SHA256_SIZE = 32, DAY = 24 * 60 * 60, HOUR = 60 * 60 };

static const struct {
  gnutls_ecc_curve_t curve;
  const char *name;
} curves[] = {
  { GNUTLS_ECC_CURVE_SECP256R1, "EC P-256" }, { GNUTLS_ECC_CURVE_SECP384R1, "EC P-384" },
  { GNUTLS_ECC_CURVE_SECP521R1, "EC P-521" }, { GNUTLS_ECC_CURVE_ED25519, "Ed25519" },
  { GNUTLS_ECC_CURVE_ED448, "Ed448" },
};

char *
key_facts_kind (gnutls_pubkey_t public)
{
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  unsigned bits = 0;
  int algorithm = gnutls_pubkey_get_pk_algorithm (public, &bits);

  gnutls_pubkey_export_ecc_raw2 (public, &curve, NULL, NULL, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (curves); i++)
    if (curves[i].curve == curve)
      return g_strdup (curves[i].name);
  return g_strdup_printf ("%s %u", gnutls_pk_algorithm_get_name ((gnutls_pk_algorithm_t) algorithm),
                          bits);
}

char *
key_facts_spki (gnutls_pubkey_t public)
{
  unsigned char id[SHA256_SIZE];
  size_t size = sizeof id;
  g_autoptr (GString) text = g_string_new (NULL);

  if (gnutls_pubkey_get_key_id (public, GNUTLS_KEYID_USE_SHA256, id, &size) < 0)
    return g_strdup ("");
  for (size_t i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", id[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
key_facts_add (GString *text, const char *name, const char *value)
{
  g_autofree char *cleaned = text_clean (value, -1);
  unsigned width = layout_columns (name);

  layout_pad (text, INDENT);
  g_string_append (text, name);
  layout_pad (text, width < NAME_WIDTH ? NAME_WIDTH - width : 1);
  layout_wrap (text, cleaned, INDENT + NAME_WIDTH, INDENT + NAME_WIDTH, LAYOUT_WIDTH - 1);
}

static char *
duration (int64_t seconds)
{
  if (seconds < 2 * DAY)
    return g_strdup_printf (_ ("%lld h"), (long long) (seconds / HOUR));
  return g_strdup_printf (_ ("%lld days"), (long long) (seconds / DAY));
}

static char *
day (int64_t seconds)
{
  g_autofree char *text = text_format_utc (seconds);

  return g_strndup (text, strcspn (text, "T"));
}

static char *
validity (gnutls_x509_crt_t certificate, int64_t now)
{
  int64_t start = gnutls_x509_crt_get_activation_time (certificate);
  int64_t end = gnutls_x509_crt_get_expiration_time (certificate);
  g_autofree char *first = day (start);
  g_autofree char *last = day (end);
  g_autofree char *left = duration (now < start ? start - now : ABS (end - now));

  if (now < start)
    return g_strdup_printf (_ ("%s to %s, NOT YET: in %s"), first, last, left);
  if (now >= end)
    return g_strdup_printf (_ ("%s to %s, EXPIRED %s ago"), first, last, left);
  return g_strdup_printf (_ ("%s to %s, expires in %s"), first, last, left);
}

void
key_facts_add_certificate (GString *text, gnutls_x509_crt_t certificate, int64_t now)
{
  g_autofree char *subject = certificate_subject (certificate);
  g_autofree char *issuer = certificate_is_self_signed (certificate)
                                ? g_strdup (_ ("itself (self-signed)"))
                                : certificate_issuer (certificate);
  g_autofree char *serial = certificate_serial (certificate);
  g_autofree char *valid = validity (certificate, now);
  g_autofree char *sha1 = certificate_fingerprint (certificate, GNUTLS_DIG_SHA1);
  g_autofree char *sha256 = certificate_fingerprint (certificate, GNUTLS_DIG_SHA256);

  key_facts_add (text, _ ("certificate"), subject);
  key_facts_add (text, _ ("issuer"), issuer);
  key_facts_add (text, _ ("serial"), serial);
  key_facts_add (text, _ ("valid"), valid);
  key_facts_add (text, "SHA-1", sha1);
  key_facts_add (text, "SHA-256", sha256);
}

void
key_facts_write_key (Writer *writer, gnutls_pubkey_t public)
{
  g_auto (JwkPublic) jwk = { 0 };
  g_autofree char *kind = public != NULL ? key_facts_kind (public) : NULL;
  g_autofree char *spki = public != NULL ? key_facts_spki (public) : NULL;
  g_autofree char *thumbprint =
      public != NULL && jwk_public_read (public, &jwk, NULL) ? jwk_public_thumbprint (&jwk) : NULL;
  unsigned bits = 0;

  if (public != NULL)
    gnutls_pubkey_get_pk_algorithm (public, &bits);
  writer_string (writer, "kind", kind);
  writer_int (writer, "bits", bits);
  writer_string (writer, "spki_sha256", spki);
  writer_string (writer, "thumbprint", thumbprint);
}

void
key_facts_write_certificate (Writer *writer, const char *name, const char *alias,
                             gnutls_x509_crt_t certificate, int64_t now)
{
  g_autofree char *subject = NULL;
  g_autofree char *issuer = NULL;
  g_autofree char *serial = NULL;
  g_autofree char *sha1 = NULL;
  g_autofree char *sha256 = NULL;

  if (certificate == NULL)
    {
      writer_string (writer, name, NULL);
      return;
    }
  subject = certificate_subject (certificate);
  issuer = certificate_issuer (certificate);
  serial = certificate_serial (certificate);
  sha1 = certificate_fingerprint (certificate, GNUTLS_DIG_SHA1);
  sha256 = certificate_fingerprint (certificate, GNUTLS_DIG_SHA256);
  writer_open (writer, name, '{');
  if (alias != NULL)
    writer_string (writer, "alias", alias);
  writer_string (writer, "subject", subject);
  writer_string (writer, "issuer", issuer);
  writer_bool (writer, "self_signed", certificate_is_self_signed (certificate));
  writer_string (writer, "serial", serial);
  writer_time (writer, "not_before", gnutls_x509_crt_get_activation_time (certificate));
  writer_time (writer, "not_after", gnutls_x509_crt_get_expiration_time (certificate));
  writer_bool (writer, "expired", now >= gnutls_x509_crt_get_expiration_time (certificate));
  writer_string (writer, "sha1", sha1);
  writer_string (writer, "sha256", sha256);
  writer_close (writer, '}');
}
