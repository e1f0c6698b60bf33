/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile-key.h"

#include "i18n.h"
#include "passphrase.h"
#include "secret-key.h"
#include "secret-path.h"
#include "stored-secret.h"

/* A KeyKeyring; DATA is a PassphraseSource. */
static Secret *
fetch_stored_key (const char *name, void *data, GError **error)
{
  const PassphraseSource *source = data;

  return stored_key_find (name, fetch_may_interact (source), source->timeout, error);
}

/* Only where the profile says so is a secret that others share taken for a key. */
static bool
is_shared (const Profile *profile)
{
  const char *algorithm = profile_get (profile, "algorithm");

  return algorithm != NULL && g_str_has_prefix (algorithm, "HS");
}

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
  found = key_is_path (location)
              ? secret_path_resolve (profile, "key", location, source->environment, error)
              : g_strdup (location);
  if (found == NULL)
    return false;
  *key = (KeySource){
    .location = found,
    .alias = profile_get (profile, "key-alias"),
    .passphrase = fetch_passphrase_is_configured (profile) ? fetch_passphrase : NULL,
    .passphrase_data = source,
    .keyring = fetch_stored_key,
    .keyring_data = source,
    .own_passphrase = profile_get (profile, "key-passphrase") != NULL,
    .secrets = is_shared (profile),
  };
  *path = g_steal_pointer (&found);
  return true;
}

static Key *
load_shared (const Profile *profile, const char *location, const char *encoding, GError **error)
{
  if (key_is_path (location))
    return secret_key_load (location, encoding, error);
  profile_set_error (profile, "secret-encoding", error, _ ("the secret must then be in a file"));
  return NULL;
}

Key *
profile_key_load (PassphraseSource *source, GError **error)
{
  const char *encoding = profile_get (source->profile, "secret-encoding");
  g_autofree char *path = NULL;
  KeySource key;

  if (!profile_key_source (source, &key, &path, error))
    return NULL;
  return encoding != NULL ? load_shared (source->profile, path, encoding, error)
                          : key_load (&key, error);
}

void
profile_passphrases_clear (ProfilePassphrases *passphrases)
{
  g_clear_pointer (&passphrases->passphrase, secret_unref);
  g_clear_pointer (&passphrases->key_passphrase, secret_unref);
}

/* Drops what whoever needs it next can fetch again. */
static Secret *
keep_if_gone (const Profile *profile, const char *setting, Secret *secret)
{
  g_autoptr (Secret) owned = secret;
  PassphraseKind kind = PASSPHRASE_NONE;
  const char *argument;

  passphrase_parse (profile, setting, &kind, &argument, NULL);
  return kind == PASSPHRASE_PROMPT || kind == PASSPHRASE_FD ? g_steal_pointer (&owned) : NULL;
}

Key *
profile_key_open_once (const Profile *profile, const Environment *environment,
                       ProfilePassphrases *once, GError **error)
{
  PassphraseSource source = { .profile = profile, .keep = true, .environment = environment };
  int64_t timeout = 0;
  Key *key = NULL;

  if (profile_get_timeout (profile, &timeout, error) &&
      passphrase_resolve (profile, "passphrase", environment->inherited, &source.passphrase,
                          error) &&
      passphrase_resolve (profile, "key-passphrase", environment->inherited, &source.key_passphrase,
                          error))
    {
      source.timeout = (int) timeout;
      key = profile_key_load (&source, error);
    }
  *once = (ProfilePassphrases){
    .passphrase = keep_if_gone (profile, "passphrase", source.passphrase),
    .key_passphrase = keep_if_gone (profile, "key-passphrase", source.key_passphrase),
  };
  return key;
}

Key *
profile_key_open (const Profile *profile, const Environment *environment, GError **error)
{
  ProfilePassphrases once;
  Key *key = profile_key_open_once (profile, environment, &once, error);

  profile_passphrases_clear (&once);
  return key;
}
