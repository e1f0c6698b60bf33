/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "help.h"
#include "i18n.h"
#include "interrupt.h"
#include "jwt-input.h"
#include "options.h"
#include "output.h"
#include "process.h"
#include "text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

/* A file opened where a standard descriptor was closed would be read, or written to, in its place:
 * the cache's, say. Opened the wrong way round, so that their use still fails. */
static void
fill_standard_descriptors (void)
{
  static const int modes[] = { O_WRONLY, O_RDONLY, O_RDONLY };

  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", modes[fd]) < 0)
      _exit (1);
}

static bool
check_count (const Command *command, char **arguments, GError **error)
{
  size_t count = g_strv_length (arguments);

  if (count <= command->max_arguments)
    return true;
  if (!jwt_input_check_argument (arguments[command->max_arguments], error))
    return false;
  g_autofree char *shown = text_clean_told (arguments[command->max_arguments]);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("one argument too many: \"%s\""), shown);
  if (error != NULL)
    error_add_hint (*error, _ ("\"%s --help\" shows how it is called"), command->path);
  return false;
}

/* The path is the command's own name in GOption's messages. REST: where another program's words
 * begin, if the command takes any. */
static char **
parse (const Command *command, char *const *words, void *values, CommonOptions *common,
       char *const **rest, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  if (command->takes_command)
    *rest = words + options_find_command (command->options, words);
  g_ptr_array_add (argv, (void *) command->path);
  for (; *words != NULL && words != *rest; words++)
    if (*rest == NULL || words + 1 != *rest || strcmp (*words, "--") != 0)
      g_ptr_array_add (argv, *words);
  g_ptr_array_add (argv, NULL);
  return options_parse (command->options, values, common, command->subcommands != NULL,
                        (const char *const *) argv->pdata, error);
}

static bool
print_version (GError **error)
{
  return output_text ("avouch " AVOUCH_VERSION "\n", error);
}

static bool
print_help (const Command *command, GError **error)
{
  g_autofree char *text = help_text (command);

  return output_text (text, error);
}

/* "avouch help profile add", "avouch --help profile add acme" */
static bool
help_on (const Command *command, char *const *words, GError **error)
{
  for (; *words != NULL && command->subcommands != NULL; words++)
    {
      const Command *next = command_find (command, *words);

      if (next == NULL)
        {
          command_set_unknown (command, *words, error);
          return false;
        }
      command = next;
    }
  return print_help (command, error);
}

static bool
run_leaf (const Command *command, const Environment *environment, const CommonOptions *common,
          const void *values, char **arguments, char *const *rest, GError **error)
{
  Invocation call = {
    .environment = environment,
    .values = values,
    .arguments = arguments,
    .count = g_strv_length (arguments),
    .command = (char **) rest,
    .quiet = common->quiet,
    .verbose = common->verbose,
  };

  return check_count (command, arguments, error) && command->run (&call, error);
}

/* The exit code; an ERROR that is set decides it. */
static int
dispatch (const Command *command, char *const *words, const Environment *environment,
          CommonOptions *common, GError **error)
{
  g_autofree char *usage = NULL;
  void *values = g_malloc0 (MAX (command->values_size, 1));
  char *const *rest = NULL;
  g_auto (GStrv) arguments = parse (command, words, values, common, &rest, error);
  int code = 0;

  if (arguments == NULL)
    {
      code = EXIT_USAGE;
      if (command->option_hint != NULL)
        error_add_hint (*error, "%s", _ (command->option_hint));
    }
  else if (common->help && command->subcommands != NULL)
    help_on (command, arguments, error);
  else if (common->help)
    print_help (command, error);
  else if (common->version)
    print_version (error);
  else if (command->subcommands == NULL)
    run_leaf (command, environment, common, values, arguments, rest, error);
  else if (arguments[0] == NULL)
    {
      usage = help_short (command);
      fputs (usage, stderr);
      code = EXIT_USAGE;
    }
  else if (command == &command_root && strcmp (arguments[0], "help") == 0)
    help_on (command, arguments + 1, error);
  else if (command_find (command, arguments[0]) == NULL)
    command_set_unknown (command, arguments[0], error);
  else
    code =
        dispatch (command_find (command, arguments[0]), arguments + 1, environment, common, error);
  options_free_values (command->options, values);
  return code;
}

int
main (int argc, char **argv)
{
  g_autoptr (Environment) environment = NULL;
  g_autoptr (GError) error = NULL;
  CommonOptions common = { 0 };
  int code;

  fill_standard_descriptors ();
  process_harden ();
  process_overwrite_freed ();
  /* A reader that went away is a failed write, and is reported as one. */
  signal (SIGPIPE, SIG_IGN);
  /* In this order: a command that is run gets the environment as it was. */
  environment = environment_read ();
  environment_distrust ();
  code = dispatch (&command_root, argv + MIN (argc, 1), environment, &common, &error);
  if (error == NULL)
    return code;
  error_report (error);
  interrupt_pass_on ();
  return error_exit_code (error);
}
