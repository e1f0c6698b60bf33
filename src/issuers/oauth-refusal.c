/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a refusal means, and what to do about it. */
#include "error.h"
#include "i18n.h"
#include "oauth-error.h"
#include "oauth.h"
#include "strict.h"
#include "text.h"
#include "told.h"

#include <string.h>

enum { UNAUTHORIZED = 401, NOT_FOUND = 404, METHOD_NOT_ALLOWED = 405, GONE = 410 };

typedef struct {
  const char *error;    /* NULL: any */
  const char *fragment; /* in the description, in any case; NULL: any */
  const char *meaning;
  const char *hint;
  bool clock;
} Refusal;

#define EXPIRED  N_ ("the assertion is not valid at this time")
#define CLOCK    N_ ("set this machine's clock")
#define AUDIENCE N_ ("the assertion is meant for somebody else")
#define SET_AUDIENCE                                                                               \
  N_ ("set assertion-audience to what the issuer expects: its token endpoint, or its own URL")
#define SIGNATURE N_ ("the issuer does not know the key that signed")
#define REGISTER                                                                                   \
  N_ ("give the public key, or its certificate, to the application in the issuer's console; "      \
      "\"avouch key certificate\" and \"avouch key jwk\" print them")
#define UNKNOWN       N_ ("the issuer does not know the application")
#define CLIENT_ID     N_ ("compare client-id with the issuer's console")
#define KEY_ID        N_ ("the issuer does not know the key's id")
#define SET_KEY_ID    N_ ("set key-id to what the issuer's console calls this key")
#define TOO_LONG      N_ ("the assertion lives longer than the issuer allows")
#define SHORTEN       N_ ("set assertion-lifetime to fewer seconds")
#define NO_SUBJECT    N_ ("the issuer does not know the user")
#define USERNAME      N_ ("compare username with the issuer's console")
#define CONSENT       N_ ("nobody has allowed the application to do this")
#define REUSED        N_ ("the assertion was used before")
#define AGAIN         N_ ("try again; if it stays so, something repeats avouch's requests")
#define SCOPE         N_ ("the issuer does not give this application such a scope")
#define SET_SCOPE     N_ ("compare `scope` with what the issuer's console grants the application")
#define NO_FEDERATION N_ ("no federated credential of the application matches the token")

/* The first line that fits is taken; what is an error of one issuer alone comes before what all
 * mean by it. clang-format off: one line each. */
