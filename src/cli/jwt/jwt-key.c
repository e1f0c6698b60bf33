/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jwt-key.h"

#include "error.h"
#include "i18n.h"
#include "network.h"
#include "passphrase.h"
#include "prompt.h"
#include "secret-key.h"
#include "text.h"

#include <string.h>

enum { PROMPT_TIMEOUT = 300 /* seconds, for a person */, STATUS_OK = 200 };

void
jwt_key_clear (JwtKey *jwt_key)
{
  g_clear_pointer (&jwt_key->input, key_input_free);
}

/* Exactly one of the three, and nothing that goes with another. */
static bool
check (const JwtKey *jwt_key, GError **error)
{
  const KeyInputOptions *input = jwt_key->input_options;
  const JwtKeyOptions *options = jwt_key->options;
  unsigned count = (input->profile != NULL) + (options->key != NULL) + (options->secret != NULL);
  const char *why = NULL;

  if (count == 0)
    why = _ ("no key is named");
  else if (count > 1)
    why = _ ("more than one key is named");
  if (why != NULL)
    {
      g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, why);
      if (error != NULL)
        error_add_hint (*error, _ ("name one, by --key FILE, --profile PROFILE or --secret PLACE"));
      return false;
    }
  if (options->secret != NULL &&
      (input->key_alias != NULL || input->passphrase != NULL || input->key_passphrase != NULL))
    why = _ ("--key-alias, --passphrase and --key-passphrase do not go with --secret");
  else if (options->secret == NULL && options->secret_encoding != NULL)
    why = _ ("--secret-encoding goes with --secret only");
  if (why != NULL)
    g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, why);
  return why == NULL;
}

static bool
find_input (JwtKey *jwt_key, GError **error)
{
  jwt_key->input = key_input_new (jwt_key->call, jwt_key->command, jwt_key->options->key,
                                  jwt_key->input_options, error);
  if (jwt_key->input != NULL)
    key_input_allow_secrets (jwt_key->input);
  return jwt_key->input != NULL;
}

static const char *
encoding_of (const JwtKeyOptions *options)
{
  return options->secret_encoding != NULL ? options->secret_encoding : "plain";
}

static Secret *
read_variable (const char *name, const Environment *environment, GError **error)
{
  const char *value = g_environ_getenv (environment->inherited, name);

  if (value != NULL)
    return secret_new (value, strlen (value));
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the variable is not set"));
  return NULL;
}

static Secret *
read_descriptor (const char *number, GError **error)
{
  enum { MAX_FD = 65535, MAX_SECRET = 64 * 1024 };
  int64_t fd;

  if (text_parse_int (number, 0, MAX_FD, &fd))
    return passphrase_fd_is_open ((int) fd, error)
               ? secret_read_fd ((int) fd, MAX_SECRET, "fd", error)
               : NULL;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("after fd: stands a number"));
  return NULL;
}

/* Messages name the place; but what is no place may be the secret itself. */
static Key *
open_secret (const JwtKey *jwt_key, GError **error)
{
  const JwtKeyOptions *options = jwt_key->options;
  const Environment *environment = jwt_key->call->environment;
  const char *place = options->secret;
  const char *encoding = encoding_of (options);
  g_autoptr (Secret) content = NULL;
  GError *reason = NULL;
  Key *key = NULL;

  if (g_str_has_prefix (place, "env:"))
    content = read_variable (place + strlen ("env:"), environment, &reason);
  else if (g_str_has_prefix (place, "fd:"))
    content = read_descriptor (place + strlen ("fd:"), &reason);
  else if (strcmp (place, "prompt") == 0)
    content = prompt_passphrase (_ ("Secret: "), PROMPT_TIMEOUT, &reason);
  else
    {
      const char *path = g_str_has_prefix (place, "file:") ? place + strlen ("file:") : place;
      g_autofree char *absolute = g_canonicalize_filename (path, NULL);

      if (g_file_test (absolute, G_FILE_TEST_EXISTS))
        return secret_key_load (absolute, encoding, error);
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("--secret names a file that is not there"));
      if (error != NULL)
        error_add_hint (*error, _ ("give a file, env:NAME, fd:N or prompt; never the secret "
                                   "itself: others can see it, and the shell's history keeps it"));
      return NULL;
    }
  if (content != NULL)
    key = secret_key_new (content, encoding, &reason);
  if (key == NULL)
    {
      error_add_prefix (reason, place);
      g_propagate_error (error, reason);
    }
  return key;
}

