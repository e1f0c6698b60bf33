/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth.h"

#include "assertion.h"
#include "error.h"
#include "form.h"
#include "i18n.h"
#include "passphrase.h"
#include "subject.h"

#include <string.h>

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define TOKEN_TYPE     "urn:ietf:params:oauth:token-type:"
#define FORM_PREFIX    "form."

static const IssuerSetting settings[] = {
  { "grant", true,
    N_ ("how a token is asked for: jwt-bearer, client-credentials or token-exchange"), false },
  { "token-url", false, N_ ("the token endpoint's URL"), true },
  { "discover", false, N_ ("the issuer's URL, from which the token endpoint is found"), true },
  { "client-id", false, N_ ("the application's ID at the issuer"), true },
  { "username", false, N_ ("whom the application acts for: the assertion's subject"), true },
  { "scope", false, N_ ("what the token is to allow, as the issuer calls it"), false },
  { "scope-as", false, N_ ("the field or claim that says so: form.NAME or claim.NAME"), false },
  { "audience-as", false, N_ ("the field or claim that says what the token is for"), false },
  { "assertion-audience", false, N_ ("the assertion's own audience; usually the token endpoint"),
    false },
  { "client-authentication", false, N_ ("private-key-jwt, secret or none"), false },
  { "client-secret", false, N_ ("where a secret is that the issuer wants besides"), false },
  { "certificate", false, N_ ("file of the key's certificate, where the keystore has none"),
    false },
  { "thumbprint", false, N_ ("which of its fingerprints is sent: x5t#S256, x5t or both"), false },
  SUBJECT_SETTINGS,
  { "subject-token-type", false, N_ ("what that token is: jwt, access_token, id_token, …"), false },
  { "requested-token-type", false, N_ ("what the new token is to be"), false },
  { "actor", false, N_ ("who acts for the subject, in an assertion of its own"), false },
  { "use", false, N_ ("which token of the answer counts: access_token or id_token"), false },
  { "claim.", false, N_ ("a further claim of the assertion, as text"), false },
  { "claim-json.", false, N_ ("a further claim of the assertion, as JSON"), false },
  { FORM_PREFIX, false, N_ ("a further field of the request"), false },
  { NULL, false, NULL, false },
};

static bool
check_secret_place (const Profile *profile, GError **error)
{
  PassphraseKind kind;
  const char *argument;

  if (!passphrase_parse (profile, CLIENT_SECRET_SETTING, &kind, &argument, error))
    return false;
  if (kind != PASSPHRASE_PROMPT && kind != PASSPHRASE_FD)
    return true;
  profile_set_error (profile, CLIENT_SECRET_SETTING, error,
                     _ ("write keyring, file:PATH or env:NAME"));
  return false;
}

static bool
check (const Profile *profile, GError **error)
{
  OauthPlan plan;
  SubjectKind kind;
  const char *argument;

  return oauth_plan (profile, &plan, error) && oauth_check_place (profile, error) &&
         oauth_check_assertion (profile, error) && oauth_check_lifetime (profile, error) &&
         subject_parse (profile, &kind, &argument, error) && check_secret_place (profile, error);
}

static bool
add_client (const IssuerContext *context, const OauthPlan *plan, const Url *token_url,
            SecretBuffer *form, GError **error)
{
  const char *client_id = profile_get (context->profile, "client-id");
  g_autoptr (Secret) assertion = NULL;

  if (plan->client == OAUTH_CLIENT_JWT)
    {
      assertion = oauth_sign_client (context, plan, token_url, error);
      if (assertion == NULL)
        return false;
      form_add (form, "client_assertion_type", ASSERTION_TYPE);
      form_add_secret (form, "client_assertion", assertion);
    }
  if (plan->client == OAUTH_CLIENT_SECRET)
    form_add_secret (form, "client_secret", context->client_secret);
  /* RFC 6749 section 3.2.1: a client that shows nothing says at least who it is; in the JWT bearer
   * grant the assertion does. */
  if (client_id != NULL && (plan->client != OAUTH_NO_CLIENT || plan->grant == OAUTH_TOKEN_EXCHANGE))
    form_add (form, "client_id", client_id);
  return true;
}

