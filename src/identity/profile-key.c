/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile-key.h"

#include "i18n.h"
#include "passphrase.h"

Key *
profile_key_load (PassphraseSource *source, GError **error)
{
  const Profile *profile = source->profile;
  const char *location = profile_get (profile, "key");
  g_autofree char *path = NULL;
  KeySource key = {
    .alias = profile_get (profile, "key-alias"),
    .passphrase = fetch_passphrase_is_configured (profile) ? fetch_passphrase : NULL,
    .passphrase_data = source,
    .own_passphrase = profile_get (profile, "key-passphrase") != NULL,
  };

  if (location == NULL)
    {
      profile_set_error (profile, "key", error, _ ("the profile names no key"));
      return NULL;
    }
  if (key_is_path (location))
    {
      location = path = profile_get_path (profile, "key", source->home, error);
      if (path == NULL)
        return NULL;
    }
  key.location = location;
  return key_load (&key, error);
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