static bool
is_url (const char *key)
{
  return key != NULL && strstr (key, "://") != NULL;
}

Key *
jwt_key_open (JwtKey *jwt_key, GError **error)
{
  if (!check (jwt_key, error))
    return NULL;
  if (jwt_key->options->secret != NULL)
    return open_secret (jwt_key, error);
  if (is_url (jwt_key->options->key))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("a private key is not fetched from a URL"));
      return NULL;
    }
  return find_input (jwt_key, error) ? key_input_open (jwt_key->input, error) : NULL;
}

const char *
jwt_key_setting (const JwtKey *jwt_key, const char *setting)
{
  const Profile *profile = jwt_key->input != NULL ? key_input_profile (jwt_key->input) : NULL;

  return profile != NULL ? profile_get (profile, setting) : NULL;
}

/* Only the settings that a call needs. */
static Profile *
make_network_profile (const JwtNetwork *network, GError **error)
{
  g_autofree char *ca_file =
      network->ca_file != NULL ? g_canonicalize_filename (network->ca_file, NULL) : NULL;
  Setting settings[2] = { 0 };
  size_t count = 0;

  if (ca_file != NULL)
    settings[count++] = (Setting){ "ca-file", ca_file, NULL, 0 };
  if (network->proxy != NULL)
    settings[count++] = (Setting){ "proxy", network->proxy, NULL, 0 };
  return profile_new ("--key", settings, count, error);
}

static ExchangeAnswer *
fetch (const Url *url, const JwtNetwork *network, const Invocation *call, GError **error)
{
  static const char *const headers[] = { "Accept",
                                         "application/jwk-set+json, application/json, */*", NULL };
  g_autoptr (Profile) profile = make_network_profile (network, error);
  g_auto (Network) way = { 0 };
  ExchangeCall request = { .method = "GET", .url = url, .headers = headers };

  if (profile == NULL || !network_read (&way, profile, call->environment, error))
    return NULL;
  ExchangeOptions how = {
    .timeout = way.timeout,
    .tries = EXCHANGE_TRIES,
    .verbose = call->verbose,
  };
  return network_exchange (&way, &request, &how, error);
}

static KeySet *
read_answer (const ExchangeAnswer *answer, const Url *url, GError **error)
{
  g_autofree char *origin = url_origin (url);
  GError *reason = NULL;
  KeySet *set;

  if (answer->status != STATUS_OK)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                   _ ("%s answered with status %u instead of keys"), origin, answer->status);
      return NULL;
    }
  set = key_set_read_published (answer->body, &reason);
  if (set == NULL)
    {
      error_add_prefix (reason, origin);
      g_propagate_error (error, reason);
    }
  return set;
}

static KeySet *
fetch_set (const JwtKey *jwt_key, const JwtNetwork *network, GError **error)
{
  const JwtKeyOptions *options = jwt_key->options;
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = url_parse (options->key, &reason);
  g_autoptr (ExchangeAnswer) answer = NULL;

  if (url == NULL && g_str_has_prefix (options->key, "http://"))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("--key: keys that come by plain http may be anybody's"));
      if (error != NULL)
        error_add_hint (*error, _ ("use https; http is only for this machine's own addresses"));
      return NULL;
    }
  if (url == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "--key: %s", reason->message);
      return NULL;
    }
  answer = fetch (url, network, jwt_key->call, error);
  return answer != NULL ? read_answer (answer, url, error) : NULL;
}

KeySet *
jwt_key_open_set (JwtKey *jwt_key, const JwtNetwork *network, GError **error)
{
  g_autoptr (Key) secret = NULL;

  if (!check (jwt_key, error))
    return NULL;
  if (is_url (jwt_key->options->key))
    return fetch_set (jwt_key, network, error);
  if (network->ca_file != NULL || network->proxy != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("--ca-file and --proxy go with the URL of a JWK set only"));
      return NULL;
    }
  if (jwt_key->options->secret == NULL)
    return find_input (jwt_key, error) ? key_input_open_set (jwt_key->input, error) : NULL;
  secret = open_secret (jwt_key, error);
  return secret != NULL ? key_set_of_key (secret, error) : NULL;
}