static void
add_type (SecretBuffer *form, const char *field, const char *type)
{
  g_autofree char *whole =
      strchr (type, ':') != NULL ? g_strdup (type) : g_strconcat (TOKEN_TYPE, type, NULL);

  form_add (form, field, whole);
}

static bool
add_actor (const IssuerContext *context, const Url *token_url, SecretBuffer *form, GError **error)
{
  g_autoptr (Secret) token = NULL;

  if (profile_get (context->profile, "actor") == NULL)
    return true;
  token = oauth_sign_actor (context, token_url, error);
  if (token == NULL)
    return false;
  form_add_secret (form, "actor_token", token);
  add_type (form, "actor_token_type", "jwt");
  return true;
}

static bool
add_exchange (const IssuerContext *context, const OauthPlan *plan, const Url *token_url,
              SecretBuffer *form, GError **error)
{
  const char *type = profile_get (context->profile, "subject-token-type");
  const char *requested = profile_get (context->profile, "requested-token-type");
  g_autoptr (Secret) token = context->subject != NULL
                                 ? secret_ref (context->subject)
                                 : oauth_sign_grant (context, plan, token_url, error);

  if (token == NULL)
    return false;
  form_add_secret (form, "subject_token", token);
  add_type (form, "subject_token_type", type != NULL ? type : "jwt");
  if (requested != NULL)
    add_type (form, "requested_token_type", requested);
  return add_actor (context, token_url, form, error);
}

static bool
add_assertion (const IssuerContext *context, const OauthPlan *plan, const Url *token_url,
               SecretBuffer *form, GError **error)
{
  g_autoptr (Secret) assertion = oauth_sign_grant (context, plan, token_url, error);

  if (assertion != NULL)
    form_add_secret (form, "assertion", assertion);
  return assertion != NULL;
}

static bool
add_grant (const IssuerContext *context, const OauthPlan *plan, const Url *token_url,
           SecretBuffer *form, GError **error)
{
  form_add (form, "grant_type", plan->grant_type);
  if (plan->grant == OAUTH_JWT_BEARER)
    return add_assertion (context, plan, token_url, form, error);
  return plan->grant != OAUTH_TOKEN_EXCHANGE ||
         add_exchange (context, plan, token_url, form, error);
}

static void
add_placed (SecretBuffer *form, const OauthPlace *place, const char *value)
{
  if (!place->claim && value != NULL)
    form_add (form, place->name, value);
}

static void
add_further (const IssuerContext *context, const OauthPlan *plan, SecretBuffer *form)
{
  size_t count;
  const Setting *added = profile_settings (context->profile, &count);

  add_placed (form, &plan->audience, oauth_audience (context));
  add_placed (form, &plan->scope, oauth_scope (context));
  for (size_t i = 0; i < count; i++)
    if (g_str_has_prefix (added[i].key, FORM_PREFIX))
      form_add (form, added[i].key + strlen (FORM_PREFIX), added[i].value);
}

static bool
build (const IssuerContext *context, IssuerCall *call, GError **error)
{
  static const char *const headers[] = { "Accept", "application/json", NULL };
  g_auto (SecretBuffer) form = { 0 };
  g_autoptr (Url) url = NULL;
  OauthPlan plan;

  if (!oauth_plan (context->profile, &plan, error) ||
      (url = oauth_token_url (context, error)) == NULL ||
      !add_grant (context, &plan, url, &form, error) ||
      !add_client (context, &plan, url, &form, error))
    return false;
  add_further (context, &plan, &form);
  *call = (IssuerCall){
    .method = g_strdup ("POST"),
    .url = g_steal_pointer (&url),
    .content_type = g_strdup (FORM_CONTENT_TYPE),
    .body = secret_buffer_end (&form),
    .headers = g_strdupv ((char **) headers),
  };
  return true;
}

const Issuer oauth_issuer = {
  .name = "oauth",
  .summary = N_ ("any OAuth 2.0 server that takes signed assertions"),
  .settings = settings,
  .git_username = "oauth2",
  .apart = true,
  .keyless = true,
  .check = check,
  .place = oauth_place,
  .facts = oauth_facts,
  .build = build,
  .read = oauth_read,
  .explain = oauth_explain,
  .explain_call = oauth_explain_call,
  .is_session_over = oauth_is_session_over,
};
