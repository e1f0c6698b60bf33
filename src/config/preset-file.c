/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One preset, as it is written. */
#include "preset.h"

#include "config-file.h"
#include "i18n.h"
#include "keyfile.h"

#include <string.h>

/* Whose key and identity it is, what the token may be used for, and how this machine reaches the
 * network is for the profile to say: a preset is copied from anywhere. */
static const char *const own_affairs[] = {
  "ca-file",  "cache",     "certificate", "client-id",          "client-secret", "git-username",
  "key",      "key-alias", "key-id",      "key-passphrase",     "passphrase",    "preset",
  "proxy",    "publish",   "serve",       "keyring-collection", "subject-token", "timeout",
  "username", NULL,
};

/* Nor where a secret is, whatever a setting for one may be called. */
static const char *const secret_places[] = { "env:", "fd:", "file:", "keyring:", "profile:", NULL };

typedef enum { NO_PART, ABOUT, PARAMETERS, NEEDS, INSTEAD, SETTINGS } Part;

static const struct {
  const char *name;
  Part part;
} parts[] = {
  { "preset", ABOUT },    { "parameters", PARAMETERS }, { "needs", NEEDS },
  { "instead", INSTEAD }, { "settings", SETTINGS },
};

typedef struct {
  Preset *preset;
  Part part;
} Reading;

static bool
on_group (const char *name, unsigned line, void *data, GError **error)
{
  Reading *reading = data;

  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strcmp (parts[i].name, name) == 0)
      {
        reading->part = parts[i].part;
        return true;
      }
  keyfile_set_error (reading->preset->file, line, error,
                     _ ("a preset has [preset], [parameters], [needs], [instead] and "
                        "[settings]; not [%s]"),
                     name);
  return false;
}

static const Setting *
find_setting (const GArray *settings, const char *key)
{
  for (size_t i = 0; i < settings->len; i++)
    {
      const Setting *setting = &g_array_index (settings, Setting, i);

      if (strcmp (setting->key, key) == 0)
        return setting;
    }
  return NULL;
}

static bool
add (GArray *settings, const Setting *setting, GError **error)
{
  const Setting *former = find_setting (settings, setting->key);

  if (former == NULL)
    {
      g_array_append_val (settings, *setting);
      return true;
    }
  keyfile_set_error (setting->file, setting->line, error, _ ("%s: already set in line %u"),
                     setting->key, former->line);
  return false;
}

static bool
add_about (Preset *preset, const Setting *setting, GError **error)
{
  if (strcmp (setting->key, "summary") == 0)
    {
      preset->summary = setting->value;
      return true;
    }
  keyfile_set_error (setting->file, setting->line, error,
                     _ ("%s: under [preset] stands `summary` alone"), setting->key);
  return false;
}

static bool
is_secret_place (const char *value)
{
  for (size_t i = 0; secret_places[i] != NULL; i++)
    if (g_str_has_prefix (value, secret_places[i]))
      return true;
  return false;
}

static bool
add_setting (Preset *preset, const Setting *setting, GError **error)
{
  if (!g_strv_contains (own_affairs, setting->key) && !is_secret_place (setting->value))
    return add (preset->settings, setting, error);
  keyfile_set_error (setting->file, setting->line, error,
                     _ ("%s: no preset may set this; it is for the profile to say"), setting->key);
  return false;
}

/* A parameter is no setting of the profile, which would lose its own of that name. */
static bool
add_parameter (Preset *preset, const Setting *parameter, GError **error)
{
  if (!profile_is_shared_key (parameter->key))
    return add (preset->parameters, parameter, error);
  keyfile_set_error (parameter->file, parameter->line, error,
                     _ ("%s: no parameter may be called as a setting that every profile knows"),
                     parameter->key);
  return false;
}

static bool
on_setting (const Setting *setting, void *data, GError **error)
{
  Reading *reading = data;

  if (reading->part == ABOUT)
    return add_about (reading->preset, setting, error);
  if (reading->part == PARAMETERS)
    return add_parameter (reading->preset, setting, error);
  if (reading->part == NEEDS)
    return add (reading->preset->needs, setting, error);
  if (reading->part == INSTEAD)
    return add (reading->preset->instead, setting, error);
  return add_setting (reading->preset, setting, error);
}

Preset *
preset_read (const char *name, const char *file, uid_t uid, GError **error)
{
  static const KeyfileHandler handler = { on_group, on_setting };
  g_autoptr (Preset) preset = g_new0 (Preset, 1);
  Reading reading = { .preset = preset };
  size_t length;

  preset->name = g_strdup (name);
  preset->file = g_strdup (file);
  preset->summary = "";
  preset->parameters = g_array_new (FALSE, FALSE, sizeof (Setting));
  preset->needs = g_array_new (FALSE, FALSE, sizeof (Setting));
  preset->instead = g_array_new (FALSE, FALSE, sizeof (Setting));
  preset->settings = g_array_new (FALSE, FALSE, sizeof (Setting));
  preset->text = config_file_read (file, uid, &length, error);
  if (preset->text == NULL ||
      !keyfile_scan (preset->text, length, preset->file, &handler, &reading, error))
    return NULL;
  return g_steal_pointer (&preset);
}

void
preset_free (Preset *preset)
{
  g_free (preset->name);
  g_free (preset->file);
  g_free (preset->text);
  g_array_unref (preset->parameters);
  g_array_unref (preset->needs);
  g_array_unref (preset->instead);
  g_array_unref (preset->settings);
  g_free (preset);
}

const Setting *
preset_parameter (const Preset *preset, const char *name)
{
  return find_setting (preset->parameters, name);
}

const Setting *
preset_need (const Preset *preset, const char *name)
{
  return find_setting (preset->needs, name);
}

const Setting *
preset_setting (const Preset *preset, const char *name)
{
  return find_setting (preset->settings, name);
}

const char *
preset_instead (const Preset *preset, const char *name)
{
  const Setting *other = find_setting (preset->instead, name);

  return other != NULL ? other->value : NULL;
}
