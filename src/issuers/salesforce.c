/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "salesforce.h"

#include "error.h"
#include "i18n.h"
#include "jwt.h"
#include "salesforce-api.h"
#include "salesforce-token.h"
#include "told.h"

#include <string.h>

#define GRANT_TYPE "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"

/* Seconds. The length of a session is the org's own setting, 15 minutes at least, and the answer
 * does not tell it. */
enum {
  TOKEN_LIFETIME = 900,
  MIN_TOKEN_LIFETIME = 60,
  MAX_TOKEN_LIFETIME = 86400,
};

static const IssuerSetting settings[] = {
  { "login-url", true,
    N_ ("My Domain URL (https://NAME.my.salesforce.com), or an Experience Cloud site's URL"),
    true },
  { "client-id", true, N_ ("consumer key of the connected app or External Client App"), false },
  { "username", true, N_ ("user name to act as, in the form of a mail address"), true },
  { NULL, false, NULL, false },
};

/* By "Salesforce CLI Environment Variables" and "Use an Existing Access Token": sf takes a token in
 * the place of an org's name. SF_INSTANCE_URL and SALESFORCE_… are what scripts around jsforce and
 * simple-salesforce commonly read. The SFDX_ names are older ones that sf still heeds. */
static const IssuerVariable variables[] = {
  { "SF_ACCESS_TOKEN", ISSUER_PART_TOKEN, NULL },
  { "SF_TARGET_ORG", ISSUER_PART_TOKEN, NULL },
  { "SF_ORG_INSTANCE_URL", ISSUER_PART_INSTANCE, NULL },
  { "SF_INSTANCE_URL", ISSUER_PART_INSTANCE, NULL },
  { "SALESFORCE_ACCESS_TOKEN", ISSUER_PART_TOKEN, NULL },
  { "SALESFORCE_INSTANCE_URL", ISSUER_PART_INSTANCE, NULL },
  { "SFDX_ACCESS_TOKEN", ISSUER_PART_NONE, NULL },
  { "SFDX_DEFAULTUSERNAME", ISSUER_PART_NONE, NULL },
  { "SFDX_INSTANCE_URL", ISSUER_PART_NONE, NULL },
  { NULL, ISSUER_PART_NONE, NULL },
};

char *
salesforce_audience (const Profile *profile, const Url *login_url)
{
  const char *audience = profile_get (profile, "audience");

  return audience != NULL ? g_strdup (audience) : url_to_string (login_url);
}

/* iss, sub, aud and exp, and nothing else: what this issuer documents. The audience is the login
 * host's, so what a tool asks for has no say in it. */
static JsonObject *
make_claims (const Profile *profile, const Url *login_url)
{
  g_autofree char *audience = salesforce_audience (profile, login_url);
  JsonObject *claims = json_object_new ();

  json_object_set_string_member (claims, "iss", profile_get (profile, "client-id"));
  json_object_set_string_member (claims, "sub", profile_get (profile, "username"));
  json_object_set_string_member (claims, "aud", audience);
  return claims;
}

static const Algorithm *
pick_algorithm (const Profile *profile, GError **error)
{
  const char *name = profile_get (profile, "algorithm");

  if (name != NULL && strcmp (name, "RS256") != 0)
    {
      profile_set_error (profile, "algorithm", error, _ ("Salesforce takes RS256 only"));
      return NULL;
    }
  return algorithm_find ("RS256");
}

static bool
read_assertion_lifetime (const Profile *profile, int64_t *seconds, GError **error)
{
  return profile_get_seconds (profile, "assertion-lifetime", SALESFORCE_ASSERTION_LIFETIME,
                              SALESFORCE_MIN_ASSERTION_LIFETIME, SALESFORCE_MAX_ASSERTION_LIFETIME,
                              seconds, error);
}

static bool
read_token_lifetime (const Profile *profile, int64_t *seconds, GError **error)
{
  return issuer_get_token_lifetime (&salesforce_issuer, profile, TOKEN_LIFETIME, MIN_TOKEN_LIFETIME,
                                    MAX_TOKEN_LIFETIME, seconds, error);
}

static bool
salesforce_check (const Profile *profile, GError **error)
{
  g_autoptr (Url) login_url = salesforce_login_url (profile, error);
  int64_t seconds;

  return login_url != NULL && pick_algorithm (profile, error) != NULL &&
         read_assertion_lifetime (profile, &seconds, error) &&
         read_token_lifetime (profile, &seconds, error);
}

/* Before the general message, which would suggest an algorithm that Salesforce does not take. */
static bool
check_key (const Key *key, GError **error)
{
  if (key_kind (key) == KEY_RSA)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("the key is not an RSA key, and Salesforce takes no other"));
  if (error != NULL)
    error_add_hint (*error,
                    _ ("make an RSA key of 2048 bits and upload its certificate to the app"));
  return false;
}

Secret *
salesforce_sign (const IssuerContext *context, JsonObject *claims, GError **error)
{
  const Algorithm *algorithm = pick_algorithm (context->profile, error);
  const char *key_id = profile_get (context->profile, "key-id");
  g_autoptr (JsonObject) header = NULL;
  int64_t lifetime = 0;

  if (algorithm == NULL || !check_key (context->key, error) ||
      !read_assertion_lifetime (context->profile, &lifetime, error))
    return NULL;
  if (key_id != NULL)
    {
      header = json_object_new ();
      json_object_set_string_member (header, "kid", key_id);
    }
  json_object_set_int_member (claims, "exp", context->now + lifetime);
  return jwt_sign (context->key, algorithm, header, claims, error);
}

