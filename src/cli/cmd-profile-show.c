/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "output.h"
#include "profile-check.h"
#include "profiles.h"
#include "table.h"
#include "writer.h"

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

static bool
print_table (const Invocation *call, const Profile *profile, GError **error)
{
  const char *const titles[] = { _ ("SETTING"), _ ("FROM"), _ ("VALUE"), NULL };
  g_autoptr (Table) table = table_new (titles);
  g_autofree char *text = NULL;
  size_t count;
  const Setting *settings = profile_settings (profile, &count);

  for (size_t i = 0; i < count; i++)
    {
      g_autofree char *value = profiles_setting_text (profile, &settings[i]);
      g_autofree char *file = profiles_short_path (call->environment, settings[i].file);
      g_autofree char *from = g_strdup_printf ("%s:%u", file, settings[i].line);
      const char *const cells[] = { settings[i].key, from, value };

      table_add (table, cells);
    }
  /* Whole values: somebody came to read or copy them. */
  text = table_render (table, G_MAXUINT);
  return output_text (text, error);
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
  if (!(options->json ? print_json (profile, trouble, error) : print_table (call, profile, error)))
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
