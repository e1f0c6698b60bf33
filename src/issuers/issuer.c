/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "issuer.h"

#include "aws-sts.h"
#include "error.h"
#include "github-app.h"
#include "i18n.h"
#include "oauth.h"
#include "salesforce.h"
#include "self-signed.h"
#include "text.h"
#include "told.h"
#include "vault.h"

#include <string.h>

enum {
  UNAUTHORIZED = 401,
  TOO_MANY_REQUESTS = 429,
  FIRST_SERVER_ERROR = 500,
  TOO_MANY_HOLD = 60, /* seconds, where neither the answer nor the issuer's table names any */
};

static const Issuer *const issuers[] = {
  &salesforce_issuer, &github_app_issuer, &oauth_issuer, &self_signed_issuer,
  &vault_issuer,      &aws_sts_issuer,    NULL,
};

const Issuer *const *
issuer_all (void)
{
  return issuers;
}

const Issuer *
issuer_find (const char *name)
{
  for (size_t i = 0; issuers[i] != NULL; i++)
    if (strcmp (issuers[i]->name, name) == 0)
      return issuers[i];
  return NULL;
}

char *
issuer_names (void)
{
  GString *names = g_string_new (NULL);

  for (size_t i = 0; issuers[i] != NULL; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", issuers[i]->name);
  return g_string_free (names, FALSE);
}

static bool
check_keys (const Issuer *issuer, const Profile *profile, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autoptr (GPtrArray) required = g_ptr_array_new ();

  for (const IssuerSetting *setting = issuer->settings; setting->name != NULL; setting++)
    {
      g_ptr_array_add (known, (void *) setting->name);
      if (setting->required)
        g_ptr_array_add (required, (void *) setting->name);
    }
  g_ptr_array_add (known, NULL);
  g_ptr_array_add (required, NULL);
  return profile_check_keys (profile, (const char *const *) known->pdata,
                             (const char *const *) required->pdata, error);
}

const Issuer *
issuer_for_profile (const Profile *profile, GError **error)
{
  const char *name = profile_get (profile, "issuer");
  const Issuer *issuer = name != NULL ? issuer_find (name) : NULL;
  g_autoptr (GError) reason = NULL;
  g_autofree char *names = NULL;

  if (issuer != NULL)
    return check_keys (issuer, profile, error) ? issuer : NULL;
  names = issuer_names ();
  profile_set_error (profile, "issuer", &reason,
                     name != NULL ? _ ("no such issuer") : _ ("the profile names no issuer"));
  error_add_hint (reason, _ ("issuers known here: %s"), names);
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}

/* The issuer's own words for it may name a longer hold. */
static GError *
explain_too_many (IssuerExplain explain, const IssuerContext *context, const ExchangeAnswer *answer,
                  IssuerRefusal *refusal)
{
  GError *error = explain (context, answer, refusal);

  refusal->profile_wide = true;
  if (refusal->hold > 0)
    return error;
  g_error_free (error);
  refusal->hold = answer->retry_after > 0 ? answer->retry_after : TOO_MANY_HOLD;
  error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                       _ ("the issuer refused: too many requests (HTTP %u)"), answer->status);
  if (refusal->hold <= ISSUER_MAX_HOLD)
    error_add_hint (error, _ ("wait %lld seconds before the next try"), (long long) refusal->hold);
  else
    error_add_hint (error,
                    _ ("the issuer wants %lld seconds without a try; avouch holds back for %d"),
                    (long long) refusal->hold, ISSUER_MAX_HOLD);
  return error;
}

const char *
issuer_fact (const IssuerContext *context, const char *name)
{
  return context->facts != NULL ? g_hash_table_lookup (context->facts, name) : NULL;
}

Url *
issuer_place (const Issuer *issuer, const Profile *profile, GError **error)
{
  const char *login_url = profile_get (profile, "login-url");

  if (issuer->place != NULL)
    return issuer->place (profile, error);
  return login_url != NULL ? url_parse (login_url, error) : NULL;
}

GError *
issuer_explain_unavailable (const ExchangeAnswer *answer)
{
  g_autofree char *told = told_errors (answer);
  GError *error;

  if (answer->status < FIRST_SERVER_ERROR)
    return NULL;
  error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                       _ ("the issuer is unavailable (HTTP %u)"), answer->status);
  if (*told != '\0')
    error_add_prefix (error, told);
  error_add_hint (error, _ ("try again later, and see the issuer's status page"));
  return error;
}

GError *
issuer_explain (IssuerExplain explain, const IssuerContext *context, const ExchangeAnswer *answer,
                IssuerRefusal *refusal)
{
  GError *unavailable = issuer_explain_unavailable (answer);

  *refusal = (IssuerRefusal){ 0 };
  if (unavailable != NULL)
    return unavailable;
  if (answer->status == TOO_MANY_REQUESTS)
    return explain_too_many (explain, context, answer, refusal);
  return explain (context, answer, refusal);
}

ExchangeCall
issuer_call_exchange (const IssuerCall *call)
{
  return (ExchangeCall){
    .method = call->method,
    .url = call->url,
    .content_type = call->content_type,
    .body = call->body,
    .headers = (const char *const *) call->headers,
    .bearer = call->bearer,
    .token_header = call->token_header,
  };
}

void
issuer_call_clear (IssuerCall *call)
{
  g_free (call->method);
  g_clear_pointer (&call->url, url_free);
  g_free (call->content_type);
  g_clear_pointer (&call->body, secret_unref);
  g_strfreev (call->headers);
  g_clear_pointer (&call->bearer, secret_unref);
  *call = (IssuerCall){ 0 };
}

GError *
issuer_explain_call (const Issuer *issuer, const ExchangeAnswer *answer)
{
  bool unavailable = answer->status >= FIRST_SERVER_ERROR;

  if (issuer->explain_call != NULL)
    return issuer->explain_call (answer);
  return g_error_new (AVOUCH_ERROR, unavailable ? AVOUCH_ERROR_NETWORK : AVOUCH_ERROR_REFUSED,
                      "%s (HTTP %u)", unavailable ? _ ("the API failed") : _ ("the API refused"),
                      answer->status);
}

bool
issuer_is_session_over (const Issuer *issuer, const ExchangeAnswer *answer)
{
  return issuer->is_session_over != NULL ? issuer->is_session_over (answer)
                                         : answer->status == UNAUTHORIZED;
}

bool
issuer_learns_lifetime (const Issuer *issuer, const Profile *profile)
{
  return issuer->introspect != NULL &&
         g_strcmp0 (profile_get (profile, "token-lifetime"), "introspect") == 0;
}

bool
issuer_get_token_lifetime (const Issuer *issuer, const Profile *profile, int64_t fallback,
                           int64_t min, int64_t max, int64_t *seconds, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (issuer_learns_lifetime (issuer, profile))
    {
      *seconds = fallback;
      return true;
    }
  if (profile_get_seconds (profile, "token-lifetime", fallback, min, max, seconds, &reason))
    return true;
  if (issuer->introspect != NULL)
    error_add_hint (reason, _ ("or \"introspect\", to ask the issuer at each login"));
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}