/* clang-format off */
static const Refusal refusals[] = {
  /* Microsoft Entra ID: "Microsoft Entra authentication and authorization error codes". */
  { NULL, "AADSTS700027:", N_ ("Entra ID does not know the certificate, or it did not sign this"), N_ ("upload the certificate: App registrations > the app > Certificates & secrets > Certificates; the assertion names it by its fingerprint"), false },
  { NULL, "AADSTS700024:", EXPIRED, CLOCK, true },
  { NULL, "AADSTS700023:", AUDIENCE, N_ ("leave assertion-audience out: Entra ID expects its token endpoint there"), false },
  { NULL, "AADSTS700021:", N_ ("the assertion is another application's"), CLIENT_ID, false },
  { NULL, "AADSTS700030:", N_ ("the certificate cannot be used"), N_ ("is it within its dates? \"avouch key show\" tells; upload a new one"), false },
  { NULL, "AADSTS7000215:", N_ ("the client secret is wrong"), N_ ("leave client-secret out: the key's assertion takes its place"), false },
  { NULL, "AADSTS7000222:", N_ ("the client secret has expired"), N_ ("leave client-secret out: the key's assertion takes its place"), false },
  { NULL, "AADSTS700016:", N_ ("the tenant has no such application"), N_ ("compare client-id and tenant with App registrations > the app > Overview"), false },
  { NULL, "AADSTS90002:", N_ ("there is no such tenant"), N_ ("compare tenant with App registrations > the app > Overview"), false },
  { NULL, "AADSTS900023:", N_ ("there is no such tenant"), N_ ("compare tenant with App registrations > the app > Overview"), false },
  { NULL, "AADSTS7000229:", N_ ("the application has no service principal in this tenant"), N_ ("an administrator must first consent to it there"), false },
  { NULL, "AADSTS50013:", N_ ("Entra ID does not take the assertion"), N_ ("its signature, its audience and its time must be right: compare the certificate, client-id and the clock"), false },
  { NULL, "AADSTS70021:", NO_FEDERATION, N_ ("compare its issuer and subject with those of the token: App registrations > the app > Certificates & secrets > Federated credentials"), false },
  { NULL, "AADSTS700213:", NO_FEDERATION, N_ ("compare its issuer and subject with those of the token: App registrations > the app > Certificates & secrets > Federated credentials"), false },
  { NULL, "AADSTS700211:", NO_FEDERATION, N_ ("compare its issuer and subject with those of the token: App registrations > the app > Certificates & secrets > Federated credentials"), false },
  { NULL, "AADSTS700212:", NO_FEDERATION, N_ ("the token's audience must be the federated credential's, by default api://AzureADTokenExchange"), false },
  { NULL, "AADSTS70011:", SCOPE, N_ ("the scope is the API's URL with \"/.default\" at its end, as https://graph.microsoft.com/.default"), false },
  { NULL, "AADSTS1002012:", SCOPE, N_ ("the scope is the API's URL with \"/.default\" at its end, as https://graph.microsoft.com/.default"), false },
  { NULL, "AADSTS500011:", N_ ("the tenant knows no API of this name"), N_ ("compare `scope` with the API's application ID URI"), false },
  { NULL, "AADSTS65001:", CONSENT, N_ ("an administrator grants it: App registrations > the app > API permissions"), false },
  { NULL, "AADSTS53003:", N_ ("a conditional access policy blocks the application"), N_ ("the tenant's sign-in logs name the policy"), false },
  /* Google: "Using OAuth 2.0 for Server to Server Applications", "JWT error codes". */
  { NULL, "Invalid JWT Signature", SIGNATURE, N_ ("is the key still listed under the service account's keys? make a new one there, if not"), false },
  { NULL, "short-lived token", EXPIRED, CLOCK, true },
  { NULL, "account not found", N_ ("there is no such service account, or no such user"), N_ ("compare client-id with the service account's mail address, and username with the user's"), false },
  { NULL, "Client is unauthorized to retrieve access tokens", CONSENT, N_ ("allow the service account's client ID these scopes: Google Admin console > Security > API controls > Domain-wide delegation"), false },
  { NULL, "is stale to sign-in", N_ ("the subject token is too old"), N_ ("let its issuer make a new one, and set the clock"), false },
  { NULL, "The audience in ID Token", N_ ("the subject token is meant for somebody else"), N_ ("its audience must be one that the pool's provider allows"), false },
  { NULL, "Error connecting to the given credential's issuer", N_ ("Google cannot read the keys of the subject token's issuer"), N_ ("its /.well-known/openid-configuration must be public; or upload its JWKS to the pool's provider"), false },
  /* Okta: "Client authentication methods". */
  { NULL, "must be the endpoint invoked", AUDIENCE, N_ ("leave assertion-audience out, or write the token endpoint there"), false },
  { NULL, "client_assertion token is expired", EXPIRED, CLOCK, true },
  { NULL, "expiration too far into the future", TOO_LONG, SHORTEN, false },
  { NULL, "client_assertion signature is invalid", SIGNATURE, REGISTER, false },
  { NULL, "JWT kid is invalid", KEY_ID, SET_KEY_ID, false },
  { NULL, "Invalid value for 'client_id'", UNKNOWN, CLIENT_ID, false },
  { "invalid_dpop_proof", NULL, N_ ("the application must prove its key at each call, which tools cannot"), N_ ("turn off \"Require Demonstrating Proof of Possession (DPoP)\" in the application's settings"), false },
  { "E0000011", NULL, N_ ("the token is not valid there"), N_ ("is token-url the token endpoint of this issuer?"), false },
  /* Auth0: "Authenticate with Private Key JWT". */
  { NULL, "no more than 5 minutes after", TOO_LONG, N_ ("set assertion-lifetime to 300 or less"), false },
  { NULL, "create a \"client-grant\"", CONSENT, N_ ("authorise the application for this API: Applications > APIs > the API > Machine to Machine Applications"), false },
  { NULL, "Service not found", N_ ("the issuer knows no API of this audience"), N_ ("`audience` is the API's identifier: Applications > APIs"), false },
  { NULL, "Service not enabled within domain", N_ ("the issuer knows no API of this audience"), N_ ("`audience` is the API's identifier: Applications > APIs"), false },
  /* Keycloak: JWTClientAuthenticator and its validator. */
  { NULL, "Signature on JWT token failed validation", SIGNATURE, N_ ("import the certificate: Clients > the client > Keys; and compare algorithm with Credentials > Signature algorithm"), false },
  { NULL, "Unable to load public key", SIGNATURE, N_ ("import the certificate: Clients > the client > Keys"), false },
  { NULL, "Client certificate", SIGNATURE, N_ ("import the certificate: Clients > the client > Keys"), false },
  { NULL, "Token is not active", EXPIRED, CLOCK, true },
  { NULL, "Token expiration is too far in the future", TOO_LONG, SHORTEN, false },
  { NULL, "Token reuse detected", REUSED, AGAIN, false },
  { NULL, "Token audience doesn't match", AUDIENCE, N_ ("assertion-audience is the realm's URL: https://HOST/realms/REALM"), false },
  { NULL, "Invalid token audience", AUDIENCE, N_ ("assertion-audience is the realm's URL: https://HOST/realms/REALM"), false },
  { NULL, "not enabled to retrieve service account", CONSENT, N_ ("turn on \"Service accounts roles\": Clients > the client > Settings > Capability config"), false },
  { NULL, "Requested audience not available", N_ ("the issuer knows no API of this audience"), N_ ("`audience` is the client ID of the API"), false },
  /* PingOne. */
  { NULL, "Unsupported authentication method", N_ ("the application does not authenticate by a signed assertion"), N_ ("set its token endpoint authentication method to Private Key JWT"), false },
  /* DocuSign: "JWT Grant: troubleshooting". */
  { "consent_required", NULL, N_ ("the user has not consented to what the application asks"), N_ ("let the user open, once: https://HOST/oauth/auth?response_type=code&scope=signature%20impersonation&client_id=CLIENT-ID&redirect_uri=REDIRECT-URI, HOST being assertion-audience"), false },
  { NULL, "no_valid_keys_or_signatures", SIGNATURE, N_ ("upload the public key: Settings > Apps and Keys > the app > Service integration"), false },
  { NULL, "issuer_not_found", N_ ("the integration key is not known here"), N_ ("compare client-id; the sandbox is another world: use the preset docusign-demo for it"), false },
  { NULL, "user_not_found", NO_SUBJECT, N_ ("username is the user's API ID, a GUID: Settings > Apps and Keys > User ID"), false },
  /* Box: "JWT authentication: common errors". */
  { NULL, "check the 'iss' claim", UNKNOWN, N_ ("client-id is the app's: Developer Console > the app > Configuration > OAuth 2.0 Credentials"), false },
  { NULL, "check the 'sub' claim", NO_SUBJECT, N_ ("username is the enterprise's ID, or a user's together with claim.box_sub_type = user"), false },
  { NULL, "check the 'aud' claim", AUDIENCE, N_ ("leave assertion-audience out: Box expects its token endpoint there"), false },
  { NULL, "check the 'exp' claim", EXPIRED, N_ ("set this machine's clock; Box takes assertions of 60 seconds at most"), true },
  { NULL, "listed in the 'exp' claim", EXPIRED, N_ ("set this machine's clock; Box takes assertions of 60 seconds at most"), true },
  { NULL, "check the 'jti' claim", REUSED, AGAIN, false },
  { NULL, "check the 'kid'", KEY_ID, N_ ("key-id is what the app's Configuration calls the public key"), false },
  { NULL, "not authorized by the enterprise", CONSENT, N_ ("an administrator authorises it: Admin Console > Integrations > Platform Apps Manager"), false },
  { NULL, "client credentials are invalid", N_ ("the client secret is wrong"), N_ ("compare it with the app's Configuration > OAuth 2.0 Credentials"), false },
  /* RFC 6749 section 5.2, RFC 8693 section 2.2.2, RFC 8707 section 2, and what they leave open. */
  { NULL, "expired", EXPIRED, CLOCK, true },
  { "invalid_client", NULL, N_ ("the application is not known, or its assertion is not accepted"), N_ ("compare client-id; the application must know the public key, authenticate by private_key_jwt, and take this assertion-audience; and is the clock right?"), true },
  { "invalid_grant", NULL, N_ ("the assertion is not accepted"), N_ ("its key, issuer, subject and audience must be known there: compare client-id, username and assertion-audience; and is the clock right?"), true },
  { "unauthorized_client", NULL, N_ ("the application may not use this grant"), N_ ("allow it in the issuer's console, or choose another `grant`"), false },
  { "unsupported_grant_type", NULL, N_ ("the issuer does not have this grant"), N_ ("choose another `grant`: jwt-bearer, client-credentials or token-exchange"), false },
  { "invalid_scope", NULL, SCOPE, SET_SCOPE, false },
  { "invalid_target", NULL, N_ ("the issuer knows no API of this audience"), N_ ("compare `audience` with the issuer's console, and audience-as with what it reads"), false },
  { "access_denied", NULL, CONSENT, N_ ("allow it in the issuer's console"), false },
  { "interaction_required", NULL, CONSENT, N_ ("the issuer wants a person to answer: allow the application in its console"), false },
  { "invalid_request", NULL, N_ ("the issuer did not understand the request"), N_ ("compare grant, audience-as, scope-as and form.NAME with its documentation; is token-url right?"), false },
};
/* clang-format on */

