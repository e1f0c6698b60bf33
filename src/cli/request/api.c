/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api.h"

#include "cache.h"
#include "error.h"
#include "heal.h"
#include "i18n.h"
#include "instance.h"
#include "issuer.h"
#include "obtain.h"
#include "process.h"
#include "profiles.h"
#include "target.h"
#include "text.h"

#include <string.h>

static bool
obtain (Api *api, GError **error)
{
  const ObtainOptions options = {
    .environment = api->invocation->environment,
    .verbose = api->invocation->verbose,
  };
  Credential *credential = obtain_credential (api->request, &options, error);

  if (credential == NULL)
    return false;
  g_clear_pointer (&api->credential, credential_free);
  api->credential = credential;
  return true;
}

/* Where the place is not the issuer's to say, whole URLs need none. */
static bool
find_base (Api *api, GError **error)
{
  g_autoptr (GError) reason = NULL;
  Url *base = instance_base (api->profile, api->credential, &reason);

  if (base == NULL && instance_is_served (api->profile))
    return true;
  if (base == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return false;
    }
  g_clear_pointer (&api->base, url_free);
  api->base = base;
  return true;
}

/* What is signed request by request cannot be sent along. */
static bool
check_kind (const Api *api, GError **error)
{
  if (api->credential->kind != CREDENTIAL_AWS)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("%s: calls with keys of this kind are signed, which its own tools do"),
               profile_name (api->profile));
  if (error != NULL)
    error_add_hint (*error, _ ("\"avouch run %s -- COMMAND\" gives such a tool its keys"),
                    profile_name (api->profile));
  return false;
}

static bool
prepare (Api *api, const Invocation *invocation, const Profile *profile, GError **error)
{
  api->invocation = invocation;
  api->profile = profile;
  return network_read (&api->network, profile, invocation->environment, error);
}

bool
api_choose (Api *api, const Invocation *invocation, const char *word, const char *url,
            GError **error)
{
  const Environment *environment = invocation->environment;
  const Profile *profile;

  api->request = request_new ();
  api->config = profiles_load (environment, error);
  if (api->config == NULL || !target_fill (api->request, word, url, environment, error) ||
      (profile = target_profile (api->config, api->request, error)) == NULL)
    return false;
  return prepare (api, invocation, profile, error);
}

bool
api_log_in (Api *api, GError **error)
{
  return obtain (api, error) && check_kind (api, error) && find_base (api, error);
}

bool
api_open (Api *api, const Invocation *invocation, const char *word, const char *url, GError **error)
{
  return api_choose (api, invocation, word, url, error) && api_log_in (api, error);
}

bool
api_open_with (Api *api, const Invocation *invocation, const Profile *profile,
               Credential *credential, GError **error)
{
  api->credential = credential;
  api->request = request_new ();
  api->request->profile = g_strdup (profile_name (profile));
  return prepare (api, invocation, profile, error) && check_kind (api, error) &&
         find_base (api, error);
}

void
api_clear (Api *api)
{
  network_clear (&api->network);
  g_clear_pointer (&api->base, url_free);
  g_clear_pointer (&api->credential, credential_free);
  g_clear_pointer (&api->request, request_free);
  g_clear_pointer (&api->config, config_free);
}

/* What a person types or pastes: a query with its spaces and quotes. A % is believed to be an
 * escape that is there already. */
static char *
encode_unsafe (const char *text)
{
  g_autoptr (GString) encoded = g_string_new (NULL);

  for (; *text != '\0'; text++)
    if ((unsigned char) *text >= 0x80 || strchr (" \"<>^`{|}", *text) != NULL)
      g_string_append_printf (encoded, "%%%02X", (unsigned char) *text);
    else
      g_string_append_c (encoded, *text);
  return g_string_free (g_steal_pointer (&encoded), FALSE);
}

char *
api_base (const Api *api, GError **error)
{
  g_autoptr (Url) none = NULL;

  if (api->base != NULL)
    return url_to_string (api->base);
  none = instance_base (api->profile, api->credential, error);
  return NULL;
}

static void
refuse_stranger (const Profile *profile, const Url *url, GError **error)
{
  g_autofree char *origin = url_origin (url);
  g_autofree char *shown = text_clean (origin, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("%s: no token is sent to %s, which the profile does not serve"),
               profile_name (profile), shown);
  if (error != NULL)
    error_add_hint (*error,
                    _ ("if the token is meant for that host, add it to `serve` under [%s]: %s"),
                    profile_name (profile), shown);
}

