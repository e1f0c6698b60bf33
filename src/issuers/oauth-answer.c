/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a token endpoint answers: RFC 6749 section 5.1, RFC 8693 section 2.2.1, and the ID token of
 * OpenID Connect. */
#include "error.h"
#include "i18n.h"
#include "oauth.h"
#include "strict.h"
#include "text.h"
#include "told.h"

#include <string.h>

#define ACCESS_TOKEN "access_token"
#define ID_TOKEN     "id_token"
#define TYPE_PREFIX  "urn:ietf:params:oauth:token-type:"

static JsonObject *
read_object (const ExchangeAnswer *answer, GError **error)
{
  return told_answer (answer, _ ("is this the issuer's token endpoint? see token-url or discover"),
                      error);
}

/* Its length is credential_check's to judge. */
static bool
check_token (const Secret *token, const char *name, GError **error)
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
                 _ ("the issuer's %s is not usable: %s"), name, wrong);
  return wrong == NULL;
}

/* Some servers refuse with a status that says yes. */
static bool
fail_missing (JsonObject *object, const char *name, GError **error)
{
  const char *code = NULL;

  if (json_optional_string (object, "error", &code, NULL) && code != NULL)
    {
      g_autofree char *shown = text_clean_told (code);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the issuer's answer has no %s, but an error: %s"), name, shown);
      return false;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("the issuer's answer has no %s"),
               name);
  if (error != NULL && strcmp (name, ID_TOKEN) == 0)
    error_add_hint (*error, _ ("does `scope` have \"openid\", and does this grant give ID tokens? "
                               "otherwise \"use = access_token\""));
  return false;
}

/* What is not wanted is not kept either. */
static void
drop (JsonObject *object, const char *name)
{
  g_autoptr (Secret) taken G_GNUC_UNUSED = json_take_secret (object, name, NULL);
}

static Secret *
take_token (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autoptr (Secret) token = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    {
      fail_missing (object, name, error);
      return NULL;
    }
  token = json_take_secret (object, name, error);
  drop (object, ACCESS_TOKEN);
  drop (object, ID_TOKEN);
  drop (object, "refresh_token");
  if (token == NULL || !check_token (token, name, error))
    return NULL;
  return g_steal_pointer (&token);
}

/* RFC 8693 section 2.2.1: "N_A" where what was issued is no access token. */
static bool
check_type (const OauthPlan *plan, const char *type, GError **error)
{
  bool exchanged = plan->grant == OAUTH_TOKEN_EXCHANGE && g_strcmp0 (type, "N_A") == 0;

  if (plan->wants_id_token || type == NULL || exchanged || g_ascii_strcasecmp (type, "Bearer") == 0)
    return true;
  g_autofree char *shown = text_clean_told (type);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's token is of type %s, and tools send Bearer tokens alone"), shown);
  if (error != NULL)
    error_add_hint (*error, _ ("such a token needs a proof beside it at each call: let the issuer "
                               "give this application Bearer tokens"));
  return false;
}

static bool
add_details (Credential *credential, JsonObject *object, GError **error)
{
  static const char *const details[] = { "scope", "issued_token_type" };

  for (size_t i = 0; i < G_N_ELEMENTS (details); i++)
    {
      const char *value = NULL;

      if (!json_optional_string (object, details[i], &value, error) ||
          (value != NULL && !told_check_text (details[i], value, error)))
        return false;
      credential_add_detail (credential, details[i], value);
    }
  return credential_check (credential, error);
}

/* Whether what was exchanged is a JWT for others to verify, and no access token. */
static bool
is_subject (const OauthPlan *plan, JsonObject *object, const char *type, bool *subject,
            GError **error)
{
  const char *issued = NULL;

  if (!json_optional_string (object, "issued_token_type", &issued, error))
    return false;
  *subject = plan->wants_id_token ||
             (g_strcmp0 (type, "N_A") == 0 && (g_strcmp0 (issued, TYPE_PREFIX "jwt") == 0 ||
                                               g_strcmp0 (issued, TYPE_PREFIX "id_token") == 0));
  return true;
}

Credential *
oauth_read (const IssuerContext *context, const ExchangeAnswer *answer, GError **error)
{
  OauthPlan plan;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (Secret) token = NULL;
  g_autoptr (Credential) credential = NULL;
  const char *type = NULL;
  bool subject = false;
  int64_t expires_at = 0;

  if (!oauth_plan (context->profile, &plan, error) ||
      (object = read_object (answer, error)) == NULL)
    return NULL;
  token = take_token (object, plan.wants_id_token ? ID_TOKEN : ACCESS_TOKEN, error);
  if (token == NULL || !json_optional_string (object, "token_type", &type, error) ||
      !check_type (&plan, type, error) || !is_subject (&plan, object, type, &subject, error) ||
      !oauth_read_expiry (context, answer, object, token, plan.wants_id_token, &expires_at, error))
    return NULL;
  credential = credential_new (subject ? CREDENTIAL_SUBJECT_JWT : CREDENTIAL_BEARER,
                               profile_name (context->profile), token, context->now, expires_at);
  return add_details (credential, object, error) ? g_steal_pointer (&credential) : NULL;
}