static const Refusal *
find_refusal (const char *code, const char *description)
{
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal *refusal = &refusals[i];

      if (refusal->error != NULL && g_ascii_strcasecmp (refusal->error, code) != 0)
        continue;
      if (refusal->fragment == NULL || told_contains (description, refusal->fragment) ||
          told_contains (code, refusal->fragment))
        return refusal;
    }
  return NULL;
}

/* Besides RFC 6749's members: Okta's {"errorCode", "errorSummary"}, and {"error": {"status",
 * "message"}} of Google's other APIs. */
static bool
read_fault (const ExchangeAnswer *answer, char **code, char **description)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (JsonObject) object = NULL;
  JsonObject *inner = NULL;
  const char *name = NULL;
  const char *text = NULL;

  if (oauth_error_read (answer, code, description))
    return true;
  object = json_strict_object (body, length, NULL);
  if (object == NULL)
    return false;
  if (json_optional_object (object, "error", &inner, NULL) && inner != NULL)
    name = json_need_string (inner, "status", NULL);
  else
    name = json_need_string (object, "errorCode", NULL);
  if (name == NULL ||
      !json_optional_string (inner != NULL ? inner : object,
                             inner != NULL ? "message" : "errorSummary", &text, NULL))
    return false;
  *code = text_clean_told (name);
  *description = text_clean_told (text != NULL ? text : "");
  return true;
}

