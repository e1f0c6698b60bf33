/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "help.h"

#include "i18n.h"
#include "layout.h"
#include "options.h"

enum {
  INDENT = 2,
  GAP = 2,
  MAX_TERM = 24, /* columns of an option or command before its explanation starts a new line */
};

static char *
option_term (const Option *option)
{
  g_autofree char *letter =
      option->letter != 0 ? g_strdup_printf ("-%c, ", option->letter) : g_strdup ("    ");

  if (option->value == NULL)
    return g_strdup_printf ("%s--%s", letter, option->name);
  return g_strdup_printf ("%s--%s %s", letter, option->name, _ (option->value));
}

static void
add_term (GString *help, const char *term, const char *explanation, unsigned width)
{
  unsigned column = INDENT + layout_columns (term);
  unsigned start = INDENT + width + GAP;

  layout_pad (help, INDENT);
  g_string_append (help, term);
  if (column + GAP > start)
    {
      g_string_append_c (help, '\n');
      column = 0;
    }
  layout_pad (help, start - column);
  layout_wrap (help, explanation, start, start, LAYOUT_WIDTH - 1);
}

static void
widen (unsigned *width, unsigned columns)
{
  if (columns > *width && columns <= MAX_TERM)
    *width = columns;
}

static void
add_options (GString *help, const Command *command)
{
  const Option *const tables[] = { command->options, options_common };
  unsigned width = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const Option *option = tables[i]; option != NULL && option->name != NULL; option++)
      {
        g_autofree char *term = option_term (option);

        widen (&width, layout_columns (term));
      }
  g_string_append_printf (help, "\n%s\n", _ ("Options:"));
  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const Option *option = tables[i]; option != NULL && option->name != NULL; option++)
      {
        g_autofree char *term = option_term (option);

        add_term (help, term, _ (option->help), width);
      }
}

static void
add_commands (GString *help, const Command *command)
{
  unsigned width = 0;

  if (command->subcommands == NULL)
    return;
  for (size_t i = 0; command->subcommands[i] != NULL; i++)
    widen (&width, layout_columns (command_name (command->subcommands[i])));
  g_string_append_printf (help, "\n%s\n", _ ("Commands:"));
  for (size_t i = 0; command->subcommands[i] != NULL; i++)
    add_term (help, command_name (command->subcommands[i]), _ (command->subcommands[i]->summary),
              width);
}

static void
add_description (GString *help, const Command *command)
{
  g_auto (GStrv) paragraphs = g_strsplit (_ (command->description), "\n", -1);

  for (size_t i = 0; paragraphs[i] != NULL; i++)
    {
      g_string_append_c (help, '\n');
      layout_wrap (help, paragraphs[i], 0, 0, LAYOUT_WIDTH - 1);
    }
}

static void
add_examples (GString *help, const Command *command)
{
  g_string_append_printf (help, "\n%s\n", _ ("Examples:"));
  for (size_t i = 0; command->example[i] != NULL; i += 2)
    {
      g_string_append_printf (help, "  %s\n", command->example[i]);
      layout_pad (help, 3 * INDENT);
      layout_wrap (help, _ (command->example[i + 1]), 3 * INDENT, 3 * INDENT, LAYOUT_WIDTH - 1);
    }
}

static void
add_usage (GString *help, const Command *command)
{
  const char *options = _ ("[OPTION…]");
  g_autoptr (GString) usage = g_string_new (NULL);

  g_string_append_printf (usage, _ ("Usage: %s"), command->path);
  if (command->takes_command)
    g_string_append_printf (usage, " %s", options);
  if (*command->arguments != '\0')
    g_string_append_printf (usage, " %s", _ (command->arguments));
  if (!command->takes_command)
    g_string_append_printf (usage, " %s", options);
  layout_wrap (help, usage->str, 0, 2 * INDENT, LAYOUT_WIDTH - 1);
}

static void
add_title (GString *help, const Command *command)
{
  g_autofree char *title = g_strdup_printf ("%s: %s", command->path, _ (command->summary));

  layout_wrap (help, title, 0, 2 * INDENT, LAYOUT_WIDTH - 1);
  g_string_append_c (help, '\n');
}

char *
help_text (const Command *command)
{
  g_autoptr (GString) help = g_string_new (NULL);

  add_title (help, command);
  add_usage (help, command);
  add_description (help, command);
  add_commands (help, command);
  add_options (help, command);
  add_examples (help, command);
  if (command->subcommands != NULL)
    g_string_append_printf (help, _ ("\n\"%s COMMAND --help\" explains one command.\n"),
                            command->path);
  return g_string_free (g_steal_pointer (&help), FALSE);
}

char *
help_short (const Command *command)
{
  g_autoptr (GString) help = g_string_new (NULL);

  add_usage (help, command);
  add_commands (help, command);
  g_string_append_printf (help, _ ("\n\"%s --help\" says more.\n"), command->path);
  return g_string_free (g_steal_pointer (&help), FALSE);
}
