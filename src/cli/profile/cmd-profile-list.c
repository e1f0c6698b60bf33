/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "i18n.h"
#include "layout.h"
#include "output.h"
#include "preset-list.h"
#include "profiles.h"
#include "table.h"
#include "writer.h"

#include <unistd.h>

typedef struct {
  gboolean json;
  gboolean presets;
} ListOptions;

static const Option list_options[] = {
  { "presets", 0, OPTION_FLAG, offsetof (ListOptions, presets), NULL,
    N_ ("the presets that profiles can be made from, instead") },
  { "json", 0, OPTION_FLAG, offsetof (ListOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const list_example[] = {
  "avouch profile list",
  N_ ("a table: name, issuer, what it serves, where it is written"),
  "avouch profile list --quiet",
  N_ ("the names alone, one a line"),
  "avouch profile list --presets",
  N_ ("what a new profile can be made from, and what each wants to know"),
  NULL,
};

/* "" where nothing is written. */
static const char *
file_of (const Profile *profile)
{
  const char *file = profile_file (profile);

  return file != NULL ? file : "";
}

static void
write_profile (Writer *writer, const Profile *profile)
{
  const GPtrArray *serve = profile_serve (profile);

  writer_open (writer, NULL, '{');
  writer_string (writer, "name", profile_name (profile));
  writer_string (writer, "issuer", profile_get (profile, "issuer"));
  writer_open (writer, "serve", '[');
  for (size_t i = 0; serve != NULL && i < serve->len; i++)
    writer_string (writer, NULL, pattern_text (serve->pdata[i]));
  writer_close (writer, ']');
  writer_string (writer, "file", file_of (profile));
  writer_close (writer, '}');
}

static bool
print_json (const GPtrArray *profiles, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };

  writer_open (&writer, NULL, '[');
  for (size_t i = 0; i < profiles->len; i++)
    write_profile (&writer, profiles->pdata[i]);
  writer_close (&writer, ']');
  return output_buffer (&output, error);
}

static bool
print_names (const GPtrArray *profiles, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (size_t i = 0; i < profiles->len; i++)
    g_string_append_printf (names, "%s\n", profile_name (profiles->pdata[i]));
  return output_text (names->str, error);
}

static bool
print_table (const Invocation *call, const GPtrArray *profiles, GError **error)
{
  const char *const titles[] = { _ ("NAME"), _ ("ISSUER"), _ ("SERVES"), _ ("FILE"), NULL };
  g_autoptr (Table) table = table_new (titles);
  g_autofree char *text = NULL;

  for (size_t i = 0; i < profiles->len; i++)
    {
      const Profile *profile = profiles->pdata[i];
      const char *issuer = profile_get (profile, "issuer");
      g_autofree char *serves = profiles_serve_summary (profile);
      g_autofree char *file = profiles_short_path (call->environment, file_of (profile));
      const char *const cells[] = { profile_name (profile), issuer != NULL ? issuer : "-", serves,
                                    file };

      table_add (table, cells);
    }
  text = table_render (table, layout_table_width (STDOUT_FILENO));
  return output_text (text, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const ListOptions *options = call->values;
  g_autoptr (Config) config = NULL;

  if (options->presets)
    return preset_list_print (call, options->json, error);
  config = profiles_load (call->environment, error);
  if (config == NULL)
    return false;
  if (options->json)
    return print_json (config_profiles (config), error);
  if (call->quiet)
    return print_names (config_profiles (config), error);
  if (config_profiles (config)->len > 0)
    return print_table (call, config_profiles (config), error);
  return output_text (_ ("no profile is configured: \"avouch profile add NAME\" makes one\n"),
                      error);
}

const Command command_profile_list = {
  .path = "avouch profile list",
  .arguments = "",
  .summary = N_ ("name every profile and what it serves"),
  .description =
      N_ ("Names the profiles of all configuration files. With --quiet the names alone."),
  .example = list_example,
  .options = list_options,
  .values_size = sizeof (ListOptions),
  .run = run,
};
