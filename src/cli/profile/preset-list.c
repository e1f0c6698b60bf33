/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "preset-list.h"

#include "i18n.h"
#include "layout.h"
#include "output.h"
#include "preset.h"
#include "table.h"
#include "writer.h"

#include <unistd.h>

static void
append_names (GString *list, const GArray *settings)
{
  for (size_t i = 0; i < settings->len; i++)
    g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "",
                            g_array_index (settings, Setting, i).key);
}

/* What the profile must say, or "-". */
static char *
list_needs (const Preset *preset)
{
  g_autoptr (GString) list = g_string_new (NULL);

  append_names (list, preset->parameters);
  append_names (list, preset->needs);
  return g_strdup (list->len > 0 ? list->str : "-");
}

static bool
print_names (char *const *names, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (; *names != NULL; names++)
    g_string_append_printf (text, "%s\n", *names);
  return output_text (text->str, error);
}

static bool
print_table (Presets *presets, char *const *names, GError **error)
{
  const char *const titles[] = { _ ("NAME"), _ ("NEEDS"), _ ("FOR"), NULL };
  g_autoptr (Table) table = table_new (titles);
  g_autofree char *text = NULL;

  for (; *names != NULL; names++)
    {
      const Preset *preset = presets_find (presets, *names, error);
      g_autofree char *needs = preset != NULL ? list_needs (preset) : NULL;

      if (preset == NULL)
        return false;
      const char *const cells[] = { preset->name, needs, preset->summary };
      table_add (table, cells);
    }
  text = table_render (table, layout_table_width (STDOUT_FILENO));
  return output_text (text, error);
}

static void
write_meanings (Writer *writer, const char *name, const GArray *settings)
{
  writer_open (writer, name, '{');
  for (size_t i = 0; i < settings->len; i++)
    {
      const Setting *setting = &g_array_index (settings, Setting, i);

      writer_string (writer, setting->key, setting->value);
    }
  writer_close (writer, '}');
}

static void
write_preset (Writer *writer, const Preset *preset)
{
  writer_open (writer, NULL, '{');
  writer_string (writer, "name", preset->name);
  writer_string (writer, "summary", preset->summary);
  write_meanings (writer, "parameters", preset->parameters);
  write_meanings (writer, "needs", preset->needs);
  writer_string (writer, "file", preset->file);
  writer_close (writer, '}');
}

static bool
print_json (Presets *presets, char *const *names, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };

  writer_open (&writer, NULL, '[');
  for (; *names != NULL; names++)
    {
      const Preset *preset = presets_find (presets, *names, error);

      if (preset == NULL)
        return false;
      write_preset (&writer, preset);
    }
  writer_close (&writer, ']');
  return output_buffer (&output, error);
}

bool
preset_list_print (const Invocation *call, bool json, GError **error)
{
  g_autoptr (Presets) presets = presets_new (call->environment);
  g_auto (GStrv) names = presets_names (presets);

  if (json)
    return print_json (presets, names, error);
  return call->quiet ? print_names (names, error) : print_table (presets, names, error);
}
