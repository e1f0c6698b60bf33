/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By "JWT/OIDC auth method (API)" and "Token auth method (API)" in Vault's documentation; OpenBao's
 * are the same. */
#include "vault.h"

#include "assertion.h"
#include "error.h"
#include "i18n.h"
#include "told.h"

#include <string.h>

/* Seconds. */
enum {
  ENDLESS = 900, /* for a token without an end, as `token-lifetime` has it */
  MIN_ENDLESS = 60,
  MAX_ENDLESS = 86400,
  MIN_LEASE = 2 * CREDENTIAL_MARGIN, /* less would be over before a tool could use it */
  MAX_LEASE = 366 * 24 * 60 * 60,
};

static const AssertionRules rules = { .lifetime = 180, .min_lifetime = 30, .max_lifetime = 3600 };

static const IssuerSetting settings[] = {
  { "vault-url", true, N_ ("where Vault or OpenBao is: the value of VAULT_ADDR"), true },
  { "role", false, N_ ("the role to log in as; without it, the mount's default role"), true },
  { "mount", false, N_ ("where the JWT auth method is mounted: jwt by default"), true },
  { "namespace", false, N_ ("the namespace of the mount, where there are namespaces"), true },
  SUBJECT_SETTINGS,
  ASSERTION_SETTINGS,
  { NULL, false, NULL, false },
};

/* "Commands (CLI)": what vault and bao read; and what would be another token's. */
static const IssuerVariable variables[] = {
  { "VAULT_TOKEN", ISSUER_PART_TOKEN, NULL },
  { "VAULT_ADDR", ISSUER_PART_INSTANCE, NULL },
  { "VAULT_NAMESPACE", ISSUER_PART_DETAIL, "namespace" },
  { "BAO_TOKEN", ISSUER_PART_TOKEN, NULL },
  { "BAO_ADDR", ISSUER_PART_INSTANCE, NULL },
  { "BAO_NAMESPACE", ISSUER_PART_DETAIL, "namespace" },
  { "VAULT_AGENT_ADDR", ISSUER_PART_NONE, NULL },
  { "BAO_AGENT_ADDR", ISSUER_PART_NONE, NULL },
  { NULL, ISSUER_PART_NONE, NULL },
};

static bool
refuse (const Profile *profile, const char *setting, const char *why, GError **error)
{
  profile_set_error (profile, setting, error, "%s", why);
  return false;
}

static Url *
vault_place (const Profile *profile, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = url_parse (profile_get (profile, "vault-url"), &reason);

  if (url == NULL)
    {
      refuse (profile, "vault-url", reason->message, error);
      return NULL;
    }
  if (url->query != NULL)
    {
      refuse (profile, "vault-url", _ ("a URL without a query is needed"), error);
      return NULL;
    }
  while (g_str_has_suffix (url->path, "/"))
    url->path[strlen (url->path) - 1] = '\0';
  return g_steal_pointer (&url);
}

/* BASE: NULL for the profile's own place. */
static Url *
endpoint (const Profile *profile, const Url *base, const char *path, GError **error)
{
  g_autoptr (Url) place = base == NULL ? vault_place (profile, error) : NULL;
  g_autofree char *start = NULL;
  g_autofree char *whole = NULL;

  if (base == NULL && place == NULL)
    return NULL;
  start = url_to_string (base != NULL ? base : place);
  whole = g_strconcat (start, path, NULL);
  return url_parse (whole, error);
}

static char *
login_path (const Profile *profile)
{
  const char *mount = profile_get (profile, "mount");

  return g_strconcat ("/v1/auth/", mount != NULL ? mount : "jwt", "/login", NULL);
}

static bool
check_word (const Profile *profile, const char *setting, const char *allowed, GError **error)
{
  const char *value = profile_get (profile, setting);

  if (value == NULL || (*value != '\0' && *value != '/' && !g_str_has_suffix (value, "/") &&
                        value[strspn (value, allowed)] == '\0'))
    return true;
  return refuse (profile, setting, _ ("a name, or names with a slash between them"), error);
}

#define WORD G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_."

/* Dots that would lead elsewhere. */
static bool
check_path (const Profile *profile, const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) login = endpoint (profile, NULL, path, &reason);

  return login != NULL || refuse (profile, "mount", reason->message, error);
}

