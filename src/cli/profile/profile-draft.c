/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile-draft.h"

#include "config.h"
#include "error.h"
#include "i18n.h"
#include "keyfile.h"
#include "text.h"

#include <string.h>

struct _ProfileDraft {
  char *name;
  char *file;
  GPtrArray *settings; /* key, value, key, value, … */
  Presets *presets;    /* borrowed; NULL: no preset is used */
  const Preset *preset;
};

enum { FIRST_LINE = 2 }; /* after the group's */

bool
profile_draft_rename (ProfileDraft *draft, const char *name, const char *file, GError **error)
{
  if (!config_is_profile_name (name))
    {
      g_set_error (
          error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
          _ ("\"%s\" is not a profile's name: 1 to 64 letters, digits, \".\", \"_\" and \"-\", a "
             "letter or digit first"),
          name);
      return false;
    }
  g_free (draft->name);
  g_free (draft->file);
  draft->name = g_strdup (name);
  draft->file = g_strdup (file);
  return true;
}

ProfileDraft *
profile_draft_new (const char *name, const char *file, GError **error)
{
  g_autoptr (ProfileDraft) draft = g_new0 (ProfileDraft, 1);

  draft->settings = g_ptr_array_new_with_free_func (g_free);
  return profile_draft_rename (draft, name, file, error) ? g_steal_pointer (&draft) : NULL;
}

ProfileDraft *
profile_draft_copy (const ProfileDraft *draft)
{
  ProfileDraft *copy = g_new0 (ProfileDraft, 1);

  copy->name = g_strdup (draft->name);
  copy->file = g_strdup (draft->file);
  copy->settings = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < draft->settings->len; i++)
    g_ptr_array_add (copy->settings, g_strdup (draft->settings->pdata[i]));
  copy->presets = draft->presets;
  copy->preset = draft->preset;
  return copy;
}

const char *
profile_draft_key (const ProfileDraft *draft, size_t index)
{
  return 2 * index < draft->settings->len ? draft->settings->pdata[2 * index] : NULL;
}

const char *
profile_draft_name (const ProfileDraft *draft)
{
  return draft->name;
}

const char *
profile_draft_file (const ProfileDraft *draft)
{
  return draft->file;
}

/* TEXT up to one of END, as far as it can be a profile's name. */
static char *
make_name (const char *text, const char *end)
{
  g_autofree char *name = g_strndup (text, strcspn (text, end));

  return config_is_profile_name (name) ? g_steal_pointer (&name) : NULL;
}

/* Of the hosts that everybody shares, and of an address, the first label names nobody. */
static bool
is_own (const char *host)
{
  return !g_str_has_prefix (host, "login.") && !g_str_has_prefix (host, "test.") &&
         !g_ascii_isdigit (*host);
}

char *
profile_draft_suggest_name (const char *login_url, const char *username)
{
  const char *host = login_url != NULL ? strstr (login_url, "://") : NULL;
  const char *domain = username != NULL ? strchr (username, '@') : NULL;
  char *name = NULL;

  if (host != NULL && is_own (host + strlen ("://")))
    name = make_name (host + strlen ("://"), ".:/");
  if (name == NULL && domain != NULL)
    name = make_name (domain + 1, ".");
  return name;
}

void
profile_draft_free (ProfileDraft *draft)
{
  g_free (draft->name);
  g_free (draft->file);
  g_ptr_array_unref (draft->settings);
  g_free (draft);
}

static const char *
own_value (const ProfileDraft *draft, const char *key)
{
  for (size_t i = 0; i < draft->settings->len; i += 2)
    if (strcmp (draft->settings->pdata[i], key) == 0)
      return draft->settings->pdata[i + 1];
  return NULL;
}

static const char *
preset_value (const Preset *preset, const char *key)
{
  const Setting *setting = preset != NULL ? preset_setting (preset, key) : NULL;

  return setting != NULL ? setting->value : NULL;
}

const char *
profile_draft_get (const ProfileDraft *draft, const char *key)
{
  const char *own = own_value (draft, key);

  return own != NULL ? own : preset_value (draft->preset, key);
}

bool
profile_draft_use_preset (ProfileDraft *draft, Presets *presets, GError **error)
{
  const char *name = own_value (draft, PRESET_SETTING);

  if (name == NULL)
    return true;
  draft->preset = presets_find (presets, name, error);
  draft->presets = presets;
  return draft->preset != NULL;
}

const Preset *
profile_draft_preset (const ProfileDraft *draft)
{
  return draft->preset;
}

/* What a page's text has when it is copied: nobody sees why the value is another. */
static bool
refuse_hidden (const char *key, const char *value, GError **error)
{
  gunichar hidden = text_find_hidden (value);

  if (hidden == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("%s: has a character that does not show: U+%04X"), key, (unsigned) hidden);
  return false;
}

bool
profile_draft_set (ProfileDraft *draft, const char *key, const char *value, GError **error)
{
  const char *why = NULL;

  if (!keyfile_is_key (key))
    {
      g_set_error (
          error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
          _ ("a setting's name has small letters, digits and \"-\", and perhaps a dot and the "
             "name of a claim or field"));
      return false;
    }
  if (own_value (draft, key) != NULL)
    why = _ ("given twice");
  else if (*value == '\0')
    why = _ ("empty");
  else if (*value == ' ' || g_str_has_suffix (value, " "))
    why = _ ("begins or ends with a blank"); /* which the configuration's syntax drops */
  else if (text_has_control (value, strlen (value)))
    why = _ ("has a control character");
  else if (!g_utf8_validate (value, -1, NULL))
    why = _ ("is not UTF-8");
  if (why != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s: %s", key, why);
      return false;
    }
  if (!refuse_hidden (key, value, error))
    return false;
  g_ptr_array_add (draft->settings, g_strdup (key));
  g_ptr_array_add (draft->settings, g_strdup (value));
  return true;
}

void
profile_draft_unset (ProfileDraft *draft, const char *key)
{
  for (unsigned i = 0; i < draft->settings->len; i += 2)
    if (strcmp (draft->settings->pdata[i], key) == 0)
      {
        g_ptr_array_remove_range (draft->settings, i, 2);
        return;
      }
}

Profile *
profile_draft_profile (const ProfileDraft *draft, GError **error)
{
  size_t count = draft->settings->len / 2;
  g_autofree Setting *settings = g_new0 (Setting, count);

  for (size_t i = 0; i < count; i++)
    settings[i] = (Setting){
      .key = draft->settings->pdata[2 * i],
      .value = draft->settings->pdata[2 * i + 1],
      .file = draft->file,
      .line = FIRST_LINE + (unsigned) i,
    };
  if (draft->presets != NULL)
    return presets_profile (draft->presets, draft->name, settings, count, error);
  return profile_new (draft->name, settings, count, error);
}

char *
profile_draft_text (const ProfileDraft *draft)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  for (size_t i = 0; i < draft->settings->len; i += 2)
    g_key_file_set_string (file, draft->name, draft->settings->pdata[i],
                           draft->settings->pdata[i + 1]);
  g_autofree char *compact = g_key_file_to_data (file, NULL, NULL);
  return g_steal_pointer (&compact);
}
