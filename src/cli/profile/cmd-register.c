/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "instance.h"
#include "issuer.h"
#include "network.h"
#include "new-profile.h"
#include "output.h"
#include "profile-file.h"
#include "profile-key.h"
#include "profile-options.h"
#include "profiles.h"
#include "prompt.h"
#include "registration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_INITIAL_TOKEN 16384 /* bytes */
#define REDIRECT_URI      "https://localhost/"
#define ISSUER            "salesforce"
/* Stands in the profile while all else is checked, before there is one. */
#define NO_CLIENT_ID "not-registered-yet"

enum { TIME_TO_TYPE = 300 /* seconds */ };

typedef struct {
  char *login_url;
  char *username;
  char *key;
  char *key_alias;
  char *passphrase;
  char **serve;
  char **set;
  char *client_name;
  char *redirect_uri;
  char *initial_token_file;
  char *file;
  gboolean dry_run;
} RegisterOptions;

/* Those before `serve` are settings of the same name. */
static const Option register_options[] = {
  { "login-url", 0, OPTION_STRING, offsetof (RegisterOptions, login_url), N_ ("URL"),
    N_ ("the org: its My Domain URL") },
  PROFILE_USERNAME_OPTION (RegisterOptions),
  { "key", 0, OPTION_STRING, offsetof (RegisterOptions, key), N_ ("FILE"),
    N_ ("the private key, or a keystore that holds it; only its public half is sent") },
  PROFILE_OPTIONS (RegisterOptions),
  { "client-name", 0, OPTION_STRING, offsetof (RegisterOptions, client_name), N_ ("NAME"),
    N_ ("what the app is called in Setup, instead of \"avouch\" and the profile's name") },
  { "redirect-uri", 0, OPTION_STRING, offsetof (RegisterOptions, redirect_uri), N_ ("URI"),
    N_ ("the app's callback, which is asked for and never used, instead of https://localhost/") },
  { "initial-token-file", 0, OPTION_STRING, offsetof (RegisterOptions, initial_token_file),
    N_ ("FILE"), N_ ("where the initial access token is, instead of standard input") },
  PROFILE_FILE_OPTION (RegisterOptions),
  { "dry-run", 'n', OPTION_FLAG, offsetof (RegisterOptions, dry_run), NULL,
    N_ ("check everything, and print what would be sent; register and write nothing") },
  { 0 },
};

static const char *const register_example[] = {
  "avouch register acme --login-url URL --username NAME --key acme.pem <token",
  N_ ("makes app and profile; the initial access token is in no process's arguments"),
  "avouch register acme --login-url URL --username NAME --key acme.pem --dry-run",
  N_ ("prints what would be sent"),
  NULL,
};

/* From here to the written profile. */
typedef struct {
  const Invocation *call;
  const RegisterOptions *options;
  const char *name;
  char *path;
  Profile *profile; /* with NO_CLIENT_ID */
  const Issuer *issuer;
  Network network;
  Secret *body;
} Registering;

