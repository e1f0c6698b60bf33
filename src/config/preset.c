/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Presets found, and laid beneath a profile's own settings. */
#include "preset.h"

#include "config.h"
#include "error.h"
#include "i18n.h"
#include "keyfile.h"
#include "text.h"

#include <string.h>

#define FOLDER "presets"
#define SUFFIX ".conf"

struct _Presets {
  uid_t uid;
  GPtrArray *folders; /* the first that has a file of the name wins */
  GHashTable *read;   /* name: Preset */
};

/* A profile on its way. */
typedef struct {
  const char *name;
  const Setting *own;
  size_t count;
  const Preset *preset;
  const Setting *named; /* the setting that names it */
  GArray *merged;
  GStringChunk *strings;
} Merge;

static void
add_folder (Presets *presets, const char *base, const char *below)
{
  if (base != NULL)
    g_ptr_array_add (presets->folders, g_build_filename (base, below, NULL));
}

Presets *
presets_new (const Environment *environment)
{
  Presets *presets = g_new0 (Presets, 1);

  presets->uid = environment->uid;
  presets->folders = g_ptr_array_new_with_free_func (g_free);
  add_folder (presets, environment->config_home, "avouch/" FOLDER);
  add_folder (presets, environment->system_dir, FOLDER);
  add_folder (presets, environment->preset_dir, "");
  return presets;
}

void
presets_free (Presets *presets)
{
  if (presets == NULL)
    return;
  g_ptr_array_unref (presets->folders);
  g_clear_pointer (&presets->read, g_hash_table_unref);
  g_free (presets);
}

/* What a profile's name may be is no path either. */
static bool
is_name (const char *name)
{
  return config_is_profile_name (name);
}

