/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "credential-format.h"
#include "error.h"
#include "i18n.h"
#include "instance.h"
#include "introspect.h"
#include "obtain.h"
#include "output.h"
#include "profiles.h"
#include "target.h"

#include <string.h>

typedef struct {
  char *url;
  char *format;
  char *audience;
  char *scope;
  gboolean fresh;
  gboolean introspect;
  gboolean json;
} TokenOptions;

static const Option token_options[] = {
  TARGET_URL_OPTION (offsetof (TokenOptions, url)),
  { "format", 'f', OPTION_STRING, offsetof (TokenOptions, format), N_ ("FORMAT"),
    N_ ("plain (the default), json, header, env, curl, soap, session-header or aws") },
  { "audience", 0, OPTION_STRING, offsetof (TokenOptions, audience), N_ ("AUDIENCE"),
    N_ ("whom the token is for, where the issuer lets one choose") },
  { "scope", 0, OPTION_STRING, offsetof (TokenOptions, scope), N_ ("SCOPE"),
    N_ ("less than all that the account may do, where the issuer lets one choose") },
  { "fresh", 0, OPTION_FLAG, offsetof (TokenOptions, fresh), NULL,
    N_ ("log in even if a token is cached") },
  { "introspect", 0, OPTION_FLAG, offsetof (TokenOptions, introspect), NULL,
    N_ ("print what the issuer knows of the token, and not the token") },
  { "json", 0, OPTION_FLAG, offsetof (TokenOptions, json), NULL,
    N_ ("for programs: the same as --format json") },
  { 0 },
};

static const char *const token_example[] = {
  "avouch token acme --format curl | curl -K - https://acme.my.salesforce.com/…",
  N_ ("calls the issuer's API; the token is in no process's arguments"),
  "eval \"$(avouch token acme --format env)\"",
  N_ ("sets AVOUCH_TOKEN, AVOUCH_EXPIRES_AT and AVOUCH_INSTANCE_URL in a shell"),
  NULL,
};

/* The route does not know which name is nearest. */
static void
improve (GError **error, const Request *request, const Environment *environment)
{
  g_autoptr (Config) config = NULL;

  if (!g_error_matches (*error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG) || request->profile == NULL)
    return;
  config = profiles_load (environment, NULL);
  if (config == NULL || config_find (config, request->profile) != NULL)
    return;
  g_clear_error (error);
  profiles_choose (config, request->profile, error);
}

/* --introspect has two forms, and --json names one of the several. */
static const CredentialFormat *
find_format (const TokenOptions *options, GError **error)
{
  const char *name = options->format;
  bool other = name != NULL && strcmp (name, "json") != 0;

  if (options->json && other)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("token: give --format or --json, not both"));
      return NULL;
    }
  if (options->introspect && other)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("token: --introspect prints no token, and takes no --format but json"));
      return NULL;
    }
  return credential_format_find (options->json ? "json" : name != NULL ? name : "plain", error);
}

/* The issuer says where its API is, but not where the token may go. PROFILE NULL: nothing that is
 * printed names a place. */
static bool
print (const CredentialFormat *format, const Profile *profile, const Credential *credential,
       GError **error)
{
  g_auto (SecretBuffer) output = { 0 };

  return (profile == NULL || instance_check_details (profile, credential, error)) &&
         format->write (credential, &output, error) && output_buffer (&output, error);
}

/* A token alone is printed without a look at the configuration. */
static bool
hand_out (const Invocation *call, const Request *request, const CredentialFormat *format,
          const Credential *credential, GError **error)
{
  const TokenOptions *options = call->values;
  g_autoptr (Config) config = NULL;
  Profile *profile;

  if (!format->names_places && !options->introspect)
    return print (format, NULL, credential, error);
  config = profiles_load (call->environment, error);
  profile = config != NULL ? profiles_choose (config, credential->profile, error) : NULL;
  if (profile == NULL)
    return false;
  if (options->introspect)
    return introspect_token (call, profile, request, credential, format->names_places, error);
  return print (format, profile, credential, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const TokenOptions *options = call->values;
  const CredentialFormat *format = find_format (options, error);
  g_autoptr (Request) request = request_new ();
  g_autoptr (Credential) credential = NULL;
  g_autoptr (GError) cause = NULL;
  ObtainOptions how = {
    .environment = call->environment,
    .fresh = options->fresh,
    .verbose = call->verbose,
  };

  if (format == NULL ||
      !target_fill (request, call->arguments[0], options->url, call->environment, error))
    return false;
  request->audience = g_strdup (options->audience);
  request->scope = g_strdup (options->scope);
  credential = obtain_credential (request, &how, &cause);
  if (credential == NULL)
    {
      improve (&cause, request, call->environment);
      g_propagate_error (error, g_steal_pointer (&cause));
      return false;
    }
  return hand_out (call, request, format, credential, error);
}

const Command command_token = {
  .path = "avouch token",
  .arguments = N_ ("[PROFILE | --url URL]"),
  .summary = N_ ("print a credential"),
  .description =
      N_ ("Prints the access token of a profile: from the cache if it is good for half a "
          "minute or more, else from a new login. Without PROFILE, the only one that is "
          "configured."),
  .example = token_example,
  .options = token_options,
  .values_size = sizeof (TokenOptions),
  .max_arguments = 1,
  .run = run,
};
