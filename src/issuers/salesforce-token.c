/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Salesforce can be asked about a token that it issued. */
#include "salesforce-token.h"

#include "form.h"
#include "salesforce.h"

#define INTROSPECT_PATH "/services/oauth2/introspect"
#define REVOKE_PATH     "/services/oauth2/revoke"
#define ASSERTION_TYPE  "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

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
  form_add_secret (&body, "token", credential->secret);
  form_add (&body, "token_type_hint", "access_token");
  form_add (&body, "client_id", client_id);
  form_add (&body, "client_assertion_type", ASSERTION_TYPE);
  form_add_secret (&body, "client_assertion", assertion);
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
  form_add_secret (&body, "token", credential->secret);
  return salesforce_post (base != NULL ? base : login_url, REVOKE_PATH, &body, call, error);
}
