/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "git-section.h"
#include "i18n.h"
#include "narrow.h"
#include "output.h"
#include "profiles.h"
#include "program.h"
#include "quote.h"

#include <stdio.h>
#include <string.h>

enum { NOT_SET = 1 }; /* the exit status of `git config --get-all`, by git-config(1) */

typedef struct {
  gboolean dry_run;
  gboolean global;
  gboolean local;
  gboolean system;
} GitOptions;

static const Option git_options[] = {
  { "dry-run", 'n', OPTION_FLAG, offsetof (GitOptions, dry_run), NULL,
    N_ ("show the commands, run none") },
  { "global", 0, OPTION_FLAG, offsetof (GitOptions, global), NULL,
    N_ ("in the user's configuration (the default)") },
  { "local", 0, OPTION_FLAG, offsetof (GitOptions, local), NULL,
    N_ ("in the repository of the current folder") },
  { "system", 0, OPTION_FLAG, offsetof (GitOptions, system), NULL,
    N_ ("in the machine's configuration") },
  { 0 },
};

static const char *const git_example[] = {
  "avouch setup git --dry-run",
  N_ ("shows the commands for all profiles"),
  "avouch setup git acme",
  N_ ("makes git ask avouch for what profile acme serves"),
  NULL,
};

typedef struct {
  const char *scope;   /* "--global" */
  char *helper;        /* the value of `helper` */
  GHashTable *seen;    /* the URLs, and keys for them, that are planned or done */
  GPtrArray *commands; /* char ** each */
} Plan;

static void
plan_clear (Plan *plan)
{
  g_clear_pointer (&plan->helper, g_free);
  g_clear_pointer (&plan->seen, g_hash_table_unref);
  g_clear_pointer (&plan->commands, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

static bool
choose_scope (const GitOptions *options, const char **scope, GError **error)
{
  if (options->global + options->local + options->system > 1)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("setup git: give one of --global, --local and --system"));
      return false;
    }
  *scope = options->local ? "--local" : options->system ? "--system" : "--global";
  return true;
}

static void
plan_command (Plan *plan, const char *action, const char *key, const char *value)
{
  const char *const argv[] = { "git", "config", plan->scope, action, key, value, NULL };

  g_ptr_array_add (plan->commands, g_strdupv ((char **) argv));
}

/* git itself has said on stderr what is wrong. */
static bool
refuse_scope (const Plan *plan, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
               _ ("git cannot read its configuration (%s)"), plan->scope);
  if (error != NULL && strcmp (plan->scope, "--local") == 0)
    error_add_hint (*error, _ ("--local is for the repository of the current folder: go there"));
  return false;
}

/* Whether the values of KEY are exactly EXPECTED, in this order. */
static bool
has_values (const Plan *plan, const char *key, const char *const *expected, bool *equal,
            GError **error)
{
  const char *const argv[] = { "git", "config", plan->scope, "--get-all", key, NULL };
  g_autofree char *joined = g_strjoinv ("\n", (char **) expected);
  g_autofree char *lines = g_strconcat (joined, "\n", NULL);
  int status;
  g_autofree char *output = program_read (argv, &status, error);

  if (output == NULL)
    return false;
  if (status > NOT_SET)
    return refuse_scope (plan, error);
  *equal = status == 0 && strcmp (output, lines) == 0;
  return true;
}

/* An empty helper first: git would also hand the token to the helpers of all hosts, and one of them
 * may write it to disk. */
static bool
plan_helper (Plan *plan, const char *url, GError **error)
{
  const char *const wanted[] = { "", plan->helper, NULL };
  g_autofree char *key = g_strdup_printf ("credential.%s.helper", url);
  bool done;

  if (!has_values (plan, key, wanted, &done, error))
    return false;
  if (done)
    return true;
  plan_command (plan, "--replace-all", key, "");
  plan_command (plan, "--add", key, plan->helper);
  return true;
}

/* Without it git keeps the path to itself: by which the helper tells profiles apart, or what a
 * token is to be for. */
static bool
plan_path (Plan *plan, const Profile *profile, const char *url, GError **error)
{
  const char *const wanted[] = { "true", NULL };
  g_autofree char *key = g_strdup_printf ("credential.%s.useHttpPath", url);
  bool done;

  if ((!git_section_has_path (url) && !narrow_is_by_path (profile)) ||
      !g_hash_table_add (plan->seen, g_strdup (key)))
    return true;
  if (!has_values (plan, key, wanted, &done, error))
    return false;
  if (!done)
    plan_command (plan, "--replace-all", key, "true");
  return true;
}

