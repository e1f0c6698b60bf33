/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private key, opened in this process as avouch-mint would, and its certificate. */
#include "gnutls-auto.h"
#include "i18n.h"
#include "issuer.h"
#include "pair.h"
#include "passphrase.h"
#include "process.h"
#include "profile-check.h"
#include "step.h"

enum {
  DAY = 24 * 60 * 60,
  DAYS_OF_WARNING = 30,
  SHA256_LENGTH = 32,
};

static const char *const kinds[] = {
  [KEY_RSA] = "RSA",
  [KEY_EC] = "EC",
  [KEY_EDDSA] = "EdDSA",
  [KEY_SECRET] = "HMAC",
};

static const char *const places[] = {
  [PASSPHRASE_NONE] = N_ ("no passphrase"),
  [PASSPHRASE_KEYRING] = N_ ("passphrase from the keyring"),
  [PASSPHRASE_PROMPT] = N_ ("passphrase typed"),
  [PASSPHRASE_FILE] = N_ ("passphrase from a file"),
  [PASSPHRASE_ENV] = N_ ("passphrase from a variable"),
  [PASSPHRASE_FD] = N_ ("passphrase from a descriptor"),
};

void
check_key (Patient *patient, Finding *finding)
{
  g_autoptr (GError) error = NULL;
  PassphraseKind kind = PASSPHRASE_NONE;
  const char *argument;
  g_autofree char *other = NULL;

  if (profile_get (patient->profile, "key") == NULL)
    {
      finding_good (finding, _ ("none is needed"));
      return;
    }
  patient->key =
      profile_key_open_once (patient->profile, patient->environment, &patient->passphrases, &error);
  if (patient->key == NULL || !profile_check_key (patient->profile, patient->key, &error))
    {
      finding_bad (finding, error);
      return;
    }
  passphrase_parse (patient->profile, "passphrase", &kind, &argument, NULL);
  if (kind != PASSPHRASE_KEYRING && passphrase_asks_keyring (patient->profile, "passphrase"))
    other = g_strdup_printf (_ ("passphrase from the keyring, or: %s"), _ (places[kind]));
  finding_good (finding, _ ("%s, %u bits, in %s, %s"), kinds[key_kind (patient->key)],
                key_bits (patient->key), key_format (patient->key),
                other != NULL ? other : _ (places[kind]));
}

/* "AB:CD:…" in two words, so that a line can be broken between them. */
static char *
fingerprint (gnutls_x509_crt_t certificate)
{
  unsigned char digest[SHA256_LENGTH];
  size_t size = sizeof digest;
  GString *text = g_string_new (NULL);

  if (gnutls_x509_crt_get_fingerprint (certificate, GNUTLS_DIG_SHA256, digest, &size) < 0)
    size = 0;
  for (size_t i = 0; i < size; i++)
    g_string_append_printf (text, "%02X%s", digest[i],
                            i + 1 == size ? "" : (i + 1 == size / 2 ? ": " : ":"));
  return g_string_free (text, FALSE);
}

static char *
format_day (int64_t seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d") : g_strdup ("?");
}

static void
fail (Finding *finding, const char *hint, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (AVOUCH_ERROR, AVOUCH_ERROR_KEY, message);

  error_add_hint (error, "%s", hint);
  finding_bad (finding, error);
}

#define RENEW_HINT                                                                                 \
  N_ ("make a new certificate for the key, and upload it to the app in the place of the old one")

static void
judge_dates (Finding *finding, gnutls_x509_crt_t certificate, const char *print)
{
  int64_t now = process_now ();
  int64_t begins = gnutls_x509_crt_get_activation_time (certificate);
  int64_t ends = gnutls_x509_crt_get_expiration_time (certificate);
  g_autofree char *first = format_day (begins);
  g_autofree char *last = format_day (ends);
  g_autofree char *wrong = NULL;
  long long days = (ends - now) / DAY;

  if (now < begins)
    wrong = g_strdup_printf (_ ("it is not valid before %s; SHA-256 %s"), first, print);
  else if (now > ends)
    wrong = g_strdup_printf (_ ("it expired on %s; SHA-256 %s"), last, print);
  if (wrong != NULL)
    fail (finding, now < begins ? _ ("set this machine's clock, or wait") : _ (RENEW_HINT), wrong);
  else if (days >= DAYS_OF_WARNING)
    finding_good (finding, _ ("until %s, %lld days; SHA-256 %s"), last, days, print);
  else
    {
      finding_warn (finding, _ ("expires on %s, in %lld days; SHA-256 %s"), last, days, print);
      finding_hint (finding, "%s", _ (RENEW_HINT));
    }
}

void
check_certificate (Patient *patient, Finding *finding)
{
  gnutls_x509_crt_t certificate = patient->key != NULL ? key_certificate (patient->key) : NULL;
  const Issuer *issuer = issuer_find (profile_get (patient->profile, "issuer"));
  g_autofree char *print = NULL;

  if (patient->key == NULL)
    {
      finding_skip (finding, _ ("the profile names no key"));
      finding->foreign = true;
      return;
    }
  if (certificate == NULL && issuer->sign != NULL)
    {
      finding_skip (finding, _ ("none is needed: whoever verifies the token has the public key"));
      return;
    }
  if (certificate == NULL && issuer->makes_key)
    {
      finding_skip (finding, _ ("not of this issuer"));
      finding->foreign = true;
      return;
    }
  if (certificate == NULL)
    {
      finding_skip (finding, _ ("none beside the key: compare the one in the app yourself"));
      return;
    }
  if (key_private (patient->key) != NULL && !pair_fits (key_private (patient->key), certificate))
    {
      fail (finding, _ ("put the key and the certificate of one pair together"),
            _ ("the private key does not belong to the certificate beside it"));
      return;
    }
  print = fingerprint (certificate);
  judge_dates (finding, certificate, print);
}
