/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "userinfo.h"

#include "error.h"
#include "i18n.h"
#include "issuer.h"
#include "profile-key.h"
#include "text.h"
#include "token-call.h"

#include <string.h>

enum {
  FORBIDDEN = 403,
  NOT_FOUND = 404,
  FIRST_SERVER_ERROR = 500,
};

static ExchangeAnswer *
get (Api *api, const char *path, GError **error)
{
  static const char *const headers[] = { "Accept", "application/json", NULL };
  g_autoptr (Url) url = api_resolve (api, path, error);
  ExchangeCall call = { .method = "GET", .url = url, .headers = headers };

  return url != NULL ? api_send (api, &call, error) : NULL;
}

/* The identity URL is commonly at the vendor's login host, which the token is not for; the
 * instance answers under the same path. */
static char *
identity_path (const Api *api)
{
  const char *text = credential_detail (api->credential, "id");
  g_autoptr (Url) url = text != NULL ? url_parse (text, NULL) : NULL;

  return url != NULL && g_str_has_prefix (url->path, "/id/") ? g_strdup (url->path) : NULL;
}

/* Userinfo, else the identity URL: which of them answers is a matter of the app's scopes. */
static ExchangeAnswer *
ask (Api *api, const char *userinfo, GError **error)
{
  g_autoptr (ExchangeAnswer) answer = get (api, userinfo, error);
  g_autoptr (ExchangeAnswer) other = NULL;
  g_autofree char *path = identity_path (api);

  if (answer == NULL || api_is_success (answer) || answer->status >= FIRST_SERVER_ERROR ||
      path == NULL)
    return g_steal_pointer (&answer);
  other = get (api, path, error);
  if (other == NULL)
    return NULL;
  return api_is_success (other) ? g_steal_pointer (&other) : g_steal_pointer (&answer);
}

/* These two say so in plain text, with a status that others use for a right that lacks ("Identity
 * URL Response Errors" in Salesforce Help). */
static bool
says (const ExchangeAnswer *answer, const char *word)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);

  return length == strlen (word) && memcmp (body, word, length) == 0;
}

static bool
is_bad_token (const ExchangeAnswer *answer)
{
  return answer->status == FORBIDDEN && says (answer, "Bad_OAuth_Token");
}

/* A token from the cache may be over; one from a login since the command BEGAN cannot. */
static ExchangeAnswer *
ask_twice (Api *api, const char *userinfo, int64_t began, GError **error)
{
  g_autoptr (ExchangeAnswer) answer = ask (api, userinfo, error);
  g_autoptr (ExchangeAnswer) second = NULL;

  if (answer == NULL || !is_bad_token (answer) || api->credential->issued_at > began ||
      !api_may_renew (api))
    return g_steal_pointer (&answer);
  if (!api_renew (api, error) || (second = ask (api, userinfo, error)) == NULL)
    return NULL;
  if (is_bad_token (second))
    api_renewed_in_vain (api);
  return g_steal_pointer (&second);
}

static GError *
explain (const ExchangeAnswer *answer)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autofree char *line = g_strndup (body, MIN (strcspn (body, "\r\n<{["), TEXT_MAX_CLEANED));
  g_autofree char *told = text_clean_told (line);
  GError *error = issuer_explain_unavailable (answer);

  if (error != NULL)
    return error;
  error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                       _ ("the issuer does not say whom the token is for (HTTP %u%s%s)"),
                       answer->status, *told != '\0' ? ": " : "", told);
  if (answer->status == NOT_FOUND)
    error_add_hint (error, _ ("is this an org's host? nothing there tells who is logged in"));
  else
    error_add_hint (error, _ ("give the app the scope openid or id (\"Access the identity URL "
                              "service\"), then log in anew: avouch token --fresh"));
  return error;
}

static Account *
read_answer (const Issuer *issuer, const ExchangeAnswer *answer, GError **error)
{
  return issuer->read_account != NULL ? issuer->read_account (answer, error)
                                      : account_read (answer, error);
}

/* Without the token, which says what it is for itself. */
static Account *
ask_with_key (const Api *api, const Issuer *issuer, GError **error)
{
  const Environment *environment = api->invocation->environment;
  g_auto (TokenCall) call = { 0 };
  g_auto (IssuerCall) what = { 0 };
  g_autoptr (Key) key = profile_key_open (api->profile, environment, error);
  g_autoptr (ExchangeAnswer) answer = NULL;
  IssuerContext context;
  IssuerRefusal refusal;

  if (key == NULL || !token_call_open (&call, api->invocation, api->profile, error))
    return NULL;
  context = token_call_context (&call, key);
  if (!issuer->ask_account (&context, &what, error) ||
      (answer = token_call_send (&call, &what, error)) == NULL)
    return NULL;
  if (api_is_success (answer))
    return read_answer (issuer, answer, error);
  g_propagate_error (error, issuer_explain (issuer->explain, &context, answer, &refusal));
  return NULL;
}

/* What is signed here names whom it is for, but to nobody who could tell more. */
static void
refuse_silent (const Issuer *issuer, const char *profile, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (issuer->sign != NULL)
    {
      g_set_error (&reason, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("the token is signed here, and there is no issuer to ask whose it is"));
      error_add_hint (reason, _ ("\"avouch token %s | avouch jwt decode\" shows what it says"),
                      profile);
    }
  else
    {
      g_set_error (&reason, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("this issuer does not say whom a token is for"));
      error_add_hint (reason, _ ("\"avouch token %s --format json\" shows what it does say"),
                      profile);
    }
  g_propagate_error (error, g_steal_pointer (&reason));
}

bool
userinfo_check (const Profile *profile, GError **error)
{
  const Issuer *issuer = issuer_for_profile (profile, error);

  if (issuer == NULL)
    return false;
  if (issuer->userinfo_path != NULL || issuer->ask_account != NULL)
    return true;
  refuse_silent (issuer, profile_name (profile), error);
  return false;
}

Account *
userinfo_ask (Api *api, int64_t began, GError **error)
{
  const Issuer *issuer;
  g_autoptr (ExchangeAnswer) answer = NULL;

  if (!userinfo_check (api->profile, error))
    return NULL;
  issuer = issuer_find (profile_get (api->profile, "issuer"));
  if (issuer->ask_account != NULL)
    return ask_with_key (api, issuer, error);
  answer = ask_twice (api, issuer->userinfo_path, began, error);
  if (answer == NULL)
    return NULL;
  if (api_is_success (answer))
    return read_answer (issuer, answer, error);
  g_propagate_error (error, explain (answer));
  return NULL;
}
