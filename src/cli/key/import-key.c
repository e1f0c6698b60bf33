/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import-key.h"

#include "error.h"
#include "i18n.h"
#include "passphrase.h"
#include "profile-key.h"
#include "profiles.h"
#include "secret-path.h"

#include <stdio.h>
#include <string.h>

char *
import_key_location (const Import *import, const char *value)
{
  g_autofree char *scheme = g_uri_parse_scheme (value);
  g_autofree char *there = NULL;
  g_autofree char *here = NULL;

  if (scheme != NULL || g_path_is_absolute (value) || g_str_has_prefix (value, "~/"))
    return g_strdup (value);
  here = g_canonicalize_filename (value, NULL);
  if (import->folder == NULL)
    return g_steal_pointer (&here);
  there = g_canonicalize_filename (value, import->folder);
  return !g_file_test (there, G_FILE_TEST_EXISTS) && g_file_test (here, G_FILE_TEST_EXISTS)
             ? g_steal_pointer (&here)
             : g_steal_pointer (&there);
}

static bool
keep_passphrase (Import *import, ProfileDraft *draft, const char *name,
                 const Environment *environment, char **kept, GError **error)
{
  g_autofree char *folder = profiles_folder (environment);
  g_autofree char *base = g_strconcat (name, ".passphrase", NULL);
  g_autofree char *path = NULL;
  g_autofree char *place = NULL;
  g_autoptr (Secret) checked = NULL;
  size_t length;
  const char *bytes = secret_bytes (import->passphrase, &length);

  checked = passphrase_take (bytes, length, import->passphrase_name, error);
  if (checked == NULL)
    return false;
  if (folder == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("there is no home folder to write the profile to"));
      return false;
    }
  path = g_build_filename (folder, "keys", base, NULL);
  place = g_strconcat ("file:", path, NULL);
  if (!profile_draft_set (draft, "passphrase", place, error) ||
      !import_take (import, import->passphrase_name, "passphrase", place, error))
    return false;
  *kept = g_steal_pointer (&path);
  return true;
}

bool
import_key_set_passphrase (Import *import, ProfileDraft *draft, const char *name, bool keep,
                           const Environment *environment, char **kept, GError **error)
{
  *kept = NULL;
  if (import->passphrase == NULL)
    return true;
  if (profile_draft_get (draft, "passphrase") != NULL)
    {
      import_leave (import, import->passphrase_name, _ ("given by --set"));
      return true;
    }
  if (keep)
    return keep_passphrase (import, draft, name, environment, kept, error);
  import_leave (import, import->passphrase_name,
                _ ("a secret: avouch asks for it (\"passphrase = prompt\"), unless "
                   "--keep-passphrase puts it into a file that only you can read"));
  return profile_draft_set (draft, "passphrase", "prompt", error);
}

static Secret *
give_passphrase (const char *what, void *data, GError **error)
{
  const Import *import = data;

  (void) what;
  (void) error;
  return secret_ref (import->passphrase);
}

static Key *
open_key (const Import *import, const Profile *profile, const Environment *environment,
          GError **error)
{
  g_autofree char *path = NULL;

  if (import->passphrase == NULL)
    return profile_key_open (profile, environment, error);
  path = secret_path_resolve (profile, "key", profile_get (profile, "key"), environment, error);
  if (path == NULL)
    return NULL;
  return key_load (
      &(KeySource){
          .location = path,
          .alias = profile_get (profile, "key-alias"),
          .passphrase = give_passphrase,
          .passphrase_data = (void *) import,
      },
      error);
}

/* Nobody is asked for a passphrase here: a login will. */
static bool
would_ask (const Import *import, const Profile *profile)
{
  PassphraseKind kind = PASSPHRASE_NONE;
  const char *argument;

  return import->passphrase == NULL &&
         passphrase_parse (profile, "passphrase", &kind, &argument, NULL) &&
         (kind == PASSPHRASE_PROMPT || passphrase_asks_keyring (profile, "passphrase"));
}

void
import_key_try (const Import *import, const Profile *profile, const Environment *environment)
{
  const char *location = profile_get (profile, "key");
  g_autofree char *path = NULL;
  g_autofree char *message = NULL;
  g_autoptr (GError) reason = NULL;
  g_autoptr (Key) key = NULL;

  if (!key_is_path (location) || would_ask (import, profile))
    return;
  path = secret_path_resolve (profile, "key", location, environment, NULL);
  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      fprintf (stderr, _ ("note: there is no file %s yet\n"), location);
      return;
    }
  key = open_key (import, profile, environment, &reason);
  if (key != NULL)
    {
      fputs (_ ("the key opens\n"), stderr);
      return;
    }
  message = error_message (reason);
  fprintf (stderr, _ ("note: the key does not open yet: %s\n"), message);
  if (error_hint (reason) != NULL)
    fprintf (stderr, _ ("hint: %s\n"), error_hint (reason));
}
