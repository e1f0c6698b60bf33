/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"
#include "command.h"
#include "doctor.h"
#include "error.h"
#include "given-key.h"
#include "i18n.h"
#include "new-key.h"
#include "new-profile.h"
#include "output.h"
#include "profile-file.h"
#include "profile-options.h"
#include "profiles.h"

#include <stdio.h>
#include <string.h>

enum { MAX_QUESTIONS = 3 }; /* times that an unusable name is asked again */

typedef struct {
  char *name;
  char *issuer;
  char *preset;
  char *login_url;
  char *client_id;
  char *username;
  char *key;
  char *key_alias;
  char *passphrase;
  char **serve;
  char **set;
  char *file;
  gboolean yes;
  gboolean dry_run;
} AddOptions;

/* The strings but those for `name` and `file` are settings of the same name. */
static const Option add_options[] = {
  { "name", 0, OPTION_STRING, offsetof (AddOptions, name), N_ ("NAME"),
    N_ ("what to call the profile, where an issuer is named in its place") },
  { "issuer", 0, OPTION_STRING, offsetof (AddOptions, issuer), N_ ("NAME"),
    N_ ("who hands out the tokens; avouch.conf(5) describes each") },
  { "preset", 0, OPTION_STRING, offsetof (AddOptions, preset), N_ ("NAME"),
    N_ ("the preset of a certain issuer: settings that lie beneath the profile's own") },
  { "login-url", 0, OPTION_STRING, offsetof (AddOptions, login_url), N_ ("URL"),
    N_ ("where to log in") },
  { "client-id", 0, OPTION_STRING, offsetof (AddOptions, client_id), N_ ("ID"),
    N_ ("the application's (consumer) key") },
  PROFILE_USERNAME_OPTION (AddOptions),
  { "key", 0, OPTION_STRING, offsetof (AddOptions, key), N_ ("FILE"),
    N_ ("the private key, or a keystore that holds it; a new one is made on request") },
  PROFILE_OPTIONS (AddOptions),
  PROFILE_FILE_OPTION (AddOptions),
  { "yes", 'y', OPTION_FLAG, offsetof (AddOptions, yes), NULL,
    N_ ("ask nothing: make a key where none is named, and try the login by doctor") },
  { "dry-run", 'n', OPTION_FLAG, offsetof (AddOptions, dry_run), NULL,
    N_ ("check everything and print what would be written") },
  { 0 },
};

static const char *const add_example[] = {
  "avouch profile add salesforce",
  N_ ("asks for what it needs, makes a key, says where its certificate goes, and tries it"),
  "avouch profile add acme --issuer salesforce --key acme.p12 --dry-run",
  N_ ("prints what would be written, and where"),
  "avouch profile add graph --preset entra --set tenant=ID --key a.p12",
  N_ ("an app registration of Microsoft Entra ID"),
  NULL,
};

/* A profile on its way. */
typedef struct {
  const Invocation *call;
  const AddOptions *options;
  ProfileDraft *draft;
  Presets *presets;
  char *name; /* as given; NULL: not yet */
  bool asks;
  bool makes_key; /* and has it, once the draft names one */
  NewKey key;
} Addition;

