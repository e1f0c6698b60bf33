/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the words in a profile mean, and whether they go together. */
#include "claims-settings.h"
#include "error.h"
#include "i18n.h"
#include "oauth.h"
#include "subject.h"

#include <string.h>

#define CLAIM_PREFIX "claim."

#define FORM_PREFIX "form."

static const struct {
  const char *name;
  OauthGrant grant;
  const char *type;
} grants[] = {
  { "jwt-bearer", OAUTH_JWT_BEARER, "urn:ietf:params:oauth:grant-type:jwt-bearer" },
  { "client-credentials", OAUTH_CLIENT_CREDENTIALS, "client_credentials" },
  { "token-exchange", OAUTH_TOKEN_EXCHANGE, "urn:ietf:params:oauth:grant-type:token-exchange" },
};

static const struct {
  const char *name;
  OauthClient client;
} clients[] = {
  { "none", OAUTH_NO_CLIENT },
  { "private-key-jwt", OAUTH_CLIENT_JWT },
  { "secret", OAUTH_CLIENT_SECRET },
};

/* What is sent anyway. */
static const char *const own_fields[] = {
  "actor_token",           "actor_token_type", "assertion",          "client_assertion",
  "client_assertion_type", "client_id",        "client_secret",      "grant_type",
  "requested_token_type",  "subject_token",    "subject_token_type", NULL,
};

/* What has a setting of its own. */
static const char *const placed_fields[] = { "audience", "scope", NULL };

/* What each assertion has of its own. */
static const char *const own_claims[] = { "exp", "iat", "jti", "nbf", NULL };

static bool
refuse (const Profile *profile, const char *key, const char *why, const char *hint, GError **error)
{
  profile_set_error (profile, key, error, "%s", why);
  if (error != NULL && hint != NULL)
    error_add_hint (*error, "%s", hint);
  return false;
}

static bool
read_grant (const Profile *profile, OauthPlan *plan, GError **error)
{
  const char *value = profile_get (profile, "grant");

  for (size_t i = 0; i < G_N_ELEMENTS (grants); i++)
    if (g_strcmp0 (value, grants[i].name) == 0)
      {
        plan->grant = grants[i].grant;
        plan->grant_type = grants[i].type;
        return true;
      }
  return refuse (profile, "grant", _ ("no such grant"),
                 _ ("write jwt-bearer, client-credentials or token-exchange"), error);
}

static OauthClient
usual_client (const Profile *profile, OauthGrant grant)
{
  if (profile_get (profile, "client-secret") != NULL)
    return OAUTH_CLIENT_SECRET;
  if (grant == OAUTH_CLIENT_CREDENTIALS)
    return OAUTH_CLIENT_JWT;
  return grant == OAUTH_TOKEN_EXCHANGE && profile_get (profile, "client-id") != NULL &&
                 profile_get (profile, "key") != NULL
             ? OAUTH_CLIENT_JWT
             : OAUTH_NO_CLIENT;
}

static bool
read_client (const Profile *profile, OauthPlan *plan, GError **error)
{
  const char *value = profile_get (profile, "client-authentication");

  plan->client = usual_client (profile, plan->grant);
  if (value == NULL)
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS (clients); i++)
    if (strcmp (value, clients[i].name) == 0)
      {
        plan->client = clients[i].client;
        return true;
      }
  return refuse (profile, "client-authentication", _ ("no such way"),
                 _ ("write private-key-jwt, secret or none"), error);
}

static bool
check_client (const Profile *profile, const OauthPlan *plan, GError **error)
{
  bool secret = profile_get (profile, "client-secret") != NULL;

  if (plan->client == OAUTH_CLIENT_SECRET && !secret)
    return refuse (profile, "client-secret", _ ("missing"),
                   _ ("say where it is: keyring, file:PATH or env:NAME"), error);
  if (plan->client != OAUTH_CLIENT_SECRET && secret)
    return refuse (profile, "client-secret", _ ("it would not be sent"),
                   _ ("write \"client-authentication = secret\", or leave it out"), error);
  if (plan->client != OAUTH_NO_CLIENT && profile_get (profile, "client-id") == NULL)
    return refuse (profile, "client-id", _ ("missing"),
                   _ ("the application's ID, as the issuer's console shows it"), error);
  if (plan->grant == OAUTH_CLIENT_CREDENTIALS && plan->client != OAUTH_CLIENT_JWT)
    return refuse (profile, "client-authentication",
                   _ ("client-credentials has nothing but the client's assertion to show"),
                   _ ("write private-key-jwt"), error);
  return true;
}

/* Without a key nothing can be signed. */
static bool
check_key (const Profile *profile, const OauthPlan *plan, GError **error)
{
  if (profile_get (profile, "key") != NULL)
    return true;
  if (!plan->asserts && plan->client != OAUTH_CLIENT_JWT && profile_get (profile, "actor") == NULL)
    return true;
  return refuse (profile, "key", _ ("missing"),
                 _ ("it signs the assertion; only token-exchange with a subject-token can do "
                    "without"),
                 error);
}

