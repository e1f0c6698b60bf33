/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "instance.h"
#include "issuer.h"
#include "obtain.h"
#include "process.h"
#include "profiles.h"
#include "target.h"
#include "text.h"
#include "variables.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MIN_LIFE = 86400 }; /* seconds */

typedef struct {
  char *url;
  char *min_life;
} RunOptions;

static const Option run_options[] = {
  TARGET_URL_OPTION (offsetof (RunOptions, url)),
  { "min-life", 0, OPTION_STRING, offsetof (RunOptions, min_life), N_ ("SECONDS"),
    N_ ("log in anew if the cached token would not live that long") },
  { 0 },
};

static const char *const run_example[] = {
  "avouch run acme -- sf data query --query 'SELECT Id FROM Account'",
  N_ ("the vendor's CLI, with the profile's token and nothing stored"),
  "avouch run acme --min-life 600 -- ./nightly-export.sh",
  N_ ("a script that needs its token for ten minutes"),
  NULL,
};

static bool
check_command (const Invocation *call, GError **error)
{
  if (call->command[0] != NULL)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("run: there is no command to run"));
  if (error != NULL)
    error_add_hint (*error, _ ("\"avouch run PROFILE -- COMMAND\" is how it is called"));
  return false;
}

static bool
read_min_life (const RunOptions *options, int64_t *seconds, GError **error)
{
  *seconds = 0;
  if (options->min_life == NULL || text_parse_int (options->min_life, 0, MAX_MIN_LIFE, seconds))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("--min-life: not a number of seconds from 0 to %d"), MAX_MIN_LIFE);
  return false;
}

/* Into REQUEST, what it is for. */
static const Profile *
choose (const Invocation *call, const Config *config, Request *request, GError **error)
{
  const RunOptions *options = call->values;
  const char *name = call->arguments[0];
  const Profile *profile = NULL;
  g_autofree char *program = NULL;

  if (target_fill (request, name, options->url, call->environment, error))
    profile = target_profile (config, request, error);
  if (profile == NULL && name != NULL && config_profiles (config)->len > 0)
    program = g_find_program_in_path (name);
  if (program != NULL && error != NULL)
    error_add_hint (*error, _ ("if that is the command, set it apart: \"avouch run -- %s …\""),
                    name);
  return profile;
}

static int64_t
life_left (const Credential *credential)
{
  return credential_published_expiry (credential) - process_now ();
}

static bool
lives_long_enough (const Credential *credential, int64_t min_life, GError **error)
{
  int64_t left = life_left (credential);

  if (left >= min_life)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("%s: a new token lives %lld seconds, and --min-life asks for %lld"),
               credential->profile, (long long) left, (long long) min_life);
  if (error != NULL)
    error_add_hint (*error, _ ("if the issuer's sessions last longer, say so in `token-lifetime`"));
  return false;
}

static Credential *
obtain (const Invocation *call, const Request *request, int64_t min_life, GError **error)
{
  ObtainOptions how = { .environment = call->environment, .verbose = call->verbose };
  g_autoptr (Credential) credential = NULL;

  credential = obtain_credential (request, &how, error);
  if (credential == NULL || life_left (credential) >= min_life)
    return g_steal_pointer (&credential);
  g_clear_pointer (&credential, credential_free);
  how.fresh = true;
  credential = obtain_credential (request, &how, error);
  if (credential == NULL || !lives_long_enough (credential, min_life, error))
    return NULL;
  return g_steal_pointer (&credential);
}

/* What env(1) says, and exits with. */
static void
set_failed (const char *name, int reason, GError **error)
{
  g_autofree char *cleaned = text_clean (name, -1);
  bool missing = reason == ENOENT;

  g_set_error (error, AVOUCH_ERROR, missing ? AVOUCH_ERROR_MISSING : AVOUCH_ERROR_UNRUNNABLE,
               _ ("run: cannot run \"%s\": %s"), cleaned, g_strerror (reason));
  if (error == NULL)
    return;
  if (*name == '\0')
    error_add_hint (*error, _ ("it is an empty word: is a variable in the command unset?"));
  else if (strchr (name, ' ') != NULL)
    error_add_hint (*error, _ ("it is one word: give the command and its arguments unquoted"));
  else if (missing && strchr (name, '/') == NULL)
    error_add_hint (*error, _ ("install %s, or add its folder to PATH"), cleaned);
}

/* Takes this process's place, so that signals, terminal and exit status are the command's own. */
static bool
execute (char **command, const Variables *variables, GError **error)
{
  int reason;

  process_unharden ();
  execvpe (command[0], command, variables->list);
  reason = errno;
  process_harden ();
  set_failed (command[0], reason, error);
  return false;
}

static bool
run (const Invocation *call, GError **error)
{
  g_autoptr (Config) config = NULL;
  g_autoptr (Request) request = request_new ();
  g_autoptr (Credential) credential = NULL;
  g_auto (Variables) variables = { 0 };
  const Profile *profile;
  const Issuer *issuer;
  int64_t min_life;

  if (!check_command (call, error) || !read_min_life (call->values, &min_life, error))
    return false;
  config = profiles_load (call->environment, error);
  if (config == NULL || (profile = choose (call, config, request, error)) == NULL ||
      (issuer = issuer_for_profile (profile, error)) == NULL)
    return false;
  credential = obtain (call, request, min_life, error);
  if (credential == NULL || !variables_fill (&variables, call->environment->inherited, issuer,
                                             profile, credential, error))
    return false;
  return execute (call->command, &variables, error);
}

const Command command_run = {
  .path = "avouch run",
  .arguments = N_ ("[PROFILE | --url URL] -- COMMAND…"),
  .summary = N_ ("run a command with a credential in its environment"),
  .description =
      N_ ("Runs COMMAND with the profile's token and instance URL in the variables that the "
          "issuer's own tools read; avouch(1) lists them. Without PROFILE, the only one that is "
          "configured.\n"
          "Other programs of the same user can read a program's environment, what it starts "
          "inherits it, and the token is not renewed while it runs."),
  .example = run_example,
  .options = run_options,
  .values_size = sizeof (RunOptions),
  .max_arguments = 1,
  .takes_command = true,
  .run = run,
};
