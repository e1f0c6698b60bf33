/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "issuer.h"
#include "output.h"
#include "profile-check.h"
#include "profile-draft.h"
#include "profile-file.h"
#include "profiles.h"
#include "quote.h"

#include <stdio.h>
#include <string.h>

enum { MAX_QUESTIONS = 3 }; /* times that an empty answer is asked again */

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

/* A path as typed is relative to this folder; one in the configuration must not be. */
static char *
key_location (const char *value)
{
  g_autofree char *scheme = g_uri_parse_scheme (value);

  if (*value == '\0' || scheme != NULL || g_str_has_prefix (value, "~/"))
    return g_strdup (value);
  return g_canonicalize_filename (value, NULL);
}

static bool
set_string (ProfileDraft *draft, const char *key, const char *value, GError **error)
{
  g_autofree char *location = strcmp (key, "key") == 0 ? key_location (value) : g_strdup (value);

  return profile_draft_set (draft, key, location, error);
}

static bool
set_pair (ProfileDraft *draft, const char *pair, GError **error)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *key = g_strndup (pair, strcspn (pair, "="));

  if (equals != NULL)
    return set_string (draft, key, equals + 1, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--set takes KEY=VALUE"));
  return false;
}

static bool
set_given (ProfileDraft *draft, const AddOptions *options, GError **error)
{
  for (const Option *option = add_options; strcmp (option->name, "file") != 0; option++)
    {
      const char *value = NULL;

      if (option->kind == OPTION_STRING)
        value = *(char *const *) (const void *) ((const char *) options + option->offset);
      if (value != NULL && !set_string (draft, option->name, value, error))
        return false;
    }
  if (options->serve != NULL)
    {
      g_autofree char *patterns = g_strjoinv (" ", options->serve);

      if (!profile_draft_set (draft, "serve", patterns, error))
        return false;
    }
  for (char **pair = options->set; pair != NULL && *pair != NULL; pair++)
    if (!set_pair (draft, *pair, error))
      return false;
  return true;
}

/* Asks until there is an answer, or takes none for an optional setting. */
static bool
ask_setting (ProfileDraft *draft, const char *key, const char *help, bool required, GError **error)
{
  if (profile_draft_get (draft, key) != NULL)
    return true;
  fprintf (stderr, "\n%s\n", help);
  for (int i = 0; i < MAX_QUESTIONS; i++)
    {
      g_autofree char *answer = ask_line (key, error);

      if (answer == NULL)
        return false;
      if (*answer != '\0')
        return set_string (draft, key, answer, error);
      if (!required)
        return true;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s: no answer"), key);
  return false;
}

static const Issuer *
find_issuer (const ProfileDraft *draft, GError **error)
{
  const char *name = profile_draft_get (draft, "issuer");
  const Issuer *issuer = issuer_find (name);
  g_autoptr (GString) names = g_string_new (NULL);

  if (issuer != NULL)
    return issuer;
  for (const Issuer *const *known = issuer_all (); *known != NULL; known++)
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", (*known)->name);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--issuer %s: not one of: %s"), name,
               names->str);
  return NULL;
}

static bool
ask_missing (ProfileDraft *draft, GError **error)
{
  const Issuer *issuer;

  if (!ask_setting (draft, "issuer", _ ("Who hands out the tokens: salesforce"), true, error) ||
      (issuer = find_issuer (draft, error)) == NULL)
    return false;
  for (const IssuerSetting *setting = issuer->settings; setting->name != NULL; setting++)
    if (setting->required && !ask_setting (draft, setting->name, _ (setting->help), true, error))
      return false;
  return ask_setting (draft, "key", _ ("File of the private key, or of a keystore that holds it"),
                      true, error) &&
         ask_setting (draft, "serve",
                      _ ("URLs that git and kubectl may use the token for, with spaces between "
                         "(Enter: none)"),
                      false, error);
}

static void
note_missing (const ProfileDraft *draft, const char *key, GString *missing)
{
  if (profile_draft_get (draft, key) == NULL)
    g_string_append_printf (missing, "%s--%s", missing->len > 0 ? ", " : "", key);
}

static bool
refuse_missing (const ProfileDraft *draft, GError **error)
{
  g_autoptr (GString) missing = g_string_new (NULL);
  const Issuer *issuer = NULL;

  note_missing (draft, "issuer", missing);
  if (missing->len == 0 && (issuer = find_issuer (draft, error)) == NULL)
    return false;
  for (size_t i = 0; issuer != NULL && issuer->settings[i].name != NULL; i++)
    if (issuer->settings[i].required)
      note_missing (draft, issuer->settings[i].name, missing);
  note_missing (draft, "key", missing);
  if (missing->len == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("profile add: missing: %s"),
               missing->str);
  if (error != NULL)
    error_add_hint (*error, _ ("on a terminal avouch asks for what is missing"));
  return false;
}