static bool
vault_check (const Profile *profile, GError **error)
{
  g_autoptr (Url) place = vault_place (profile, error);
  g_autofree char *path = login_path (profile);
  int64_t seconds;

  if (place == NULL || !check_word (profile, "mount", WORD "/", error) ||
      !check_word (profile, "namespace", WORD "/", error) || !check_path (profile, path, error))
    return false;
  return issuer_get_token_lifetime (&vault_issuer, profile, ENDLESS, MIN_ENDLESS, MAX_ENDLESS,
                                    &seconds, error) &&
         assertion_check_either (profile, &rules, error);
}

static char **
vault_headers (const Profile *profile)
{
  const char *namespace = profile_get (profile, "namespace");
  const char *const headers[] = {
    /* Vault's agent and proxy want it ("request header" in their documentation). */
    "X-Vault-Request", "true", namespace != NULL ? "X-Vault-Namespace" : NULL, namespace, NULL,
  };

  return g_strdupv ((char **) headers);
}

/* A POST. BODY: JSON; NULL: none. TOKEN: NULL before the login. */
static bool
fill (const IssuerContext *context, const Url *base, const char *path, Secret *body, Secret *token,
      IssuerCall *call, GError **error)
{
  Url *url = endpoint (context->profile, base, path, error);

  if (url == NULL)
    return false;
  *call = (IssuerCall){
    .method = g_strdup ("POST"),
    .url = url,
    .content_type = body != NULL ? g_strdup ("application/json") : NULL,
    .body = body != NULL ? secret_ref (body) : NULL,
    .headers = vault_headers (context->profile),
    .bearer = token != NULL ? secret_ref (token) : NULL,
    .token_header = vault_issuer.token_header,
  };
  return true;
}

/* Neither a role of ours nor a token has a control character. */
static void
append_member (SecretBuffer *json, const char *name, const char *value)
{
  secret_buffer_printf (json, "%s\"%s\":\"", json->length > 0 ? "," : "{", name);
  for (; *value != '\0'; value++)
    {
      if (*value == '"' || *value == '\\')
        secret_buffer_append (json, "\\", 1);
      secret_buffer_append (json, value, 1);
    }
  secret_buffer_append (json, "\"", 1);
}

static bool
vault_build (const IssuerContext *context, IssuerCall *call, GError **error)
{
  const char *role = profile_get (context->profile, "role");
  g_autoptr (Secret) jwt =
      vault_check (context->profile, error) ? assertion_either (context, &rules, error) : NULL;
  g_autofree char *path = login_path (context->profile);
  g_autoptr (Secret) body = NULL;
  g_auto (SecretBuffer) json = { 0 };

  if (jwt == NULL)
    return false;
  if (role != NULL)
    append_member (&json, "role", role);
  append_member (&json, "jwt", secret_bytes (jwt, NULL));
  secret_buffer_append (&json, "}", 1);
  body = secret_buffer_end (&json);
  return fill (context, NULL, path, body, NULL, call, error);
}

static bool
vault_renew (const IssuerContext *context, const Credential *former, IssuerCall *call,
             GError **error)
{
  g_autoptr (Secret) body = secret_new ("{}", strlen ("{}"));

  return g_strcmp0 (credential_detail (former, "renewable"), "true") == 0 &&
         fill (context, NULL, "/v1/auth/token/renew-self", body, former->secret, call, error);
}

static bool
vault_revoke (const IssuerContext *context, const Url *base, const Credential *credential,
              IssuerCall *call, GError **error)
{
  return fill (context, base, "/v1/auth/token/revoke-self", NULL, credential->secret, call, error);
}

static JsonObject *
read_object (const ExchangeAnswer *answer, GError **error)
{
  return told_answer (answer, _ ("is vault-url right? it must be the value of VAULT_ADDR"), error);
}

/* The token comes only after a second factor, which no program has. */
static bool
check_factors (JsonObject *auth, GError **error)
{
  JsonObject *wanted = NULL;

  if (!json_optional_object (auth, "mfa_requirement", &wanted, error))
    return false;
  if (wanted == NULL)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
               _ ("the login asks for a second factor, which only a person has"));
  if (error != NULL)
    error_add_hint (*error, _ ("exempt the mount or the role from the login MFA enforcement"));
  return false;
}