static bool
is_no_endpoint (unsigned status)
{
  return status == NOT_FOUND || status == METHOD_NOT_ALLOWED || status == GONE;
}

static GError *
explain_foreign (const IssuerContext *context, const ExchangeAnswer *answer)
{
  g_autoptr (Url) url = oauth_token_url (context, NULL);
  g_autofree char *shown = url != NULL ? url_to_string (url) : g_strdup ("token-url");
  GError *error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                   _ ("the issuer refused (HTTP %u) without saying why"), answer->status);

  error_add_hint (error, _ ("is %s the issuer's token endpoint?"), shown);
  return error;
}

/* "the assertion is not accepted (invalid_grant: …)" */
static GError *
explain_known (const Refusal *known, const char *code, const char *description)
{
  const char *separator = *description != '\0' ? ": " : "";
  GError *error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s (%s%s%s)"),
                   _ (known->meaning), code, separator, description);

  error_add_hint (error, "%s", _ (known->hint));
  return error;
}

GError *
oauth_explain (const IssuerContext *context, const ExchangeAnswer *answer, IssuerRefusal *refusal)
{
  g_autofree char *code = NULL;
  g_autofree char *description = NULL;
  const Refusal *known;

  refusal->stale = is_no_endpoint (answer->status);
  if (!read_fault (answer, &code, &description))
    return explain_foreign (context, answer);
  known = find_refusal (code, description);
  if (known == NULL)
    return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s%s%s"), code,
                        *description != '\0' ? ": " : "", description);
  refusal->clock = known->clock;
  return explain_known (known, code, description);
}

/* RFC 6750 section 3. */
static bool
says_invalid_token (const ExchangeAnswer *answer)
{
  const char *challenge = exchange_answer_header (answer, "WWW-Authenticate");

  return challenge == NULL || strstr (challenge, "error=") == NULL ||
         strstr (challenge, "error=\"invalid_token\"") != NULL;
}

bool
oauth_is_session_over (const ExchangeAnswer *answer)
{
  return answer->status == UNAUTHORIZED && says_invalid_token (answer);
}

GError *
oauth_explain_call (const ExchangeAnswer *answer)
{
  GError *unavailable = issuer_explain_unavailable (answer);
  g_autofree char *code = NULL;
  g_autofree char *description = NULL;
  GError *error;

  if (unavailable != NULL)
    return unavailable;
  if (!read_fault (answer, &code, &description))
    error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the API refused (HTTP %u)"),
                         answer->status);
  else
    error =
        g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the API refused (HTTP %u): %s%s%s"),
                     answer->status, code, *description != '\0' ? ": " : "", description);
  if (answer->status == UNAUTHORIZED)
    error_add_hint (error, _ ("is the token meant for this API? see audience and scope"));
  return error;
}
