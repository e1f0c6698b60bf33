/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "layout.h"
#include "output.h"
#include "profile-check.h"
#include "profiles.h"
#include "text.h"
#include "writer.h"

#include <string.h>

enum { GAP = 2 };

typedef struct {
  gboolean json;
} ShowOptions;

static const Option show_options[] = {
  { "json", 0, OPTION_FLAG, offsetof (ShowOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const show_example[] = {
  "avouch profile show acme",
  N_ ("each setting with the file and line where it stands, and what is wrong"),
  "avouch profile show acme --json",
  N_ ("the same for programs"),
  NULL,
};

static unsigned
name_width (const Setting *settings, size_t count)
{
  unsigned width = 0;

  for (size_t i = 0; i < count; i++)
    width = MAX (width, layout_columns (settings[i].key));
  return width;
}

/* Whole values: somebody came to read or copy them. */
static void
add_setting (GString *text, const Profile *profile, const Setting *setting, unsigned width)
{
  g_autofree char *value = profiles_setting_text (profile, setting);
  g_autofree char *cleaned = text_clean (value, -1);

  g_string_append_printf (text, "  %3u  %s", setting->line, setting->key);
  layout_pad (text, width - layout_columns (setting->key) + GAP);
  g_string_append_printf (text, "%s\n", cleaned);
}

/* What stands in FILE, in its order. */
static void
add_file (GString *text, const Invocation *call, const Profile *profile, const char *file)
{
  size_t count;
  const Setting *settings = profile_settings (profile, &count);
  unsigned width = name_width (settings, count);
  g_autofree char *path = profiles_short_path (call->environment, file);
  g_autofree char *shown = text_clean (path, -1);

  g_string_append_printf (text, "%s\n", shown);
  for (unsigned line = 0;;)
    {
      const Setting *next = NULL;

      for (size_t i = 0; i < count; i++)
        if (strcmp (settings[i].file, file) == 0 && settings[i].line > line &&
            (next == NULL || settings[i].line < next->line))
          next = &settings[i];
      if (next == NULL)
        return;
      add_setting (text, profile, next, width);
      line = next->line;
    }
}

/* The profile's own files, then that of its preset. */
static GPtrArray *
list_files (const Profile *profile)
{
  const char *own = profile_file (profile);
  GPtrArray *files = g_ptr_array_new ();
  size_t count;
  const Setting *settings = profile_settings (profile, &count);

  if (own != NULL)
    g_ptr_array_add (files, (void *) own);
  for (size_t i = 0; i < count; i++)
    if (!g_ptr_array_find_with_equal_func (files, settings[i].file, g_str_equal, NULL))
      g_ptr_array_add (files, (void *) settings[i].file);
  return files;
}

static bool
print_text (const Invocation *call, const Profile *profile, GError **error)
{
  g_autoptr (GPtrArray) files = list_files (profile);
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < files->len; i++)
    add_file (text, call, profile, files->pdata[i]);
  return output_text (text->str, error);
}

static void
write_setting (Writer *writer, const Profile *profile, const Setting *setting)
{
  g_autofree char *value = profiles_setting_text (profile, setting);

  writer_open (writer, setting->key, '{');
  writer_string (writer, "value", value);
  writer_string (writer, "file", setting->file);
  writer_int (writer, "line", setting->line);
  writer_close (writer, '}');
}

static bool
print_json (const Profile *profile, const GError *trouble, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };
  g_autofree char *message = trouble != NULL ? error_message (trouble) : NULL;
  size_t count;
  const Setting *settings = profile_settings (profile, &count);

  writer_open (&writer, NULL, '{');
  writer_string (&writer, "name", profile_name (profile));
  writer_open (&writer, "settings", '{');
  for (size_t i = 0; i < count; i++)
    write_setting (&writer, profile, &settings[i]);
  writer_close (&writer, '}');
  writer_bool (&writer, "valid", trouble == NULL);
  writer_string (&writer, "trouble", message);
  writer_string (&writer, "hint", trouble != NULL ? error_hint (trouble) : NULL);
  writer_close (&writer, '}');
  return output_buffer (&output, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const ShowOptions *options = call->values;
  g_autoptr (Config) config = profiles_load (call->environment, error);
  g_autoptr (GError) trouble = NULL;
  Profile *profile;

  if (config == NULL)
    return false;
  profile = profiles_choose (config, call->arguments[0], error);
  if (profile == NULL)
    return false;
  profile_check (profile, call->environment->home, &trouble);
  if (!(options->json ? print_json (profile, trouble, error) : print_text (call, profile, error)))
    return false;
  if (trouble == NULL)
    return true;
  error_add_prefix (trouble, profile_name (profile));
  g_propagate_error (error, g_steal_pointer (&trouble));
  return false;
}

const Command command_profile_show = {
  .path = "avouch profile show",
  .arguments = N_ ("[PROFILE]"),
  .summary = N_ ("show a profile's settings, and what is wrong with them"),
  .description =
      N_ ("Later files win key by key; this shows the value that counts. Exits with 3 if "
          "the profile cannot work as it is written."),
  .example = show_example,
  .options = show_options,
  .values_size = sizeof (ShowOptions),
  .max_arguments = 1,
  .run = run,
};