/* 0 stands for a token without an end: it is asked for anew now and then all the same. */
static bool
read_lease (const IssuerContext *context, JsonObject *auth, int64_t *seconds, GError **error)
{
  int64_t lease = 0;
  bool found;

  if (!json_optional_int (auth, "lease_duration", &lease, &found, error))
    return false;
  if (lease == 0)
    return issuer_get_token_lifetime (&vault_issuer, context->profile, ENDLESS, MIN_ENDLESS,
                                      MAX_ENDLESS, seconds, error);
  if (lease >= MIN_LEASE)
    {
      *seconds = MIN (lease, MAX_LEASE);
      return true;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the token's lease of %lld seconds is too short to be used"), (long long) lease);
  if (error != NULL)
    error_add_hint (*error, _ ("raise the role's token_ttl to %d seconds or more"), MIN_LEASE);
  return false;
}

/* The answer says so where a lease has met its bound ("…; TTL value is capped accordingly"): from
 * there on, each renewal would be shorter than the last. */
static bool
is_capped (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "warnings");
  JsonArray *warnings =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (unsigned i = 0; warnings != NULL && i < json_array_get_length (warnings); i++)
    {
      JsonNode *warning = json_array_get_element (warnings, i);

      if (json_node_get_value_type (warning) == G_TYPE_STRING &&
          strstr (json_node_get_string (warning), "capped") != NULL)
        return true;
    }
  return false;
}

static bool
add_details (const IssuerContext *context, JsonObject *object, JsonObject *auth,
             Credential *credential, GError **error)
{
  g_autofree char *type = NULL;
  g_autofree char *entity = NULL;
  bool renewable = false;
  bool found;

  if (!json_optional_bool (auth, "renewable", &renewable, &found, error) ||
      !told_text (auth, "token_type", &type, error) ||
      !told_text (auth, "entity_id", &entity, error))
    return false;
  credential_add_detail (credential, "renewable",
                         renewable && !is_capped (object) ? "true" : "false");
  credential_add_detail (credential, "token_type", type);
  credential_add_detail (credential, "entity_id", entity);
  credential_add_detail (credential, "namespace", profile_get (context->profile, "namespace"));
  return credential_check (credential, error);
}

static Credential *
vault_read (const IssuerContext *context, const ExchangeAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) object = read_object (answer, error);
  g_autoptr (Secret) token = NULL;
  g_autoptr (Credential) credential = NULL;
  JsonObject *auth = NULL;
  int64_t lease = 0;

  if (object == NULL || !json_optional_object (object, "auth", &auth, error))
    return NULL;
  if (auth == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the JSON member “%s” is missing"), "auth");
      return NULL;
    }
  if (!check_factors (auth, error) || !read_lease (context, auth, &lease, error) ||
      (token = json_take_secret (auth, "client_token", error)) == NULL)
    return NULL;
  credential = credential_new (CREDENTIAL_BEARER, profile_name (context->profile), token,
                               context->now, context->now + lease);
  return add_details (context, object, auth, credential, error) ? g_steal_pointer (&credential)
                                                                : NULL;
}

/* lookup-self: display_name is the mount's and the role's user, "jwt-robot". */
static Account *
vault_read_account (const ExchangeAnswer *answer, GError **error)
{
  g_autoptr (JsonObject) object = read_object (answer, error);
  g_autoptr (Account) account = g_new0 (Account, 1);
  JsonObject *data = NULL;

  if (object == NULL || !json_optional_object (object, "data", &data, error))
    return NULL;
  if (data != NULL && (!told_text (data, "display_name", &account->username, error) ||
                       !told_text (data, "entity_id", &account->user_id, error) ||
                       !told_text (data, "path", &account->user_type, error)))
    return NULL;
  if (account->username != NULL)
    return g_steal_pointer (&account);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("the JSON member “%s” is missing"),
               "display_name");
  return NULL;
}

const Issuer vault_issuer = {
  .name = "vault",
  .summary = N_ ("HashiCorp Vault or OpenBao, by its JWT auth method"),
  .settings = settings,
  .variables = variables,
  .keyless = true,
  .check = vault_check,
  .place = vault_place,
  .build = vault_build,
  .read = vault_read,
  .explain = vault_explain,
  .token_header = "X-Vault-Token",
  .call_headers = vault_headers,
  .explain_call = vault_explain_call,
  .is_session_over = vault_is_session_over,
  .renew = vault_renew,
  .revoke = vault_revoke,
  .userinfo_path = "/v1/auth/token/lookup-self",
  .read_account = vault_read_account,
};
