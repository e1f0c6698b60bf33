/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cache.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "instance.h"
#include "oauth-error.h"
#include "obtain.h"
#include "output.h"
#include "profiles.h"
#include "target.h"
#include "token-call.h"

#include <stdio.h>
#include <string.h>

enum { UNAUTHORIZED = 401 };

typedef struct {
  char *url;
  gboolean all;
} RevokeOptions;

static const Option revoke_options[] = {
  { "url", 'u', OPTION_STRING, offsetof (RevokeOptions, url), N_ ("URL"),
    N_ ("only the token for this place, of the profile that serves it") },
  { "all", 'a', OPTION_FLAG, offsetof (RevokeOptions, all), NULL,
    N_ ("those of every profile that is configured") },
  { 0 },
};

static const char *const revoke_example[] = {
  "avouch revoke acme",
  N_ ("ends the session of profile acme; the next use logs in again"),
  "avouch revoke --all",
  N_ ("before a machine is given away"),
  NULL,
};

/* What became of a profile's tokens. */
typedef struct {
  unsigned revoked;
  unsigned over; /* they had ended before */
} Tally;

typedef struct {
  const char *profile;
  GPtrArray *tokens; /* names in the cache */
} Search;

static void
note_token (const char *token, const Credential *credential, void *data)
{
  Search *search = data;

  if (strcmp (credential->profile, search->profile) == 0)
    g_ptr_array_add (search->tokens, g_strdup (token));
}

/* That for REQUEST's place, or where it names none all: those of earlier settings, or another
 * audience, too. */
static GPtrArray *
find_tokens (Cache *cache, const Profile *profile, const Request *request)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_free);
  Search search = { profile_name (profile), tokens };

  if (request != NULL && request->url != NULL)
    g_ptr_array_add (tokens, obtain_token_name (profile, request));
  else
    cache_visit (cache, note_token, &search);
  return tokens;
}

static bool
is_over (const ExchangeAnswer *answer)
{
  g_autofree char *code = NULL;
  g_autofree char *description = NULL;

  if (answer->status == UNAUTHORIZED)
    return true;
  return oauth_error_read (answer, &code, &description) &&
         (strcmp (code, "invalid_token") == 0 || strcmp (code, "unsupported_token_type") == 0);
}

static bool
judge (const TokenCall *call, const ExchangeAnswer *answer, Tally *tally, GError **error)
{
  const IssuerContext context = token_call_context (call, NULL);
  IssuerRefusal refusal;

  if (exchange_is_success (answer->status))
    tally->revoked++;
  else if (is_over (answer))
    tally->over++;
  else
    {
      g_propagate_error (error, issuer_explain (call->issuer->explain, &context, answer, &refusal));
      return false;
    }
  return true;
}

/* A token of the profile as it stands goes to where it was issued. One of earlier settings may be
 * from elsewhere: it goes to its own instance, if the profile serves that. */
static bool
revoke_at_issuer (const TokenCall *call, const char *token, const Credential *credential,
                  Tally *tally, GError **error)
{
  const IssuerContext context = token_call_context (call, NULL);
  g_autofree char *plain = obtain_plain_name (call->profile);
  g_autoptr (Url) base = NULL;
  g_auto (IssuerCall) what = { 0 };
  g_autoptr (ExchangeAnswer) answer = NULL;

  if (strcmp (token, plain) != 0 &&
      (base = instance_base (call->profile, credential, error)) == NULL)
    return false;
  if (!call->issuer->revoke (&context, base, credential, &what, error))
    return false;
  answer = token_call_send (call, &what, error);
  return answer != NULL && judge (call, answer, tally, error);
}

/* It leaves the cache only once it is revoked: a token that nobody has any more can be revoked by
 * nobody. */
static bool
revoke_tokens (const TokenCall *call, Cache *cache, const Request *request, Tally *tally,
               GError **error)
{
  g_autoptr (GPtrArray) tokens = find_tokens (cache, call->profile, request);

  for (size_t i = 0; i < tokens->len; i++)
    {
      const char *token = tokens->pdata[i];
      g_autoptr (Credential) credential = cache_load (cache, token);

      if (credential == NULL)
        continue;
      if (!revoke_at_issuer (call, token, credential, tally, error))
        return false;
      cache_drop (cache, token);
    }
  return true;
}