static bool
plan_profile (Plan *plan, const Profile *profile, GError **error)
{
  const GPtrArray *serve = profile_serve (profile);

  for (size_t i = 0; serve != NULL && i < serve->len; i++)
    {
      g_autofree char *url = git_section_url (serve->pdata[i]);

      if (g_hash_table_add (plan->seen, g_strdup (url)) && !plan_helper (plan, url, error))
        return false;
      if (!plan_path (plan, profile, url, error))
        return false;
    }
  return true;
}

static bool
plan_profiles (Plan *plan, const Config *config, char *const *names, GError **error)
{
  const GPtrArray *all = config_profiles (config);

  if (all->len == 0)
    {
      profiles_set_none (error);
      return false;
    }
  for (size_t i = 0; names[0] == NULL && i < all->len; i++)
    if (!plan_profile (plan, all->pdata[i], error))
      return false;
  for (; *names != NULL; names++)
    {
      Profile *profile = profiles_choose (config, *names, error);

      if (profile == NULL || !plan_profile (plan, profile, error))
        return false;
    }
  if (g_hash_table_size (plan->seen) > 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("no \"serve\" is set: nothing to set up"));
  if (error != NULL)
    error_add_hint (*error,
                    _ ("add a line like \"serve = https://git.example.com\" to the profile"));
  return false;
}

static bool
show (const Invocation *call, const Plan *plan, GError **error)
{
  const GitOptions *options = call->values;
  g_autoptr (GString) text = g_string_new (NULL);

  if (call->quiet && !options->dry_run)
    return true;
  for (size_t i = 0; i < plan->commands->len; i++)
    {
      g_autofree char *line = quote_shell_command (plan->commands->pdata[i]);

      g_string_append_printf (text, "%s\n", line);
    }
  if (plan->commands->len == 0)
    g_string_append (text, _ ("# git is set up already: nothing to change\n"));
  return output_text (text->str, error);
}

/* A helper for all hosts that git reads after ours is told the token as well; an empty one makes
 * git forget ours. LISTED is what `git config --get-regexp` prints, in the order in which git
 * reads. */
static const char *
find_later_helper (const Plan *plan, char *const *listed)
{
  static const char general[] = "credential.helper ";
  g_autofree char *ours = g_strconcat (".helper ", plan->helper, NULL);
  bool seen = false;

  for (; *listed != NULL; listed++)
    if (!g_str_has_prefix (*listed, general))
      seen |= g_str_has_suffix (*listed, ours);
    else if (seen)
      return *listed + strlen (general);
  return NULL;
}

static bool
warn_of_later_helper (const Plan *plan, GError **error)
{
  static const char *const argv[] = { "git", "config", "--get-regexp",
                                      "^credential\\.(.*\\.)?helper$", NULL };
  int status;
  g_autofree char *output = program_read (argv, &status, error);
  g_auto (GStrv) lines = output != NULL ? g_strsplit (output, "\n", -1) : NULL;
  const char *later = lines != NULL ? find_later_helper (plan, lines) : NULL;

  if (later == NULL)
    return output != NULL;
  if (*later != '\0')
    fprintf (stderr,
             _ ("note: git reads credential.helper \"%s\" after avouch's, and will hand it the "
                "token too: move it to the start of its file\n"),
             later);
  else
    fprintf (stderr,
             _ ("note: git reads an empty credential.helper after avouch's, and so forgets it: "
                "move it to the start of its file\n"));
  return true;
}

static bool
carry_out (const Plan *plan, GError **error)
{
  for (size_t i = 0; i < plan->commands->len; i++)
    if (!program_run (plan->commands->pdata[i], error))
      return false;
  return warn_of_later_helper (plan, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const GitOptions *options = call->values;
  g_autoptr (Config) config = NULL;
  g_autofree char *program = NULL;
  g_auto (Plan) plan = {
    .seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .commands = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev),
  };

  if (!choose_scope (options, &plan.scope, error) || !program_require ("git", error))
    return false;
  config = profiles_load (call->environment, error);
  program = config != NULL ? program_find_own ("git-credential-avouch", error) : NULL;
  if (program == NULL)
    return false;
  plan.helper = git_section_helper (program);
  if (!plan_profiles (&plan, config, call->arguments, error) || !show (call, &plan, error))
    return false;
  return options->dry_run || carry_out (&plan, error);
}

const Command command_setup_git = {
  .path = "avouch setup git",
  .arguments = N_ ("[PROFILE…]"),
  .summary = N_ ("make git ask avouch for what profiles serve"),
  .description =
      N_ ("For each URL that the profiles serve, names avouch as git's only credential helper, so "
          "that no other one stores the token. Prints the git commands, then runs them. What is "
          "set up already is left alone.\n"
          "Without PROFILE, all that are configured."),
  .example = git_example,
  .options = git_options,
  .values_size = sizeof (GitOptions),
  .max_arguments = G_MAXSIZE,
  .run = run,
};
