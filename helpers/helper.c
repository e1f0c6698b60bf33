/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include "error.h"
#include "i18n.h"
#include "process.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *operation;
  const char *profile;
  int verbose;
  bool no_prompt;
  bool help;
  bool version;
} Arguments;

/* A closed standard descriptor would be given to the next file that is opened, and a token written
 * into it. Each is opened the wrong way round instead, so that its use still fails. */
static bool
fill_standard_descriptors (void)
{
  static const int modes[] = {
    [STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_WRONLY
  };

  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF && open ("/dev/null", modes[fd]) != fd)
      return false;
  return true;
}

/* An option's value: "--NAME=VALUE" or "--NAME VALUE"; NULL for another option. */
static const char *
option_value (const char *name, char **argv, int *index)
{
  size_t length = strlen (name);
  const char *argument = argv[*index];

  if (strncmp (argument, name, length) != 0)
    return NULL;
  if (argument[length] == '=')
    return argument + length + 1;
  if (argument[length] == '\0' && argv[*index + 1] != NULL)
    return argv[++*index];
  return NULL;
}

/* "-v", "-vv", …: how many. */
static int
count_verbose (const char *argument)
{
  size_t count = strspn (argument + 1, "v");

  return argument[1 + count] == '\0' ? (int) count : 0;
}

static bool
read_option (Arguments *arguments, char **argv, int *index)
{
  const char *argument = argv[*index];
  const char *value;

  if (g_str_equal (argument, "--help") || g_str_equal (argument, "-h"))
    arguments->help = true;
  else if (g_str_equal (argument, "--version"))
    arguments->version = true;
  else if (g_str_equal (argument, "--no-prompt"))
    arguments->no_prompt = true;
  else if (g_str_equal (argument, "--verbose"))
    arguments->verbose++;
  else if (count_verbose (argument) > 0)
    arguments->verbose += count_verbose (argument);
  else if ((value = option_value ("--profile", argv, index)) != NULL)
    arguments->profile = value;
  else
    return false;
  return true;
}

static bool
read_arguments (const Helper *helper, char **argv, Arguments *arguments, GError **error)
{
  for (int i = 1; argv[i] != NULL; i++)
    {
      const char *argument = argv[i];

      if (argument[0] == '-' && read_option (arguments, argv, &i))
        continue;
      if (argument[0] != '-' && helper->has_operation && arguments->operation == NULL)
        {
          arguments->operation = argument;
          continue;
        }

      /* Without its value: it may be a passphrase in the wrong place. */
      g_autofree char *shown = text_clean (argument, (gssize) strcspn (argument, "="));

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s: unexpected argument \"%s\""),
                   helper->name, shown);
      if (error != NULL)
        error_add_hint (*error, _ ("%s --help lists what it takes"), helper->name);
      return false;
    }
  return true;
}

static void
print_usage (const Helper *helper, FILE *stream)
{
  fprintf (stream, _ ("Usage: %s [OPTION…]%s\n\n"), helper->name,
           helper->has_operation ? _ (" OPERATION") : "");
  fprintf (stream, "%s\n", _ (helper->usage));
  fputs (_ ("  --profile NAME   answer with this profile only\n"
            "  --no-prompt      ask nobody for a passphrase, or to unlock the keyring\n"
            "  -v, --verbose    say more on stderr; more with each\n"
            "  -h, --help       this text\n"
            "  --version        the version\n"),
         stream);
}

static int
finish (GError *error)
{
  int code = error_exit_code (error);

  error_report (error);
  g_error_free (error);
  return code;
}

static int
run (const Helper *helper, const Arguments *arguments)
{
  g_autoptr (Environment) environment = environment_read ();
  GError *error = NULL;
  HelperCall call = {
    .operation = arguments->operation,
    .profile = arguments->profile,
    .obtain = { .environment = environment,
                .verbose = arguments->verbose,
                .no_prompt = arguments->no_prompt },
  };

  return helper->run (&call, &error) ? EXIT_SUCCESS : finish (error);
}

int
helper_main (const Helper *helper, int argc, char **argv)
{
  Arguments arguments = { 0 };
  GError *error = NULL;

  if (argc < 1 || !fill_standard_descriptors ())
    return EXIT_FAILURE;
  process_harden ();
  if (!read_arguments (helper, argv, &arguments, &error))
    return finish (error);
  if (arguments.version)
    printf ("%s %s\n", helper->name, AVOUCH_VERSION);
  else if (arguments.help)
    print_usage (helper, stdout);
  else if (helper->has_operation && arguments.operation == NULL)
    {
      print_usage (helper, stderr);
      return 2;
    }
  else
    return run (helper, &arguments);
  return fflush (stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

bool
helper_answer (SecretBuffer *answer, GError **error)
{
  g_autoptr (Secret) text = secret_buffer_end (answer);

  /* Not earlier: avouch-mint would inherit it. */
  signal (SIGPIPE, SIG_IGN);
  return secret_write_fd (text, STDOUT_FILENO, "stdout", error);
}
