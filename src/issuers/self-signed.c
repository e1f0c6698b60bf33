/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A JWT that is itself the credential: whoever is to believe it knows the public key, or the secret
 * that both share. Nobody is asked. */
#include "self-signed.h"

#include "assertion.h"
#include "error.h"
#include "i18n.h"

#include <string.h>

#define HEADER_PREFIX "request-header."

static const AssertionRules rules = {
  .lifetime = 600,
  .min_lifetime = 60,
  .max_lifetime = 24 * 60 * 60,
};

static const IssuerSetting settings[] = {
  ASSERTION_SETTINGS,
  { "secret-encoding", false,
    N_ ("`key` is a secret that both sides share: plain, hex, base64 or base64url"), false },
  { "request-header.", false, N_ ("a header that each `avouch request` sends besides"), false },
  { NULL, false, NULL, false },
};

/* Where a service's own bounds are told by how its tokens look, or by where they go. */
static const struct {
  const char *setting;
  const char *end; /* of one of its words */
  int64_t min;     /* seconds */
  int64_t max;
  const char *service;
} bounds[] = {
  /* "Generating Tokens for API Requests" */
  { "audience", "appstoreconnect-v1", 0, 20 * 60, "App Store Connect" },
  /* "Establishing a token-based connection to APNs": no older than an hour, and no new one within
   * 20 minutes; another comes when a fifth of the life is left. */
  { "serve", ".push.apple.com", 25 * 60, 60 * 60, "APNs" },
  { "serve", ".push.apple.com:443", 25 * 60, 60 * 60, "APNs" },
  { "serve", ".push.apple.com:2197", 25 * 60, 60 * 60, "APNs" },
  /* "Using key-pair authentication" */
  { "claim.iss", ".SHA256:{fingerprint}", 0, 60 * 60, "Snowflake" },
  /* AIP-4111 */
  { "audience", ".googleapis.com/", 0, 60 * 60, "Google" },
};

static bool
has_word (const Profile *profile, const char *setting, const char *end)
{
  const char *value = profile_get (profile, setting);
  g_auto (GStrv) words = g_strsplit (value != NULL ? value : "", " ", -1);

  for (char **word = words; *word != NULL; word++)
    if (g_str_has_suffix (*word, end))
      return true;
  return false;
}

/* Whose fault it is that the token lives as long as it does. */
static const char *
lifetime_setting (const Profile *profile)
{
  return profile_get (profile, "claim-json.exp") != NULL &&
                 profile_get (profile, "assertion-lifetime") == NULL
             ? "claim-json.exp"
             : "assertion-lifetime";
}

static bool
check_bounds (const Profile *profile, GError **error)
{
  int64_t seconds = 0;

  if (!assertion_span (profile, &rules, &seconds, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      if (!has_word (profile, bounds[i].setting, bounds[i].end) ||
          (seconds >= bounds[i].min && seconds <= bounds[i].max))
        continue;
      profile_set_error (profile, lifetime_setting (profile), error,
                         seconds > bounds[i].max
                             ? _ ("%s takes no token that lives longer than %lld seconds")
                             : _ ("%s takes new tokens too seldom for one that lives less than "
                                  "%lld seconds"),
                         bounds[i].service,
                         (long long) (seconds > bounds[i].max ? bounds[i].max : bounds[i].min));
      return false;
    }
  return true;
}

/* Content-Type is the body's, and `avouch request` tells it. */
static bool
is_own_header (const char *name)
{
  return exchange_own_header (name) != NULL || g_ascii_strcasecmp (name, "Content-Type") == 0;
}

/* A value that is sent as a header's (RFC 9110 section 5.5); its name is checked by the keys' own
 * rule. */
static bool
check_header (const Profile *profile, const Setting *setting, GError **error)
{
  const char *name = setting->key + strlen (HEADER_PREFIX);

  if (name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.")] != '\0' ||
      !g_str_is_ascii (setting->value))
    profile_set_error (profile, setting->key, error, _ ("no such header can be sent"));
  else if (is_own_header (name))
    profile_set_error (profile, setting->key, error, _ ("the header %s is avouch's own to send"),
                       name);
  else
    return true;
  return false;
}

/* Names of headers are alike in any case, those of settings are not. */
static bool
check_once (const Profile *profile, const Setting *a, const Setting *b, GError **error)
{
  if (g_ascii_strcasecmp (a->key, b->key) != 0)
    return true;
  profile_set_error (profile, b->key, error, _ ("%s gives it already"), a->key);
  return false;
}

static bool
check_headers (const Profile *profile, GError **error)
{
  size_t count;
  const Setting *all = profile_settings (profile, &count);

  for (size_t i = 0; i < count; i++)
    {
      if (!g_str_has_prefix (all[i].key, HEADER_PREFIX))
        continue;
      if (!check_header (profile, &all[i], error))
        return false;
      for (size_t j = 0; j < i; j++)
        if (!check_once (profile, &all[j], &all[i], error))
          return false;
    }
  return true;
}

static bool
check_encoding (const Profile *profile, GError **error)
{
  static const char *const known[] = { "plain", "hex", "base64", "base64url", NULL };
  const char *encoding = profile_get (profile, "secret-encoding");

  if (encoding == NULL || g_strv_contains (known, encoding))
    return true;
  profile_set_error (profile, "secret-encoding", error, _ ("plain, hex, base64 or base64url"));
  return false;
}

static bool
self_signed_check (const Profile *profile, GError **error)
{
  return assertion_check (profile, &rules, error) && check_bounds (profile, error) &&
         check_headers (profile, error) && check_encoding (profile, error);
}

static Credential *
self_signed_sign (const IssuerContext *context, GError **error)
{
  int64_t expires_at = 0;
  g_autoptr (Secret) token = self_signed_check (context->profile, error)
                                 ? assertion_sign (context, &rules, &expires_at, error)
                                 : NULL;
  g_autoptr (Credential) credential = NULL;

  if (token == NULL)
    return NULL;
  credential = credential_new (CREDENTIAL_SUBJECT_JWT, profile_name (context->profile), token,
                               context->now, expires_at);
  return credential_check (credential, error) ? g_steal_pointer (&credential) : NULL;
}

static char **
self_signed_headers (const Profile *profile)
{
  g_autoptr (GPtrArray) headers = g_ptr_array_new ();
  size_t count;
  const Setting *all = profile_settings (profile, &count);

  for (size_t i = 0; i < count; i++)
    if (g_str_has_prefix (all[i].key, HEADER_PREFIX))
      {
        g_ptr_array_add (headers, g_strdup (all[i].key + strlen (HEADER_PREFIX)));
        g_ptr_array_add (headers, g_strdup (all[i].value));
      }
  g_ptr_array_add (headers, NULL);
  return (char **) g_ptr_array_steal (headers, NULL);
}

const Issuer self_signed_issuer = {
  .name = "self-signed",
  .summary = N_ ("nobody: the signed JWT is itself the credential"),
  .settings = settings,
  .git_username = "oauth2",
  .apart = true,
  .check = self_signed_check,
  .sign = self_signed_sign,
  .call_headers = self_signed_headers,
};