/* What lives on at the issuer need not be kept here. */
static bool
can_revoke (const TokenCall *call, GError **error)
{
  if (call->issuer->revoke != NULL)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("this issuer revokes no tokens"));
  if (error != NULL)
    error_add_hint (*error,
                    _ ("a token works until it expires; \"avouch forget %s\" drops it here"),
                    profile_name (call->profile));
  return false;
}

static bool
revoke_profile (const Invocation *invocation, Cache *cache, const Profile *profile,
                const Request *request, Tally *tally, GError **error)
{
  g_auto (TokenCall) call = { 0 };
  g_autoptr (GError) cause = NULL;

  if (token_call_open (&call, invocation, profile, &cause) && can_revoke (&call, &cause) &&
      revoke_tokens (&call, cache, request, tally, &cause))
    return true;
  profiles_name_in (cause, profile);
  if (error_hint (cause) == NULL)
    error_add_hint (cause,
                    _ ("the token is still cached, so that you can try again; "
                       "\"avouch forget %s\" drops it without revoking it"),
                    profile_name (profile));
  g_propagate_error (error, g_steal_pointer (&cause));
  return false;
}

static bool
report (const Invocation *call, const Profile *profile, const Tally *tally, GError **error)
{
  const char *name = profile_name (profile);
  g_autoptr (GString) text = g_string_new (NULL);

  if (call->quiet)
    return true;
  if (tally->revoked == 0 && tally->over == 0)
    g_string_append_printf (text, _ ("%s: no token is cached, so there is none to revoke\n"), name);
  if (tally->revoked > 0)
    g_string_append_printf (text, _ ("%s: revoked: %u\n"), name, tally->revoked);
  if (tally->over > 0)
    g_string_append_printf (text, _ ("%s: had ended already: %u\n"), name, tally->over);
  return output_text (text->str, error);
}

/* REQUEST NULL: all that are cached. */
static bool
revoke_one (const Invocation *call, Cache *cache, const Profile *profile, const Request *request,
            GError **error)
{
  Tally tally = { 0 };

  return revoke_profile (call, cache, profile, request, &tally, error) &&
         report (call, profile, &tally, error);
}

/* One that fails does not keep the others from being revoked. */
static bool
revoke_all (const Invocation *call, Cache *cache, const Config *config, GError **error)
{
  const GPtrArray *profiles = config_profiles (config);
  g_autoptr (GError) first = NULL;

  for (size_t i = 0; i < profiles->len; i++)
    {
      g_autoptr (GError) cause = NULL;

      if (revoke_one (call, cache, profiles->pdata[i], NULL, &cause))
        continue;
      if (first == NULL)
        first = g_steal_pointer (&cause);
      else
        error_report (cause);
    }
  if (first == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&first));
  return false;
}

static bool
run (const Invocation *call, GError **error)
{
  const RevokeOptions *options = call->values;
  g_autoptr (Config) config = NULL;
  g_autoptr (Cache) cache = NULL;
  g_autoptr (Request) request = request_new ();
  Profile *profile;

  if (options->all && (call->count > 0 || options->url != NULL))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("revoke: --all goes with no profile and no --url"));
      return false;
    }
  config = profiles_load (call->environment, error);
  if (config == NULL || (cache = cache_open (call->environment, error)) == NULL)
    return false;
  if (options->all)
    return revoke_all (call, cache, config, error);
  if (!target_fill (request, call->arguments[0], options->url, call->environment, error))
    return false;
  profile = target_profile (config, request, error);
  return profile != NULL && revoke_one (call, cache, profile, request, error);
}

const Command command_revoke = {
  .path = "avouch revoke",
  .arguments = N_ ("[PROFILE | --url URL | --all]"),
  .summary = N_ ("end a profile's cached tokens at the issuer"),
  .description = N_ (
      "Revokes the cached tokens of a profile at the issuer, then drops them. Salesforce may have "
      "handed the same token to other programs that log in as the same user and app: theirs ends "
      "too. If a token cannot be revoked it stays cached, so that you can try again. Without "
      "PROFILE, the only one that is configured."),
  .example = revoke_example,
  .options = revoke_options,
  .values_size = sizeof (RevokeOptions),
  .max_arguments = 1,
  .run = run,
};