Url *
api_resolve (const Api *api, const char *path, GError **error)
{
  g_autofree char *encoded = encode_unsafe (path);
  g_autofree char *base = *path == '/' ? api_base (api, error) : NULL;
  g_autofree char *text =
      *path == '/' ? g_strconcat (base, encoded, NULL) : g_steal_pointer (&encoded);
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = NULL;

  if (*path == '/' && base == NULL)
    return NULL;
  url = url_parse (text, &reason);
  if (url == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("the path cannot be used: %s"),
                   reason->message);
      if (error != NULL && *path != '/')
        error_add_hint (*error, _ ("a path starts with a slash: /services/data"));
      return NULL;
    }
  if (!instance_may_reach (api->profile, url))
    {
      refuse_stranger (api->profile, url, error);
      return NULL;
    }
  return g_steal_pointer (&url);
}

bool
api_is_success (const ExchangeAnswer *answer)
{
  return exchange_is_success (answer->status);
}

static const Issuer *
issuer_of (const Api *api)
{
  return issuer_find (profile_get (api->profile, "issuer"));
}

bool
api_is_session_over (const Api *api, const ExchangeAnswer *answer)
{
  return issuer_is_session_over (issuer_of (api), answer);
}

GError *
api_explain (const Api *api, const ExchangeAnswer *answer)
{
  GError *error = issuer_explain_call (issuer_of (api), answer);

  error_add_prefix (error, profile_name (api->profile));
  return error;
}

/* A program that calls again and again must not log in each time, until the user is locked out. */
bool
api_may_renew (const Api *api)
{
  g_autoptr (Cache) cache = cache_open (api->invocation->environment, NULL);
  g_autofree char *token = obtain_token_name (api->profile, api->request);

  return cache == NULL || !heal_is_vain (cache, token, process_now ());
}

void
api_renewed_in_vain (const Api *api)
{
  g_autoptr (Cache) cache = cache_open (api->invocation->environment, NULL);
  g_autofree char *token = obtain_token_name (api->profile, api->request);

  if (cache != NULL)
    heal_note_vain (cache, token, process_now ());
}

bool
api_renew (Api *api, GError **error)
{
  return obtain_erase (api->request, api->credential->secret, api->invocation->environment,
                       error) &&
         obtain (api, error) && find_base (api, error);
}

/* The call's own, and those that the issuer's API needs. The caller owns the list, not its strings.
 */
static GPtrArray *
join_headers (const char *const *own, char **more)
{
  GPtrArray *headers = g_ptr_array_new ();

  for (; own != NULL && *own != NULL; own++)
    g_ptr_array_add (headers, (void *) *own);
  for (; more != NULL && *more != NULL; more++)
    g_ptr_array_add (headers, *more);
  g_ptr_array_add (headers, NULL);
  return headers;
}

static ExchangeAnswer *
send_once (const Api *api, const ExchangeCall *call, GError **error)
{
  const ExchangeOptions options = {
    .timeout = api->network.timeout,
    .tries = EXCHANGE_TRIES,
    .verbose = api->invocation->verbose,
  };
  const Issuer *issuer = issuer_of (api);
  g_auto (GStrv) needed = issuer->call_headers != NULL ? issuer->call_headers (api->profile) : NULL;
  g_autoptr (GPtrArray) headers = join_headers (call->headers, needed);
  ExchangeCall full = *call;
  g_autoptr (GError) cause = NULL;
  ExchangeAnswer *answer;

  full.headers = (const char *const *) headers->pdata;
  full.bearer = api->credential->secret;
  full.token_header = issuer->token_header;
  answer = network_exchange (&api->network, &full, &options, &cause);
  if (answer == NULL)
    {
      error_add_prefix (cause, profile_name (api->profile));
      g_propagate_error (error, g_steal_pointer (&cause));
    }
  return answer;
}

enum { MAX_PAUSES = 3 }; /* 1 + 2 + 3 seconds: more than any token takes to settle */

/* Waits as GitHub's own library does (auth-app.js, sendRequestWithRetries), a second longer each
 * time, for as long as the refusal may come from the token's being new. */
static ExchangeAnswer *
send_until_settled (const Api *api, const ExchangeCall *call, GError **error)
{
  for (unsigned seconds = 1;; seconds++)
    {
      bool is_new = credential_is_settling (api->credential, process_now ());
      g_autoptr (ExchangeAnswer) answer = send_once (api, call, error);

      if (answer == NULL || !is_new || seconds > MAX_PAUSES || !api_is_session_over (api, answer))
        return g_steal_pointer (&answer);
      g_usleep (seconds * G_USEC_PER_SEC);
    }
}

ExchangeAnswer *
api_send (Api *api, const ExchangeCall *call, GError **error)
{
  g_autoptr (ExchangeAnswer) answer = send_until_settled (api, call, error);
  g_autoptr (ExchangeAnswer) second = NULL;

  if (answer == NULL || !api_is_session_over (api, answer) || !api_may_renew (api))
    return g_steal_pointer (&answer);
  if (!api_renew (api, error) || (second = send_until_settled (api, call, error)) == NULL)
    return NULL;
  if (api_is_session_over (api, second))
    api_renewed_in_vain (api);
  return g_steal_pointer (&second);
}
