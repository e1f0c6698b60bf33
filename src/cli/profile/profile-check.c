/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile-check.h"

#include "error.h"
#include "i18n.h"
#include "issuer.h"
#include "kept.h"
#include "obtain.h"
#include "passphrase.h"
#include "secret-path.h"

static bool
check_passphrases (const Profile *profile, GError **error)
{
  PassphraseKind kind;
  const char *argument;

  return passphrase_parse (profile, "passphrase", &kind, &argument, error) &&
         passphrase_parse (profile, "key-passphrase", &kind, &argument, error);
}

static bool
check_url (const Profile *profile, const Setting *setting, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = url_parse (setting->value, &reason);

  if (url != NULL)
    return true;
  profile_set_error (profile, setting->key, error, "%s", reason->message);
  return false;
}

/* By what all issuers' settings are called that hold one. */
static bool
check_urls (const Profile *profile, GError **error)
{
  size_t count;
  const Setting *settings = profile_settings (profile, &count);

  for (size_t i = 0; i < count; i++)
    if (g_str_has_suffix (settings[i].key, "-url") && !check_url (profile, &settings[i], error))
      return false;
  return true;
}

static bool
check_authorities (const Profile *profile, const char *home, GError **error)
{
  g_autofree char *path = NULL;

  if (profile_get (profile, "ca-file") == NULL)
    return true;
  path = profile_get_path (profile, "ca-file", home, error);
  return path != NULL;
}

/* A key may be named by a URI as well. Where the credentials of a service will be is not known
 * yet. */
static bool
check_key_path (const Profile *profile, const char *home, GError **error)
{
  const Environment environment = { .home = (char *) home, .credentials = (char *) "/" };
  const char *value = profile_get (profile, "key");
  g_autofree char *scheme = value != NULL ? g_uri_parse_scheme (value) : NULL;
  g_autofree char *path = NULL;

  if (value == NULL || scheme != NULL)
    return true;
  path = secret_path_resolve (profile, "key", value, &environment, error);
  return path != NULL;
}

/* What means the same to every issuer. */
static bool
check_shared (const Profile *profile, const char *home, GError **error)
{
  int64_t seconds;
  bool wanted;

  return check_key_path (profile, home, error) && check_authorities (profile, home, error) &&
         profile_get_timeout (profile, &seconds, error) &&
         obtain_wants_cache (profile, &wanted, error) && kept_check (profile, error) &&
         profile_check_proxy (profile, error);
}

static bool
check_key (const Profile *profile, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (profile_get (profile, "key") != NULL)
    return true;
  profile_set_error (profile, "key", &reason, _ ("not set"));
  error_add_hint (reason, _ ("the key's file: \"key = ~/.config/avouch/keys/%s.p12\""),
                  profile_name (profile));
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

bool
profile_check (const Profile *profile, const char *home, GError **error)
{
  const Issuer *issuer;

  if (!check_passphrases (profile, error) || (issuer = issuer_for_profile (profile, error)) == NULL)
    return false;
  /* The issuer first: it knows what is often written in place of its own URLs. */
  return (issuer->keyless || check_key (profile, error)) &&
         (issuer->check == NULL || issuer->check (profile, error)) && check_urls (profile, error) &&
         check_shared (profile, home, error);
}

bool
profile_check_key (const Profile *profile, const Key *key, GError **error)
{
  const char *name = profile_get (profile, "algorithm");
  const Algorithm *algorithm = name != NULL ? algorithm_find (name) : NULL;
  const Issuer *issuer = issuer_find (profile_get (profile, "issuer"));

  return (issuer == NULL || issuer->check_key == NULL || issuer->check_key (key, error)) &&
         (algorithm == NULL || algorithm_fit (algorithm, key, error) != NULL);
}
