/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile-key.h"

#include "i18n.h"
#include "passphrase.h"

bool
profile_key_source (PassphraseSource *source, KeySource *key, char **path, GError **error)
{
  const Profile *profile = source->profile;
  const char *location = profile_get (profile, "key");
  g_autofree char *found = NULL;

  if (location == NULL)
    {
      profile_set_error (profile, "key", error, _ ("the profile names no key"));
      return false;
    }
  found = key_is_path (location) ? profile_get_path (profile, "key", source->home, error)
                                 : g_strdup (location);
  if (found == NULL)
    return false;
  *key = (KeySource){
    .location = found,
    .alias = profile_get (profile, "key-alias"),
    .passphrase = fetch_passphrase_is_configured (profile) ? fetch_passphrase : NULL,
    .passphrase_data = source,
    .own_passphrase = profile_get (profile, "key-passphrase") != NULL,
  };
  *path = g_steal_pointer (&found);
  return true;
}

Key *
profile_key_load (PassphraseSource *source, GError **error)
{
  g_autofree char *path = NULL;
  KeySource key;

  return profile_key_source (source, &key, &path, error) ? key_load (&key, error) : NULL;
}

Key *
profile_key_open (const Profile *profile, const Environment *environment, GError **error)
{
  g_autoptr (Secret) passphrase = NULL;
  g_autoptr (Secret) key_passphrase = NULL;
  int64_t timeout = 0;

  if (!profile_get_timeout (profile, &timeout, error) ||
      !passphrase_resolve (profile, "passphrase", environment->inherited, &passphrase, error) ||
      !passphrase_resolve (profile, "key-passphrase", environment->inherited, &key_passphrase,
                           error))
    return NULL;
  return profile_key_load (
      &(PassphraseSource){
          .profile = profile,
          .passphrase = passphrase,
          .key_passphrase = key_passphrase,
          .home = environment->home,
          .timeout = (int) timeout,
      },
      error);
}
