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

/* Where a service's own bound is told by how its tokens look. */
static const struct {
  const char *setting;
  const char *end; /* of its value */
  int64_t max;     /* seconds */
  const char *service;
} bounds[] = {
  /* "Generating Tokens for API Requests" */
  { "audience", "appstoreconnect-v1", 20 * 60, "App Store Connect" },
  /* "Using key-pair authentication" */
  { "claim.iss", ".SHA256:{fingerprint}", 60 * 60, "Snowflake" },
  /* AIP-4111 */
  { "audience", ".googleapis.com/", 60 * 60, "Google" },
};

static bool
check_bounds (const Profile *profile, GError **error)
{
  int64_t lifetime = 0;

  if (!profile_get_seconds (profile, "assertion-lifetime", rules.lifetime, rules.min_lifetime,
                            rules.max_lifetime, &lifetime, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      const char *value = profile_get (profile, bounds[i].setting);

      if (value != NULL && g_str_has_suffix (value, bounds[i].end) && lifetime > bounds[i].max)
        {
          profile_set_error (profile, "assertion-lifetime", error,
                             _ ("%s takes no token that lives longer than %lld seconds"),
                             bounds[i].service, (long long) bounds[i].max);
          return false;
        }
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
