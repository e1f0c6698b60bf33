/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "output.h"
#include "profiles.h"
#include "program.h"
#include "quote.h"

#include <stdio.h>

typedef struct {
  char *user;
  gboolean dry_run;
} KubectlOptions;

static const Option kubectl_options[] = {
  { "user", 0, OPTION_STRING, offsetof (KubectlOptions, user), N_ ("NAME"),
    N_ ("kubectl's name for the user (avouch-PROFILE)") },
  { "dry-run", 'n', OPTION_FLAG, offsetof (KubectlOptions, dry_run), NULL,
    N_ ("show the command, do not run it") },
  { 0 },
};

static const char *const kubectl_example[] = {
  "avouch setup kubectl acme --dry-run",
  N_ ("shows the command"),
  "avouch setup kubectl acme --user robot",
  N_ ("makes the user \"robot\" in the current kubeconfig"),
  NULL,
};

/* provide-cluster-info: kubectl-avouch compares the server with what the profile serves. */
static GPtrArray *
build_command (const char *program, const char *user, const char *profile)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  const char *const words[] = {
    "kubectl",
    "config",
    "set-credentials",
    user,
    "--exec-api-version=client.authentication.k8s.io/v1",
    "--exec-interactive-mode=IfAvailable",
    "--exec-provide-cluster-info=true",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (argv, g_strdup (words[i]));
  g_ptr_array_add (argv, g_strconcat ("--exec-command=", program, NULL));
  g_ptr_array_add (argv, g_strdup ("--exec-arg=--profile"));
  g_ptr_array_add (argv, g_strconcat ("--exec-arg=", profile, NULL));
  g_ptr_array_add (argv, NULL);
  return argv;
}

static bool
print_command (const char *const *argv, GError **error)
{
  g_autofree char *line = quote_shell_command (argv);
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  return output_text (text, error);
}

/* "config current-context" would complain where there is none. */
static bool
has_context (void)
{
  static const char *const argv[] = {
    "kubectl", "config", "view", "-o", "jsonpath={.current-context}", NULL
  };
  int status = 0;
  g_autofree char *name = program_read (argv, &status, NULL);

  return name != NULL && status == 0 && *name != '\0';
}

static bool
print_new_context (const char *user, const char *option, GError **error)
{
  const char *const set[] = { "kubectl",           "config", "set-context", user,
                              "--cluster=CLUSTER", option,   NULL };
  const char *const use[] = { "kubectl", "config", "use-context", user, NULL };

  return output_text (_ ("# next, as no context is current: make one that uses it, with the name "
                         "of your cluster\n"),
                      error) &&
         print_command (set, error) && print_command (use, error);
}

static bool
print_next (const char *user, GError **error)
{
  g_autofree char *option = g_strconcat ("--user=", user, NULL);
  const char *const argv[] = { "kubectl", "config", "set-context", "--current", option, NULL };

  if (!has_context ())
    return print_new_context (user, option, error);
  return output_text (_ ("# next, to use it in the current context:\n"), error) &&
         print_command (argv, error);
}

static char *
choose_user (const KubectlOptions *options, const Profile *profile, GError **error)
{
  if (options->user == NULL)
    return g_strconcat ("avouch-", profile_name (profile), NULL);
  if (*options->user != '\0' && *options->user != '-')
    return g_strdup (options->user);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--user: \"%s\" is no name for a user"),
               options->user);
  return NULL;
}

/* kubectl would get nothing, and say little of why. */
static void
warn_unserved (const Profile *profile)
{
  if (profile_serve (profile)->len == 0)
    fprintf (stderr,
             _ ("note: [%s] serves nothing yet: add \"serve = https://HOST:6443\", the cluster's "
                "server\n"),
             profile_name (profile));
}

static bool
run (const Invocation *call, GError **error)
{
  const KubectlOptions *options = call->values;
  bool shown = options->dry_run || !call->quiet;
  g_autoptr (Config) config = NULL;
  g_autoptr (GPtrArray) argv = NULL;
  g_autofree char *program = NULL;
  g_autofree char *user = NULL;
  Profile *profile;

  if (!program_require ("kubectl", error))
    return false;
  config = profiles_load (call->environment, error);
  profile = config != NULL ? profiles_choose (config, call->arguments[0], error) : NULL;
  user = profile != NULL ? choose_user (options, profile, error) : NULL;
  program = user != NULL ? program_find_own ("kubectl-avouch", error) : NULL;
  if (program == NULL)
    return false;
  argv = build_command (program, user, profile_name (profile));
  if (shown && !print_command ((const char *const *) argv->pdata, error))
    return false;
  if (!options->dry_run && !program_run ((const char *const *) argv->pdata, error))
    return false;
  warn_unserved (profile);
  return !shown || print_next (user, error);
}

const Command command_setup_kubectl = {
  .path = "avouch setup kubectl",
  .arguments = N_ ("[PROFILE]"),
  .summary = N_ ("make a kubectl user that gets its token from avouch"),
  .description = N_ (
      "Prints a \"kubectl config set-credentials\" command, then runs it (kubectl 1.26 or newer). "
      "Which context uses the new user is left to you: the command for the current one is "
      "printed at the end.\n"
      "Without PROFILE, the only one that is configured."),
  .example = kubectl_example,
  .options = kubectl_options,
  .values_size = sizeof (KubectlOptions),
  .max_arguments = 1,
  .run = run,
};