static bool
read_place (const Profile *profile, const char *key, const char *usual, OauthPlace *place,
            GError **error)
{
  const char *value = profile_get (profile, key);

  if (value == NULL)
    *place = (OauthPlace){ false, usual };
  else if (g_str_has_prefix (value, FORM_PREFIX) && value[strlen (FORM_PREFIX)] != '\0')
    *place = (OauthPlace){ false, value + strlen (FORM_PREFIX) };
  else if (g_str_has_prefix (value, CLAIM_PREFIX) && value[strlen (CLAIM_PREFIX)] != '\0')
    *place = (OauthPlace){ true, value + strlen (CLAIM_PREFIX) };
  else
    return refuse (profile, key, _ ("neither a form's field nor a claim"),
                   _ ("write form.NAME or claim.NAME"), error);
  return true;
}

static bool
check_place (const Profile *profile, const char *key, const OauthPlace *place, GError **error)
{
  if (!g_strv_contains (place->claim ? own_claims : own_fields, place->name))
    return true;
  return refuse (profile, key,
                 place->claim ? _ ("avouch sets this claim itself, anew in each assertion")
                              : _ ("avouch sets this field itself"),
                 NULL, error);
}

/* What is asked for must not take the place of what proves who asks, nor of each other. */
static bool
check_places (const Profile *profile, const OauthPlan *plan, GError **error)
{
  const OauthPlace *audience = &plan->audience;
  const OauthPlace *scope = &plan->scope;

  if (!check_place (profile, "audience-as", audience, error) ||
      !check_place (profile, "scope-as", scope, error))
    return false;
  return audience->claim != scope->claim || strcmp (audience->name, scope->name) != 0 ||
         refuse (profile, "scope-as", _ ("audience-as names the same place"), NULL, error);
}

static bool
check_claims (const Profile *profile, const OauthPlan *plan, GError **error)
{
  const char *key = NULL;

  if (plan->asserts)
    return true;
  if (plan->audience.claim)
    key = "audience-as";
  else if (plan->scope.claim)
    key = "scope-as";
  else if (claims_settings_exist (profile, "claim"))
    key = SUBJECT_SETTING;
  return key == NULL ||
         refuse (profile, key,
                 _ ("with a subject-token there is no assertion of the profile's own that could "
                    "bear claims"),
                 NULL, error);
}

static bool
check_field (const Profile *profile, const OauthPlan *plan, const char *key, GError **error)
{
  const char *name = key + strlen (FORM_PREFIX);

  if (g_strv_contains (own_fields, name) || g_strv_contains (placed_fields, name))
    return refuse (profile, key, _ ("avouch sets this field itself"),
                   _ ("avouch.conf(5) says by which setting"), error);
  if ((!plan->audience.claim && strcmp (name, plan->audience.name) == 0) ||
      (!plan->scope.claim && strcmp (name, plan->scope.name) == 0))
    return refuse (profile, key, _ ("audience-as or scope-as names the same field"), NULL, error);
  return true;
}

static bool
check_fields (const Profile *profile, const OauthPlan *plan, GError **error)
{
  size_t count;
  const Setting *settings = profile_settings (profile, &count);

  for (size_t i = 0; i < count; i++)
    if (g_str_has_prefix (settings[i].key, FORM_PREFIX) &&
        !check_field (profile, plan, settings[i].key, error))
      return false;
  return true;
}

static bool
read_use (const Profile *profile, OauthPlan *plan, GError **error)
{
  const char *value = profile_get (profile, "use");

  plan->wants_id_token = g_strcmp0 (value, "id_token") == 0;
  if (value == NULL || plan->wants_id_token || strcmp (value, "access_token") == 0)
    return true;
  return refuse (profile, "use", _ ("no such token"), _ ("write access_token or id_token"), error);
}

/* What belongs to the exchange of tokens alone. */
static bool
check_exchange (const Profile *profile, const OauthPlan *plan, GError **error)
{
  static const char *const keys[] = { SUBJECT_SETTING, "subject-token-type", "requested-token-type",
                                      "actor" };

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (plan->grant != OAUTH_TOKEN_EXCHANGE && profile_get (profile, keys[i]) != NULL)
      return refuse (profile, keys[i], _ ("only \"grant = token-exchange\" has a use for this"),
                     NULL, error);
  return true;
}

bool
oauth_plan (const Profile *profile, OauthPlan *plan, GError **error)
{
  *plan = (OauthPlan){ 0 };
  if (!read_grant (profile, plan, error) || !read_client (profile, plan, error) ||
      !read_place (profile, "audience-as", "audience", &plan->audience, error) ||
      !read_place (profile, "scope-as", "scope", &plan->scope, error) ||
      !read_use (profile, plan, error))
    return false;
  plan->asserts =
      plan->grant != OAUTH_TOKEN_EXCHANGE || profile_get (profile, SUBJECT_SETTING) == NULL;
  return check_client (profile, plan, error) && check_key (profile, plan, error) &&
         check_exchange (profile, plan, error) && check_places (profile, plan, error) &&
         check_claims (profile, plan, error) && check_fields (profile, plan, error);
}

const char *
oauth_audience (const IssuerContext *context)
{
  const char *asked = context->request->audience;

  return asked != NULL ? asked : profile_get (context->profile, "audience");
}

const char *
oauth_scope (const IssuerContext *context)
{
  const char *asked = context->request->scope;

  return asked != NULL ? asked : profile_get (context->profile, "scope");
}