static void
registering_clear (Registering *registering)
{
  g_clear_pointer (&registering->path, g_free);
  g_clear_pointer (&registering->profile, profile_unref);
  network_clear (&registering->network);
  g_clear_pointer (&registering->body, secret_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Registering, registering_clear)

static bool
set_given (ProfileDraft *draft, const RegisterOptions *options, GError **error)
{
  for (const Option *option = register_options; option->kind == OPTION_STRING; option++)
    {
      const char *value = *(char *const *) (const void *) ((const char *) options + option->offset);

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

static ProfileDraft *
make_draft (const Registering *registering, const char *client_id, GError **error)
{
  g_autoptr (ProfileDraft) draft = profile_draft_new (registering->name, registering->path, error);

  if (draft == NULL || !profile_draft_set (draft, "issuer", ISSUER, error) ||
      !profile_draft_set (draft, "client-id", client_id, error) ||
      !set_given (draft, registering->options, error))
    return NULL;
  return g_steal_pointer (&draft);
}

static bool
refuse_missing (const ProfileDraft *draft, GError **error)
{
  g_autofree char *missing = new_profile_missing (draft, "--", true, error);

  if (missing == NULL)
    return false;
  if (*missing == '\0')
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("register: missing: %s"), missing);
  if (error != NULL)
    error_add_hint (*error, _ ("--login-url is the org's My Domain URL, --username whom to act as, "
                               "and \"avouch key new NAME\" makes a key"));
  return false;
}

/* All that can be found wrong without the issuer is found before it is asked: what it makes cannot
 * be taken back from here. */
static bool
prepare (Registering *registering, GError **error)
{
  const RegisterOptions *options = registering->options;
  const Environment *environment = registering->call->environment;
  g_autoptr (ProfileDraft) draft = NULL;
  g_autoptr (Key) key = NULL;
  g_autofree char *name = NULL;

  registering->path = new_profile_path (environment, registering->name, options->file, error);
  draft = registering->path != NULL ? make_draft (registering, NO_CLIENT_ID, error) : NULL;
  if (draft == NULL || !refuse_missing (draft, error) ||
      !new_profile_refuse_existing (environment, registering->name, NULL, registering->path,
                                    error) ||
      (registering->profile = new_profile_check (draft, environment, error)) == NULL ||
      !network_read (&registering->network, registering->profile, environment, error))
    return false;
  registering->issuer = issuer_for_profile (registering->profile, error);
  key = profile_key_open (registering->profile, environment, error);
  if (registering->issuer == NULL || key == NULL)
    return false;
  name = options->client_name != NULL ? g_strdup (options->client_name)
                                      : g_strconcat ("avouch ", registering->name, NULL);
  registering->body = registration_body (
      &(RegistrationRequest){
          .name = name,
          .redirect_uri = options->redirect_uri != NULL ? options->redirect_uri : REDIRECT_URI,
          .key = key,
      },
      error);
  return registering->body != NULL;
}

static bool
fail_token (const char *where, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("the initial access token from %s cannot be used: %s"), where, why);
  if (error != NULL)
    error_add_hint (*error, _ ("Setup > App Manager shows it, as one word, for an app that may "
                               "register others"));
  return false;
}

/* The one word that BYTES hold, without the line feed at its end. */
static Secret *
take_word (const Secret *read, const char *where, GError **error)
{
  size_t length = 0;
  const char *bytes = secret_bytes (read, &length);

  while (length > 0 && g_ascii_isspace (bytes[length - 1]))
    length--;
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isgraph (bytes[i]))
      {
        fail_token (where, _ ("it holds a blank, or a character that no token may have"), error);
        return NULL;
      }
  if (length > 0)
    return secret_new (bytes, length);
  fail_token (where, _ ("it is empty"), error);
  return NULL;
}

static Secret *
read_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  Secret *read = NULL;
  struct stat status;

  if (fd < 0)
    {
      fail_token (path, g_strerror (errno), error);
      return NULL;
    }
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && (status.st_mode & S_IRWXO) != 0)
    fail_token (path, _ ("every user of this machine may read or write it"), error);
  else
    read = secret_read_fd (fd, MAX_INITIAL_TOKEN, path, error);
  close (fd);
  return read;
}

static Secret *
read_initial_token (const RegisterOptions *options, GError **error)
{
  const char *where =
      options->initial_token_file != NULL ? options->initial_token_file : _ ("standard input");
  g_autoptr (Secret) read = NULL;

  if (options->initial_token_file != NULL)
    read = read_file (where, error);
  else if (isatty (STDIN_FILENO))
    read = prompt_passphrase (_ ("Initial access token: "), TIME_TO_TYPE, error);
  else
    read = secret_read_fd (STDIN_FILENO, MAX_INITIAL_TOKEN, where, error);
  return read != NULL ? take_word (read, where, error) : NULL;
}

