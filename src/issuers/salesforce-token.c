/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Salesforce can be asked about a token that it issued. */
#include "salesforce-token.h"

#include "salesforce.h"

#include <string.h>

#define INTROSPECT_PATH "/services/oauth2/introspect"
#define REVOKE_PATH     "/services/oauth2/revoke"
#define ASSERTION_TYPE  "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"

/* RFC 7523 section 3: the app speaks for itself, to the token endpoint. */
static JsonObject *
make_claims (const Profile *profile, const Url *login_url)
{
  const char *client_id = profile_get (profile, "client-id");
  g_autofree char *base = salesforce_audience (profile, login_url);
  g_autofree char *audience = g_strconcat (base, SALESFORCE_TOKEN_PATH, NULL);
  g_autofree char *id = g_uuid_string_random ();
  JsonObject *claims = json_object_new ();

  json_object_set_string_member (claims, "iss", client_id);
  json_object_set_string_member (claims, "sub", client_id);
  json_object_set_string_member (claims, "aud", audience);
  json_object_set_string_member (claims, "jti", id);
  return claims;
}

/* A form's value (URL Standard, "application/x-www-form-urlencoded"), without a copy that stays. */
static void
append_escaped (SecretBuffer *body, const char *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (g_ascii_isalnum (bytes[i]) || strchr ("-._", bytes[i]) != NULL)
      secret_buffer_append (body, bytes + i, 1);
    else
      secret_buffer_printf (body, "%%%02X", (unsigned char) bytes[i]);
}

static void
append_token (SecretBuffer *body, const Credential *credential)
{
  size_t length = 0;
  const char *token = secret_bytes (credential->secret, &length);

  secret_buffer_append (body, "token=", -1);
  append_escaped (body, token, length);
}

bool
salesforce_introspect (const IssuerContext *context, const Credential *credential, IssuerCall *call,
                       GError **error)
{
  const char *client_id = profile_get (context->profile, "client-id");
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
  append_token (&body, credential);
  secret_buffer_append (&body, "&token_type_hint=access_token&client_id=", -1);
  append_escaped (&body, client_id, strlen (client_id));
  secret_buffer_append (&body, "&client_assertion_type=" ASSERTION_TYPE "&client_assertion=", -1);
  secret_buffer_append_secret (&body, assertion);
  return salesforce_post (login_url, INTROSPECT_PATH, &body, call, error);
}

/* RFC 7009; in the body, for an address is written to logs. */
bool
salesforce_revoke (const IssuerContext *context, const Url *base, const Credential *credential,
                   IssuerCall *call, GError **error)
{
  g_autoptr (Url) login_url = salesforce_login_url (context->profile, error);
  g_auto (SecretBuffer) body = { 0 };

  if (login_url == NULL)
    return false;
  append_token (&body, credential);
  return salesforce_post (base != NULL ? base : login_url, REVOKE_PATH, &body, call, error);
}