bool
salesforce_post (const Url *login_url, const char *path, SecretBuffer *body, IssuerCall *call,
                 GError **error)
{
  static const char *const headers[] = { "Accept", "application/json", NULL };
  Url *url = salesforce_endpoint (login_url, path, error);

  if (url == NULL)
    return false;
  *call = (IssuerCall){
    .method = g_strdup ("POST"),
    .url = url,
    .content_type = g_strdup ("application/x-www-form-urlencoded"),
    .body = secret_buffer_end (body),
    .headers = g_strdupv ((char **) headers),
  };
  return true;
}

static bool
salesforce_build (const IssuerContext *context, IssuerCall *call, GError **error)
{
  g_autoptr (Url) login_url = salesforce_login_url (context->profile, error);
  g_autoptr (JsonObject) claims = NULL;
  g_autoptr (Secret) assertion = NULL;
  g_auto (SecretBuffer) body = { 0 };

  if (login_url == NULL)
    return false;
  claims = make_claims (context->profile, login_url);
  assertion = salesforce_sign (context, claims, error);
  if (assertion == NULL)
    return false;

  /* A compact JWS has no character that a form would escape. */
  secret_buffer_append (&body, "grant_type=" GRANT_TYPE "&assertion=", -1);
  secret_buffer_append_secret (&body, assertion);
  return salesforce_post (login_url, SALESFORCE_TOKEN_PATH, &body, call, error);
}

/* Its length is credential_check's to judge. */
static bool
check_token (const Secret *token, GError **error)
{
  size_t length = 0;
  const char *bytes = secret_bytes (token, &length);
  const char *wrong = NULL;

  if (length == 0)
    wrong = _ ("it is empty");
  for (size_t i = 0; i < length && wrong == NULL; i++)
    if (!g_ascii_isgraph (bytes[i]))
      wrong = _ ("it holds a character that no token may have");
  if (wrong != NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                 _ ("the issuer's access token is not usable: %s"), wrong);
  return wrong == NULL;
}

static bool
check_token_type (JsonObject *answer, GError **error)
{
  const char *type = NULL;

  if (!json_optional_string (answer, "token_type", &type, error))
    return false;
  if (type == NULL || g_ascii_strcasecmp (type, "Bearer") == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's token_type is not Bearer"));
  return false;
}

/* Tools connect to these with the token in hand, so nothing odd passes. */
static bool
check_url (const char *name, const char *value, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = url_parse (value, &reason);

  if (url != NULL)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("the issuer's %s is not usable: %s"),
               name, reason->message);
  return false;
}

/* Tools put it into URLs. */
static bool
check_id (const char *name, const char *value, GError **error)
{
  if (told_is_id (value))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's %s is not usable: an id has letters and digits only"), name);
  return false;
}

static const struct {
  const char *name;
  bool (*check) (const char *name, const char *value, GError **error);
} details[] = {
  { "instance_url", check_url },       { "id", check_url },
  { "scope", told_check_text },        { "issued_at", told_check_text },
  { "sfdc_community_url", check_url }, { "sfdc_community_id", check_id },
};

static bool
add_details (Credential *credential, JsonObject *answer, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (details); i++)
    {
      const char *value = NULL;

      if (!json_optional_string (answer, details[i].name, &value, error))
        return false;
      if (value != NULL && !details[i].check (details[i].name, value, error))
        return false;
      credential_add_detail (credential, details[i].name, value);
    }
  return credential_check (credential, error);
}

static JsonObject *
read_object (const ExchangeAnswer *answer, GError **error)
{
  return told_answer (
      answer, _ ("is login-url right? it must be the org's My Domain URL, or a site's"), error);
}

static Credential *
salesforce_read (const IssuerContext *context, const ExchangeAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (Secret) token = NULL;
  g_autoptr (Credential) credential = NULL;
  int64_t lifetime = 0;

  if (!read_token_lifetime (context->profile, &lifetime, error))
    return NULL;
  object = read_object (answer, error);
  if (object == NULL)
    return NULL;
  token = json_take_secret (object, "access_token", error);
  if (token == NULL || !check_token (token, error) || !check_token_type (object, error))
    return NULL;

  credential = credential_new (CREDENTIAL_BEARER, profile_name (context->profile), token,
                               context->now, context->now + lifetime);
  if (!add_details (credential, object, error))
    return NULL;
  return g_steal_pointer (&credential);
}

const Issuer salesforce_issuer = {
  .name = "salesforce",
  .summary = N_ ("Salesforce, by the OAuth 2.0 JWT bearer flow"),
  .settings = settings,
  .git_username = "oauth2",
  .variables = variables,
  .check = salesforce_check,
  .check_key = check_key,
  .build = salesforce_build,
  .read = salesforce_read,
  .explain = salesforce_explain,
  .explain_call = salesforce_api_explain,
  .is_session_over = salesforce_api_is_session_over,
  .introspect = salesforce_introspect,
  .read_introspection = introspection_read,
  .revoke = salesforce_revoke,
  .userinfo_path = "/services/oauth2/userinfo",
  .register_path = "/services/oauth2/register",
  .mend = salesforce_mend,
  .guide = salesforce_guide,
  .told_by_console = "client-id",
};