static char *
choose_path (const Invocation *call, const char *name, GError **error)
{
  const AddOptions *options = call->values;
  g_autofree char *folder = profiles_folder (call->environment);
  g_autofree char *base = g_strconcat (name, ".conf", NULL);

  if (options->file != NULL)
    return g_canonicalize_filename (options->file, NULL);
  if (call->environment->config_override != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("AVOUCH_CONFIG is set: no other file would be read"));
      if (error != NULL)
        error_add_hint (*error,
                        _ ("unset it, or add to %s by hand what --dry-run --file FILE prints"),
                        call->environment->config_override);
      return NULL;
    }
  if (folder != NULL)
    return g_build_filename (folder, "conf.d", base, NULL);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("there is no home folder to write the profile to"));
  if (error != NULL)
    error_add_hint (*error, _ ("set HOME or XDG_CONFIG_HOME, or give --file"));
  return NULL;
}

static bool
refuse_existing (const Invocation *call, const char *name, const char *path, GError **error)
{
  g_autoptr (Config) config = NULL;
  Profile *profile;
  const Setting *first;
  size_t count;

  if (g_strcmp0 (call->environment->config_override, path) == 0 &&
      !g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  config = profiles_load (call->environment, error);
  if (config == NULL)
    return false;
  profile = config_find (config, name);
  if (profile == NULL)
    return true;
  first = profile_settings (profile, &count);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("%s: this profile exists already"),
               name);
  if (error != NULL && count > 0)
    error_add_hint (*error, _ ("edit %s, or choose another name"), first->file);
  return false;
}

/* All that can be wrong is found before anything is written. */
static Profile *
check (const ProfileDraft *draft, const char *home, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Profile) profile = profile_draft_profile (draft, &reason);

  if (profile != NULL && profile_check (profile, home, &reason))
    return g_steal_pointer (&profile);
  error_add_prefix (reason, _ ("nothing was written"));
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}

static bool
warn_of_key (const Invocation *call, const Profile *profile, GError **error)
{
  const char *key = profile_get (profile, "key");
  g_autofree char *scheme = g_uri_parse_scheme (key);
  g_autofree char *path = NULL;

  if (scheme != NULL)
    return true;
  path = profile_get_path (profile, "key", call->environment->home, error);
  if (path == NULL)
    return false;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    fprintf (stderr, _ ("note: there is no file %s yet\n"), path);
  return true;
}

static bool
is_read (const Invocation *call, const char *path)
{
  g_autoptr (ConfigSources) sources = config_sources_find (call->environment, NULL);

  return sources != NULL && g_strv_contains (config_sources_files (sources), path);
}

static bool
print_next (const Invocation *call, const Profile *profile, const char *path, GError **error)
{
  const char *name = profile_name (profile);
  const GPtrArray *serve = profile_serve (profile);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *shown = profiles_short_path (call->environment, path);

  if (call->quiet)
    return true;
  g_string_append_printf (text, _ ("written: %s\n\nnext:\n"), shown);
  if (!is_read (call, path))
    {
      g_autofree char *word = quote_shell_word (path);

      g_string_append_printf (
          text, _ ("  export AVOUCH_CONFIG=%s    read this file, and no other\n"), word);
    }
  g_string_append_printf (text, _ ("  avouch token %s        log in, and print the token\n"), name);
  if (serve->len > 0)
    g_string_append_printf (text, _ ("  avouch setup git %s    make git ask avouch\n"), name);
  else
    g_string_append (text, _ ("  add \"serve = URL\" for git and kubectl to be answered\n"));
  return output_text (text->str, error);
}

static bool
finish (const Invocation *call, const ProfileDraft *draft, const char *path, GError **error)
{
  const AddOptions *options = call->values;
  g_autofree char *text = profile_draft_text (draft);
  g_autoptr (Profile) profile = check (draft, call->environment->home, error);

  if (profile == NULL)
    return false;
  if (options->dry_run)
    {
      g_autofree char *shown = g_strdup_printf ("# %s\n%s", path, text);

      return output_text (shown, error) && warn_of_key (call, profile, error);
    }
  return profile_file_write (path, text, error) && print_next (call, profile, path, error) &&
         warn_of_key (call, profile, error);
}

static bool
run (const Invocation *call, GError **error)
{
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
  path = choose_path (call, name, error);
  draft = path != NULL ? profile_draft_new (name, path, error) : NULL;
  if (draft == NULL || !refuse_existing (call, name, path, error) ||
      !set_given (draft, call->values, error))
    return false;
  if (!(ask_is_possible () ? ask_missing (draft, error) : refuse_missing (draft, error)))
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
