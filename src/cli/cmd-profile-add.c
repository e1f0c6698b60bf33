/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "new-profile.h"
#include "profile-file.h"

#include <string.h>

typedef struct {
  char *issuer;
  char *login_url;
  char *client_id;
  char *username;
  char *key;
  char *key_alias;
  char *passphrase;
  char **serve;
  char **set;
  char *file;
  gboolean dry_run;
} AddOptions;

/* The strings but the last are settings of the same name. */
static const Option add_options[] = {
  { "issuer", 0, OPTION_STRING, offsetof (AddOptions, issuer), N_ ("NAME"),
    N_ ("who hands out the tokens: salesforce") },
  { "login-url", 0, OPTION_STRING, offsetof (AddOptions, login_url), N_ ("URL"),
    N_ ("where to log in") },
  { "client-id", 0, OPTION_STRING, offsetof (AddOptions, client_id), N_ ("ID"),
    N_ ("the application's (consumer) key") },
  { "username", 0, OPTION_STRING, offsetof (AddOptions, username), N_ ("NAME"),
    N_ ("the account to act as") },
  { "key", 0, OPTION_STRING, offsetof (AddOptions, key), N_ ("FILE"),
    N_ ("the private key, or a keystore that holds it") },
  { "key-alias", 0, OPTION_STRING, offsetof (AddOptions, key_alias), N_ ("NAME"),
    N_ ("which key of the keystore") },
  { "passphrase", 0, OPTION_STRING, offsetof (AddOptions, passphrase), N_ ("PLACE"),
    N_ ("where the passphrase is: keyring, prompt, file:PATH, env:NAME or fd:N; never the "
        "passphrase itself") },
  { "serve", 0, OPTION_LIST, offsetof (AddOptions, serve), N_ ("URL"),
    N_ ("a place that the token may be used for; may be repeated") },
  { "set", 0, OPTION_LIST, offsetof (AddOptions, set), N_ ("KEY=VALUE"),
    N_ ("any other setting of avouch.conf(5); may be repeated") },
  { "file", 0, OPTION_STRING, offsetof (AddOptions, file), N_ ("FILE"),
    N_ ("a new file to write, instead of conf.d/PROFILE.conf in the user's configuration") },
  { "dry-run", 'n', OPTION_FLAG, offsetof (AddOptions, dry_run), NULL,
    N_ ("check everything and print what would be written") },
  { 0 },
};

static const char *const add_example[] = {
  "avouch profile add acme --issuer salesforce",
  N_ ("asks for the rest"),
  "avouch profile add acme --issuer salesforce --key acme.p12 --dry-run",
  N_ ("prints what would be written, and where"),
  NULL,
};

static bool
set_given (ProfileDraft *draft, const AddOptions *options, GError **error)
{
  for (const Option *option = add_options; strcmp (option->name, "file") != 0; option++)
    {
      const char *value = NULL;

      if (option->kind == OPTION_STRING)
        value = *(char *const *) (const void *) ((const char *) options + option->offset);
      if (value != NULL && !new_profile_set (draft, option->name, value, error))
        return false;
    }
  if (options->serve != NULL)
    {
      g_autofree char *patterns = g_strjoinv (" ", options->serve);

      if (!profile_draft_set (draft, "serve", patterns, error))
        return false;
    }
  return new_profile_set_pairs (draft, options->set, error);
}

static bool
refuse_missing (const ProfileDraft *draft, GError **error)
{
  g_autofree char *missing = new_profile_missing (draft, "--", error);

  if (missing == NULL || *missing == '\0')
    return missing != NULL;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("profile add: missing: %s"), missing);
  if (error != NULL)
    error_add_hint (*error, _ ("on a terminal avouch asks for what is missing"));
  return false;
}

static bool
finish (const Invocation *call, const ProfileDraft *draft, const char *path, GError **error)
{
  const AddOptions *options = call->values;
  g_autofree char *text = profile_draft_text (draft);
  g_autoptr (Profile) profile = new_profile_check (draft, call->environment, error);

  if (profile == NULL)
    return false;
  if (options->dry_run)
    return new_profile_print (draft, path, error) &&
           new_profile_warn_of_key (profile, call->environment, error);
  return profile_file_write (path, text, error) &&
         (call->quiet || new_profile_print_next (profile, call->environment, path, error)) &&
         new_profile_warn_of_key (profile, call->environment, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const AddOptions *options = call->values;
  const char *name = call->arguments[0];
  g_autofree char *path = NULL;
  g_autoptr (ProfileDraft) draft = NULL;

  if (name == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("profile add: what is the new profile's name?"));
      if (error != NULL)
        error_add_hint (*error, _ ("avouch profile add NAME --issuer salesforce"));
      return false;
    }
  path = new_profile_path (call->environment, name, options->file, error);
  draft = path != NULL ? profile_draft_new (name, path, error) : NULL;
  if (draft == NULL || !new_profile_refuse_existing (call->environment, name, path, error) ||
      !set_given (draft, options, error))
    return false;
  if (!(ask_is_possible () ? new_profile_ask (draft, error) : refuse_missing (draft, error)))
    return false;
  return finish (call, draft, path, error);
}

const Command command_profile_add = {
  .path = "avouch profile add",
  .arguments = N_ ("PROFILE"),
  .summary = N_ ("write a new profile"),
  .description =
      N_ ("Checks all settings, then writes them to a new file in the user's configuration. On a "
          "terminal, asks for what the issuer needs and no option gave. Changes no other file."),
  .example = add_example,
  .options = add_options,
  .values_size = sizeof (AddOptions),
  .max_arguments = 1,
  .run = run,
};