/* Once only: a second try might make a second app. */
static ExchangeAnswer *
send (const Registering *registering, Secret *token, GError **error)
{
  static const char *const headers[] = { "Accept", "application/json", NULL };
  g_autoptr (Url) url =
      instance_login_endpoint (registering->profile, registering->issuer->register_path, error);
  const ExchangeOptions options = {
    .timeout = registering->network.timeout,
    .tries = 1,
    .verbose = registering->call->verbose,
  };

  if (url == NULL)
    return NULL;
  return network_exchange (&registering->network,
                           &(ExchangeCall){
                               .method = "POST",
                               .url = url,
                               .content_type = "application/json",
                               .body = registering->body,
                               .headers = headers,
                               .bearer = token,
                           },
                           &options, error);
}

static bool
ask (const Registering *registering, Registration *made, GError **error)
{
  g_autoptr (Secret) token = read_initial_token (registering->options, error);
  g_autoptr (ExchangeAnswer) answer = NULL;
  g_autoptr (GError) cause = NULL;

  if (token == NULL)
    return false;
  answer = send (registering, token, &cause);
  if (answer != NULL && !exchange_is_success (answer->status))
    cause = registration_explain (answer);
  else if (answer != NULL && registration_read (answer, made, &cause))
    return true;
  error_add_prefix (cause, registering->name);
  g_propagate_error (error, g_steal_pointer (&cause));
  return false;
}

/* The app is there now, whatever happens here: its consumer key must not be lost. */
static bool
write_profile (const Registering *registering, const Registration *made, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (ProfileDraft) draft = make_draft (registering, made->client_id, &cause);
  g_autofree char *text = draft != NULL ? profile_draft_text (draft) : NULL;

  if (text != NULL && profile_file_write (registering->path, text, &cause))
    return true;
  error_add_hint (cause,
                  _ ("the app was registered all the same; write the profile by \"avouch "
                     "profile add\" with --client-id %s"),
                  made->client_id);
  g_propagate_error (error, g_steal_pointer (&cause));
  return false;
}

static bool
report (const Registering *registering, const Registration *made, GError **error)
{
  const Environment *environment = registering->call->environment;
  g_autoptr (GString) text = g_string_new (NULL);

  if (made->has_secret)
    fputs (_ ("note: a client secret came too; the key makes it needless, and it was not kept\n"),
           stderr);
  if (registering->call->quiet)
    return true;
  g_string_append_printf (text, _ ("registered: client-id %s\n"), made->client_id);
  g_string_append (text, _ ("Before the first login: in Setup open the app's policies, set "
                            "\"Admin approved users are\npre-authorized\", and assign the user's "
                            "profile or a permission set. A new app takes about\nten minutes to "
                            "be known everywhere.\n\n"));
  return output_text (text->str, error) &&
         new_profile_print_next (registering->profile, environment, registering->path, error);
}

/* Holds a public key, and nothing secret. */
static bool
print_body (const Registering *registering, GError **error)
{
  g_autofree char *text = g_strconcat (secret_bytes (registering->body, NULL), "\n", NULL);

  return output_text (text, error);
}

static bool
run (const Invocation *call, GError **error)
{
  g_auto (Registering) registering = {
    .call = call,
    .options = call->values,
    .name = call->arguments[0],
  };
  g_auto (Registration) made = { 0 };

  if (registering.name == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("register: what is the new profile's name?"));
      if (error != NULL)
        error_add_hint (*error, _ ("avouch register PROFILE --login-url URL --username NAME "
                                   "--key FILE"));
      return false;
    }
  if (!prepare (&registering, error))
    return false;
  if (registering.options->dry_run)
    return print_body (&registering, error);
  return ask (&registering, &made, error) && write_profile (&registering, &made, error) &&
         report (&registering, &made, error);
}

const Command command_register = {
  .path = "avouch register",
  .arguments = N_ ("PROFILE"),
  .summary = N_ ("make a new app in the org, and its profile"),
  .description = N_ (
      "Registers an app by OAuth 2.0 Dynamic Client Registration, with the public half of the key, "
      "and writes a profile that logs in by it. This needs an initial access token, which Setup "
      "shows for an app that may register others; it is read from standard input, or from a file. "
      "Where an org does not allow this, make the app in Setup and use \"avouch profile add\"."),
  .example = register_example,
  .options = register_options,
  .values_size = sizeof (RegisterOptions),
  .max_arguments = 1,
  .run = run,
};
