/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "secret-places.h"

#include "error.h"
#include "i18n.h"
#include "key.h"
#include "layout.h"
#include "passphrase.h"
#include "table.h"

#include <string.h>
#include <unistd.h>

/* For programs as they are, for people in their language. */
static const char *const passphrase_names[] = {
  [PASSPHRASE_NONE] = NULL,
  [PASSPHRASE_KEYRING] = N_ ("keyring"),
  [PASSPHRASE_PROMPT] = N_ ("prompt"),
  [PASSPHRASE_FILE] = N_ ("file"),
  [PASSPHRASE_ENV] = N_ ("variable"),
  [PASSPHRASE_FD] = N_ ("descriptor"),
};

static const char *
key_place (const Profile *profile)
{
  const char *location = profile_get (profile, "key");

  if (location == NULL)
    return NULL;
  return key_keyring_name (location) != NULL ? N_ ("keyring")
         : key_is_uri (location)             ? N_ ("PKCS#11 token")
                                             : N_ ("file");
}

/* NULL where none is set, or where it is no place. */
static const char *
passphrase_place (const Profile *profile)
{
  PassphraseKind kind;
  const char *argument;

  return passphrase_parse (profile, "passphrase", &kind, &argument, NULL) ? passphrase_names[kind]
                                                                          : NULL;
}

static bool
is_behind_keyring (const Profile *profile)
{
  const char *place = passphrase_place (profile);

  return place != NULL && strcmp (place, passphrase_names[PASSPHRASE_KEYRING]) != 0 &&
         passphrase_asks_keyring (profile, "passphrase");
}

static const char *
token_place (const Profile *profile)
{
  const char *cache = profile_get (profile, "cache");

  if (kept_is_cached (profile))
    return N_ ("keyring");
  return g_strcmp0 (cache, "none") == 0 ? N_ ("nowhere") : N_ ("memory");
}

static char *
passphrase_text (const Profile *profile)
{
  const char *place = passphrase_place (profile);

  if (place == NULL)
    return g_strdup ("-");
  return is_behind_keyring (profile) ? g_strdup_printf (_ ("keyring, %s"), _ (place))
                                     : g_strdup (_ (place));
}

static char *
published_text (const StatusEntry *entry)
{
  if (!kept_is_published (entry->profile))
    return g_strdup ("-");
  if (entry->kept == NULL || entry->kept->published == 0)
    return g_strdup (_ ("not yet"));
  return g_strdup_printf (_ ("items: %u"), entry->kept->published);
}

void
secret_places_add (GString *text, const GPtrArray *entries)
{
  const char *const titles[] = { _ ("NAME"),     _ ("KEY IN"),    _ ("PASSPHRASE FROM"),
                                 _ ("TOKEN IN"), _ ("PUBLISHED"), NULL };
  g_autoptr (Table) table = table_new (titles);
  g_autofree char *rendered = NULL;

  for (size_t i = 0; i < entries->len; i++)
    {
      const StatusEntry *entry = entries->pdata[i];
      const char *key = key_place (entry->profile);
      g_autofree char *passphrase = passphrase_text (entry->profile);
      g_autofree char *published = published_text (entry);
      const char *const cells[] = { profile_name (entry->profile), key != NULL ? _ (key) : "-",
                                    passphrase, _ (token_place (entry->profile)), published };

      table_add (table, cells);
    }
  rendered = table_render (table, layout_table_width (STDOUT_FILENO));
  g_string_append_printf (text, "%s\n", rendered);
}

void
secret_places_write (Writer *writer, const StatusEntry *entry, const KeyringView *keyring)
{
  const Profile *profile = entry->profile;
  const Kept *kept = entry->kept;
  g_autofree char *message =
      kept != NULL && kept->trouble != NULL ? error_message (kept->trouble) : NULL;

  writer_open (writer, "secrets", '{');
  writer_string (writer, "key", key_place (profile));
  writer_open (writer, "passphrase", '[');
  if (is_behind_keyring (profile))
    writer_string (writer, NULL, passphrase_names[PASSPHRASE_KEYRING]);
  if (passphrase_place (profile) != NULL)
    writer_string (writer, NULL, passphrase_place (profile));
  writer_close (writer, ']');
  writer_string (writer, "token", token_place (profile));
  writer_bool (writer, "publish", kept_is_published (profile));
  writer_int (writer, "published", kept != NULL ? kept->published : 0);
  writer_string (writer, "trouble", message);
  writer_string (writer, "keyring", keyring != NULL ? keyring_view_state (keyring) : NULL);
  writer_close (writer, '}');
}