static void
addition_clear (Addition *addition)
{
  g_clear_pointer (&addition->draft, profile_draft_free);
  g_clear_pointer (&addition->presets, presets_free);
  g_clear_pointer (&addition->name, g_free);
  new_key_clear (&addition->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Addition, addition_clear)

static bool
set_given (ProfileDraft *draft, const AddOptions *options, GError **error)
{
  for (const Option *option = add_options; option->name != NULL; option++)
    {
      const char *value = NULL;

      if (option->kind == OPTION_STRING && strcmp (option->name, "name") != 0 &&
          strcmp (option->name, "file") != 0)
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

/* An issuer that stands where the profile's name would is one, unless one is given besides. */
static bool
begin (Addition *addition, GError **error)
{
  const AddOptions *options = addition->options;
  const char *word = addition->call->arguments[0];
  bool is_issuer = word != NULL && options->issuer == NULL && issuer_find (word) != NULL;

  if (word != NULL && !is_issuer && options->name != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("profile add: give the name or --name, not both"));
      return false;
    }
  addition->name = g_strdup (is_issuer || word == NULL ? options->name : word);
  addition->asks = ask_is_possible () && !options->yes;
  addition->draft = profile_draft_new (addition->name != NULL ? addition->name : "new", "", error);
  if (addition->draft == NULL ||
      (is_issuer && !profile_draft_set (addition->draft, "issuer", word, error)))
    return false;
  addition->presets = presets_new (addition->call->environment);
  return set_given (addition->draft, options, error) &&
         profile_draft_use_preset (addition->draft, addition->presets, error) &&
         new_profile_check_words (addition->draft, error);
}

/* NAME is free, and is the draft's from now on. */
static bool
take_name (Addition *addition, const char *name, GError **error)
{
  const Environment *environment = addition->call->environment;
  g_autofree char *path = new_profile_path (environment, name, addition->options->file, error);

  if (path == NULL || !profile_draft_rename (addition->draft, name, path, error) ||
      !new_profile_refuse_existing (environment, name, NULL, path, error))
    return false;
  if (addition->name != name)
    {
      g_free (addition->name);
      addition->name = g_strdup (name);
    }
  return true;
}

static bool
ask_name (Addition *addition, const char *suggested, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (suggested != NULL)
    fprintf (stderr, _ ("\nWhat to call the profile (Enter: %s)\n"), suggested);
  else
    fputs (_ ("\nWhat to call the profile\n"), stderr);
  for (int i = 0; i < MAX_QUESTIONS; i++)
    {
      g_autofree char *answer = ask_line ("name", error);
      const char *name = answer != NULL && *answer == '\0' ? suggested : answer;

      if (answer == NULL)
        return false;
      g_clear_error (&reason);
      if (name == NULL)
        g_set_error (&reason, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s: no answer"), "name");
      else if (take_name (addition, name, &reason))
        return true;
      else if (i + 1 < MAX_QUESTIONS)
        error_report (reason);
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

/* The name is asked for once the settings suggest one. */
static bool
settle_name (Addition *addition, GError **error)
{
  g_autofree char *suggested =
      profile_draft_suggest_name (profile_draft_get (addition->draft, "login-url"),
                                  profile_draft_get (addition->draft, "username"));

  if (addition->name != NULL)
    return true;
  if (addition->asks)
    return ask_name (addition, suggested, error);
  if (suggested != NULL)
    return take_name (addition, suggested, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("profile add: what is the new profile's name?"));
  if (error != NULL)
    error_add_hint (*error, _ ("avouch profile add NAME --issuer salesforce"));
  return false;
}

/* A preset's name in the place of the profile's. */
static bool
is_preset (const Addition *addition)
{
  g_auto (GStrv) names = presets_names (addition->presets);

  return addition->name != NULL && profile_draft_get (addition->draft, "issuer") == NULL &&
         g_strv_contains ((const char *const *) names, addition->name);
}

static bool
refuse_missing (const Addition *addition, GError **error)
{
  bool with_key = !addition->options->yes || new_profile_has_foreign_key (addition->draft);
  g_autofree char *missing = new_profile_missing (addition->draft, "--", with_key, error);

  if (missing == NULL || *missing == '\0')
    return missing != NULL;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("profile add: missing: %s"), missing);
  if (error != NULL && is_preset (addition))
    error_add_hint (*error, _ ("\"%s\" is a preset: avouch profile add NAME --preset %s"),
                    addition->name, addition->name);
  else if (error != NULL && profile_draft_get (addition->draft, "issuer") == NULL)
    error_add_hint (*error,
                    _ ("name an issuer: \"avouch profile add salesforce\", or github-app and "
                       "the like; on a terminal avouch asks for what is missing"));
  else if (error != NULL && new_profile_has_foreign_key (addition->draft))
    error_add_hint (*error, _ ("on a terminal avouch asks for what is missing"));
  else if (error != NULL)
    error_add_hint (*error, _ ("on a terminal avouch asks for what is missing; --yes makes a key "
                               "where none is named"));
  return false;
}

static bool
settle_given (Addition *addition, GError **error)
{
  return given_key_settle (addition->draft, addition->call->environment, addition->asks, error);
}

static bool
take_key (Addition *addition, const char *answer, GError **error)
{
  if (!new_profile_set (addition->draft, "key", answer, error))
    return false;
  if (settle_given (addition, error))
    return true;
  profile_draft_unset (addition->draft, "key");
  return false;
}

/* A key that is named is taken; nothing is answered where one is to be made, or was. */
static bool
ask_key (Addition *addition, GError **error)
{
  g_autofree char *shown =
      profiles_short_path (addition->call->environment, addition->key.place.key);
  g_autoptr (GError) reason = NULL;

  fputs (_ ("\nFile of the private key, or of a keystore that holds it\n"), stderr);
  fprintf (stderr,
           addition->key.found ? _ ("(Enter: %s, which was made before)\n")
                               : _ ("(Enter: make a new one, %s)\n"),
           shown);
  for (int i = 0; i < MAX_QUESTIONS; i++)
    {
      g_autofree char *answer = ask_line ("key", error);

      if (answer == NULL)
        return false;
      g_clear_error (&reason);
      addition->makes_key = *answer == '\0';
      if (addition->makes_key || take_key (addition, answer, &reason))
        return true;
      if (!g_error_matches (reason, AVOUCH_ERROR, AVOUCH_ERROR_KEY))
        break;
      if (i + 1 < MAX_QUESTIONS)
        error_report (reason);
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

/* All that can be found wrong without the key is, before one is made. What the console will tell
 * is not there yet. */
static bool
check_ahead (const Addition *addition, GError **error)
{
  const Environment *environment = addition->call->environment;
  const Issuer *issuer = new_profile_issuer (addition->draft, error);
  g_autoptr (ProfileDraft) draft = profile_draft_copy (addition->draft);
  g_autoptr (Profile) profile = NULL;
  const char *later;

  if (issuer == NULL)
    return false;
  later = issuer->told_by_console;
  if (later != NULL && profile_draft_get (draft, later) == NULL &&
      !profile_draft_set (draft, later, "not-told-yet", error))
    return false;
  if (!new_key_set (&addition->key, draft, environment, error))
    return false;
  profile = new_profile_check (draft, environment, error);
  return profile != NULL;
}

static bool
settle_key (Addition *addition, GError **error)
{
  const Environment *environment = addition->call->environment;

  if (profile_draft_get (addition->draft, "key") != NULL)
    return settle_given (addition, error);
  /* Another's token is sent instead: nothing is signed. */
  if (profile_draft_get (addition->draft, "subject-token") != NULL)
    return true;
  if (new_profile_has_foreign_key (addition->draft))
    return new_profile_ask_key (addition->draft, error) && settle_given (addition, error);
  if (!new_key_choose (&addition->key, addition->draft, environment, error))
    return false;
  addition->makes_key = true;
  if (addition->asks && !ask_key (addition, error))
    return false;
  if (!addition->makes_key)
    return true;
  if (!check_ahead (addition, error))
    return false;
  if (!addition->key.found && !addition->options->dry_run &&
      !new_key_make (&addition->key, environment, error))
    return false;
  return new_key_set (&addition->key, addition->draft, environment, error);
}

/* What a console shows once and what it makes is asked for afterwards. */
static void
print_first_guide (const Addition *addition, const Issuer *issuer)
{
  g_autofree char *text = NULL;

  if (!issuer->makes_key || addition->call->quiet)
    return;
  text = issuer->guide (NULL, NULL, NULL);
  fprintf (stderr, "\n%s", text);
}

static bool
print_guide (const Addition *addition, GError **error)
{
  const Issuer *issuer = new_profile_issuer (addition->draft, error);
  const char *url = profile_draft_get (addition->draft, "login-url");
  const char *username = profile_draft_get (addition->draft, "username");
  g_autofree char *text = NULL;

  if (issuer == NULL)
    return false;
  if (!addition->makes_key || addition->call->quiet || issuer->guide == NULL)
    return true;
  text = issuer->guide (url, username, addition->key.place.certificate);
  fprintf (stderr, "\n%s", text);
  return true;
}

/* What the console tells is asked for when there is something for the console. */
static bool
ask_all (Addition *addition, GError **error)
{
  const Issuer *issuer;
  bool waits;

  if (!new_profile_ask_issuer (addition->draft, error) ||
      (issuer = new_profile_issuer (addition->draft, error)) == NULL)
    return false;
  print_first_guide (addition, issuer);
  if (!new_profile_ask_needed (addition->draft, issuer->told_by_console, error) ||
      !settle_name (addition, error) || !settle_key (addition, error) ||
      !print_guide (addition, error))
    return false;
  waits = addition->makes_key && issuer->told_by_console != NULL &&
          profile_draft_get (addition->draft, issuer->told_by_console) != NULL;
  if (waits)
    {
      g_autofree char *enter = ask_line (_ ("\nEnter, when that is done"), error);

      if (enter == NULL)
        return false;
    }
  return new_profile_ask_needed (addition->draft, NULL, error) &&
         new_profile_ask_serve (addition->draft, error);
}

static bool
fill (Addition *addition, GError **error)
{
  g_autoptr (GError) reason = NULL;
  bool made;

  if (!addition->asks)
    return refuse_missing (addition, error) && settle_name (addition, error) &&
           settle_key (addition, error) && print_guide (addition, error);
  if (ask_all (addition, &reason))
    return true;
  made = addition->makes_key && profile_draft_get (addition->draft, "key") != NULL;
  if (made)
    error_add_hint (reason, _ ("the key stays; the same command goes on with it"));
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

/* Whether it works is known once somebody has logged in; nobody does who has not asked for it. */
static bool
try_login (const Addition *addition, const char *name, GError **error)
{
  const Request request = { .profile = (char *) name };
  g_autofree char *answer = NULL;

  if (!addition->asks && !addition->options->yes)
    return true;
  if (addition->asks)
    {
      answer =
          ask_line (_ ("\nLog in now, and look at each step of it (Enter: yes, n: no)"), error);
      if (answer == NULL)
        return false;
      if (g_ascii_tolower (*answer) == 'n')
        return true;
    }
  if (!addition->asks && !addition->call->quiet && !output_text ("\n", error))
    return false;
  return doctor_run (&(DoctorOptions){ .invocation = addition->call, .request = &request }, false,
                     error);
}

static bool
finish (const Addition *addition, GError **error)
{
  const Invocation *call = addition->call;
  const char *path = profile_draft_file (addition->draft);
  g_autofree char *text = profile_draft_text (addition->draft);
  g_autoptr (Profile) profile = new_profile_check (addition->draft, call->environment, error);

  if (profile == NULL)
    return false;
  if (addition->options->dry_run)
    return new_profile_print (addition->draft, path, error) &&
           new_profile_warn_of_key (profile, call->environment, error);
  return profile_file_write (path, text, error) &&
         (call->quiet || new_profile_print_next (profile, call->environment, path, error)) &&
         new_profile_warn_of_key (profile, call->environment, error) &&
         try_login (addition, profile_name (profile), error);
}

static bool
run (const Invocation *call, GError **error)
{
  g_auto (Addition) addition = { .call = call, .options = call->values };

  if (!begin (&addition, error))
    return false;
  if (addition.name != NULL && !take_name (&addition, addition.name, error))
    return false;
  return fill (&addition, error) && finish (&addition, error);
}

const Command command_profile_add = {
  .path = "avouch profile add",
  .arguments = N_ ("PROFILE | ISSUER"),
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