static char *
find_file (const Presets *presets, const char *name)
{
  g_autofree char *base = g_strconcat (name, SUFFIX, NULL);

  for (size_t i = 0; i < presets->folders->len; i++)
    {
      g_autofree char *path = g_build_filename (presets->folders->pdata[i], base, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return NULL;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_names (const char *folder, GPtrArray *names)
{
  g_autoptr (GDir) opened = g_dir_open (folder, 0, NULL);
  const char *file;

  while (opened != NULL && (file = g_dir_read_name (opened)) != NULL)
    {
      g_autofree char *name = g_str_has_suffix (file, SUFFIX)
                                  ? g_strndup (file, strlen (file) - strlen (SUFFIX))
                                  : NULL;

      if (name != NULL && is_name (name) &&
          !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, g_steal_pointer (&name));
    }
}

char **
presets_names (const Presets *presets)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (size_t i = 0; i < presets->folders->len; i++)
    add_names (presets->folders->pdata[i], names);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

static void
refuse_unknown (const Presets *presets, const char *name, GError **error)
{
  g_auto (GStrv) known = presets_names (presets);
  g_autofree char *list = g_strjoinv (", ", known);
  g_autofree char *shown = text_clean (name, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("there is no preset “%s”"), shown);
  if (error != NULL)
    error_add_hint (*error, _ ("presets known here: %s"), list);
}

const Preset *
presets_find (Presets *presets, const char *name, GError **error)
{
  Preset *preset = presets->read != NULL ? g_hash_table_lookup (presets->read, name) : NULL;
  g_autofree char *file = NULL;

  if (preset != NULL)
    return preset;
  file = is_name (name) ? find_file (presets, name) : NULL;
  if (file == NULL)
    {
      refuse_unknown (presets, name, error);
      return NULL;
    }
  preset = preset_read (name, file, presets->uid, error);
  if (preset == NULL)
    return NULL;
  if (presets->read == NULL)
    presets->read =
        g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) preset_free);
  g_hash_table_insert (presets->read, preset->name, preset);
  return preset;
}

static const Setting *
find_own (const Merge *merge, const char *key)
{
  for (size_t i = 0; i < merge->count; i++)
    if (strcmp (merge->own[i].key, key) == 0)
      return &merge->own[i];
  return NULL;
}

static bool
refuse_missing (const Merge *merge, const Setting *parameter, GError **error)
{
  g_autoptr (GError) reason = NULL;

  keyfile_set_error (merge->named->file, merge->named->line, &reason,
                     _ ("preset: %s needs `%s` as well: %s"), merge->preset->name, parameter->key,
                     parameter->value);
  error_add_hint (reason, _ ("add a line \"%s = …\" under [%s]"), parameter->key, merge->name);
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

/* It becomes part of a URL or a name: what is often pasted in its place would make another of it.
 */
static bool
check_part (const Setting *given, GError **error)
{
  static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-._~:/";
  const char *why = NULL;

  if (strstr (given->value, "://") != NULL)
    why = _ ("only a part of a URL belongs here, without \"https://\"");
  else if (*given->value == '\0')
    why = _ ("empty");
  else if (given->value[strspn (given->value, allowed)] != '\0')
    why = _ ("letters, digits and \"-._~:/\" only");
  if (why == NULL)
    return true;
  keyfile_set_error (given->file, given->line, error, "%s: %s", given->key, why);
  return false;
}

/* AT: a brace. What stands in it, if that is one of the parameters. */
static const Setting *
read_parameter (const Preset *preset, const char *at, size_t *length)
{
  const char *end = strchr (at, '}');
  g_autofree char *name = end != NULL ? g_strndup (at + 1, (size_t) (end - at - 1)) : NULL;

  *length = end != NULL ? (size_t) (end - at) + 1 : 0;
  return name != NULL ? preset_parameter (preset, name) : NULL;
}

/* Other braces are left alone: issuers have placeholders of their own. */
static bool
expand (const Merge *merge, const char *value, GString *text, GError **error)
{
  for (const char *at = value; *at != '\0';)
    {
      size_t length = 0;
      const Setting *parameter = *at == '{' ? read_parameter (merge->preset, at, &length) : NULL;
      const Setting *given = parameter != NULL ? find_own (merge, parameter->key) : NULL;

      if (parameter != NULL && given == NULL)
        return refuse_missing (merge, parameter, error);
      if (given != NULL && !check_part (given, error))
        return false;
      if (given != NULL)
        g_string_append (text, given->value);
      else
        g_string_append_c (text, *at);
      at += given != NULL ? length : 1;
    }
  return true;
}

static bool
add_of_preset (Merge *merge, const Setting *setting, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Setting expanded = *setting;

  if (find_own (merge, setting->key) != NULL)
    return true;
  if (!expand (merge, setting->value, text, error))
    return false;
  if (text->len > KEYFILE_MAX_VALUE)
    {
      keyfile_set_error (setting->file, setting->line, error,
                         _ ("the value is longer than %d bytes"), KEYFILE_MAX_VALUE);
      return false;
    }
  expanded.value = g_string_chunk_insert (merge->strings, text->str);
  g_array_append_val (merge->merged, expanded);
  return true;
}

static bool
merge_all (Merge *merge, GError **error)
{
  for (size_t i = 0; i < merge->count; i++)
    if (preset_parameter (merge->preset, merge->own[i].key) == NULL)
      g_array_append_val (merge->merged, merge->own[i]);
  for (size_t i = 0; i < merge->preset->settings->len; i++)
    if (!add_of_preset (merge, &g_array_index (merge->preset->settings, Setting, i), error))
      return false;
  return true;
}

static const Preset *
find_named (Presets *presets, const Setting *named, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const Preset *preset = presets_find (presets, named->value, &reason);
  g_autofree char *place = NULL;

  if (preset != NULL)
    return preset;
  place = g_strdup_printf ("%s:%u: " PRESET_SETTING, named->file, named->line);
  error_add_prefix (reason, place);
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}

Profile *
presets_profile (Presets *presets, const char *name, const Setting *settings, size_t count,
                 GError **error)
{
  Merge merge = { .name = name, .own = settings, .count = count };
  g_autoptr (GArray) merged = NULL;
  g_autoptr (GStringChunk) strings = NULL;

  merge.named = find_own (&merge, PRESET_SETTING);
  if (merge.named == NULL)
    return profile_new (name, settings, count, error);
  merge.preset = find_named (presets, merge.named, error);
  if (merge.preset == NULL)
    return NULL;
  merge.merged = merged = g_array_new (FALSE, FALSE, sizeof (Setting));
  merge.strings = strings = g_string_chunk_new (512);
  if (!merge_all (&merge, error))
    return NULL;
  return profile_new (name, (const Setting *) merged->data, merged->len, error);
}
