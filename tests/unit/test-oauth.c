/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base64url.h"
#include "error.h"
#include "issuer.h"
#include "key-maker.h"
#include "strict.h"

#include <string.h>

#define NOW      INT64_C (1800000000)
#define ENDPOINT "https://id.example/token"
#define EXCHANGE "grant=token-exchange|token-url=" ENDPOINT "|"
#define BEARER   "grant=jwt-bearer|token-url=" ENDPOINT "|client-id=app|key=/k|"
#define CLIENT   "grant=client-credentials|token-url=" ENDPOINT "|client-id=app|key=/k|"
#define TOKEN    "\"access_token\": \"t\", \"token_type\": \"Bearer\""
#define DISCOVER "grant=client-credentials|client-id=app|key=/k|discover=https://id.example"
#define TYPE     "urn:ietf:params:oauth:token-type:"

static Key *key;

/* "name=value|name=value". */
static Profile *
make_profile (const char *words)
{
  g_auto (GStrv) pairs = g_strsplit (words, "|", -1);
  g_autoptr (GArray) settings = g_array_new (FALSE, FALSE, sizeof (Setting));
  Setting setting = { "issuer", "oauth", "avouch.conf", 2 };
  g_autoptr (GError) error = NULL;
  Profile *profile;

  g_array_append_val (settings, setting);
  for (char **pair = pairs; *pair != NULL; pair++)
    if (**pair != '\0')
      {
        char *equals = strchr (*pair, '=');

        *equals = '\0';
        setting = (Setting){ *pair, equals + 1, "avouch.conf", 3 };
        g_array_append_val (settings, setting);
      }
  profile = profile_new ("ci", (const Setting *) settings->data, settings->len, &error);
  g_assert_no_error (error);
  return profile;
}

static const Issuer *
oauth (void)
{
  return issuer_find ("oauth");
}

static IssuerContext
make_context (const Profile *profile, const Request *request)
{
  return (IssuerContext){ .profile = profile, .request = request, .key = key, .now = NOW };
}

static ExchangeAnswer *
make_answer (unsigned status, const char *body)
{
  ExchangeAnswer *answer = g_new0 (ExchangeAnswer, 1);

  answer->status = status;
  answer->body = secret_new (body, strlen (body));
  return answer;
}

static GHashTable *
parse_form (const IssuerCall *call)
{
  g_autoptr (GError) error = NULL;
  GHashTable *form =
      g_uri_parse_params (secret_bytes (call->body, NULL), -1, "&", G_URI_PARAMS_NONE, &error);

  g_assert_no_error (error);
  return form;
}

static JsonObject *
parse_part (const char *jwt, int part)
{
  g_auto (GStrv) parts = g_strsplit (jwt, ".", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) decoded = base64url_decode (parts[part], strlen (parts[part]), &error);
  size_t length;
  const char *bytes;

  g_assert_no_error (error);
  bytes = secret_bytes (decoded, &length);
  return json_strict_object (bytes, length, &error);
}

static GHashTable *
build (const char *words, const Request *request, Secret *subject, Secret *secret)
{
  g_autoptr (Profile) profile = make_profile (words);
  g_autoptr (Request) empty = request_new ();
  IssuerContext context = make_context (profile, request != NULL ? request : empty);
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (GError) error = NULL;

  context.subject = subject;
  context.client_secret = secret;
  g_assert_true (oauth ()->check (profile, &error));
  g_assert_no_error (error);
  g_assert_true (oauth ()->build (&context, &call, &error));
  g_assert_no_error (error);
  return parse_form (&call);
}

static const char *
claim (JsonObject *claims, const char *name)
{
  return json_object_has_member (claims, name) ? json_object_get_string_member (claims, name)
                                               : NULL;
}

static void
test_client_credentials (void)
{
  g_autoptr (GHashTable) form =
      build (CLIENT "scope=a b|audience=https://api|form.extra=x&y", NULL, NULL, NULL);
  const char *assertion = g_hash_table_lookup (form, "client_assertion");
  g_autoptr (JsonObject) header = parse_part (assertion, 0);
  g_autoptr (JsonObject) claims = parse_part (assertion, 1);

  g_assert_cmpuint (g_hash_table_size (form), ==, 7);
  g_assert_cmpstr (g_hash_table_lookup (form, "grant_type"), ==, "client_credentials");
  g_assert_cmpstr (g_hash_table_lookup (form, "client_assertion_type"), ==,
                   "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  g_assert_cmpstr (g_hash_table_lookup (form, "client_id"), ==, "app");
  g_assert_cmpstr (g_hash_table_lookup (form, "scope"), ==, "a b");
  g_assert_cmpstr (g_hash_table_lookup (form, "audience"), ==, "https://api");
  g_assert_cmpstr (g_hash_table_lookup (form, "extra"), ==, "x&y");
  g_assert_cmpstr (claim (header, "alg"), ==, "RS256");
  g_assert_cmpstr (claim (header, "typ"), ==, "JWT");
  g_assert_cmpstr (claim (claims, "iss"), ==, "app");
  g_assert_cmpstr (claim (claims, "sub"), ==, "app");
  g_assert_cmpstr (claim (claims, "aud"), ==, ENDPOINT);
  g_assert_true (g_uuid_string_is_valid (claim (claims, "jti")));
  g_assert_cmpint (json_object_get_int_member (claims, "iat"), ==, NOW);
  g_assert_cmpint (json_object_get_int_member (claims, "exp"), ==, NOW + 180);
}

static void
test_jwt_bearer (void)
{
  g_autoptr (GHashTable) form =
      build (BEARER "username=robot|scope=s|scope-as=claim.scope|audience=a|"
                    "audience-as=claim.target|assertion-audience=somebody|key-id=k1|algorithm="
                    "PS384|claim.team=x|claim-json.admin=true|assertion-lifetime=60",
             NULL, NULL, NULL);
  const char *assertion = g_hash_table_lookup (form, "assertion");
  g_autoptr (JsonObject) header = parse_part (assertion, 0);
  g_autoptr (JsonObject) claims = parse_part (assertion, 1);

  g_assert_cmpuint (g_hash_table_size (form), ==, 2);
  g_assert_cmpstr (claim (header, "alg"), ==, "PS384");
  g_assert_cmpstr (claim (header, "kid"), ==, "k1");
  g_assert_cmpstr (claim (claims, "sub"), ==, "robot");
  g_assert_cmpstr (claim (claims, "aud"), ==, "somebody");
  g_assert_cmpstr (claim (claims, "scope"), ==, "s");
  g_assert_cmpstr (claim (claims, "target"), ==, "a");
  g_assert_cmpstr (claim (claims, "team"), ==, "x");
  g_assert_true (json_object_get_boolean_member (claims, "admin"));
  g_assert_cmpint (json_object_get_int_member (claims, "exp"), ==, NOW + 60);
}

static void
test_secret_beside (void)
{
  g_autoptr (Secret) secret = secret_new ("s&cret", 6);
  g_autoptr (GHashTable) form = build (BEARER "client-secret=env:X", NULL, NULL, secret);

  g_assert_cmpuint (g_hash_table_size (form), ==, 4);
  g_assert_cmpstr (g_hash_table_lookup (form, "client_id"), ==, "app");
  g_assert_cmpstr (g_hash_table_lookup (form, "client_secret"), ==, "s&cret");
}

static void
test_exchange (void)
{
  g_autoptr (Secret) subject = secret_new ("other.token+", 12);
  g_autoptr (GHashTable) bare = build (
      EXCHANGE "subject-token=env:X|subject-token-type=id_token|requested-token-type=urn:x:y", NULL,
      subject, NULL);
  g_autoptr (GHashTable) full =
      build (EXCHANGE "client-id=app|key=/k|actor=robot|client-authentication=private-key-jwt",
             NULL, NULL, NULL);
  g_autoptr (JsonObject) own = parse_part (g_hash_table_lookup (full, "subject_token"), 1);
  g_autoptr (JsonObject) actor = parse_part (g_hash_table_lookup (full, "actor_token"), 1);

  g_assert_cmpuint (g_hash_table_size (bare), ==, 4);
  g_assert_cmpstr (g_hash_table_lookup (bare, "subject_token"), ==, "other.token+");
  g_assert_cmpstr (g_hash_table_lookup (bare, "subject_token_type"), ==, TYPE "id_token");
  g_assert_cmpstr (g_hash_table_lookup (bare, "requested_token_type"), ==, "urn:x:y");
  g_assert_cmpuint (g_hash_table_size (full), ==, 8);
  g_assert_cmpstr (g_hash_table_lookup (full, "actor_token_type"), ==, TYPE "jwt");
  g_assert_cmpstr (claim (own, "sub"), ==, "app");
  g_assert_cmpstr (claim (actor, "sub"), ==, "robot");
}

static void
test_narrowing (void)
{
  g_autoptr (Request) request = request_new ();
  g_autoptr (GHashTable) form = NULL;

  request->audience = g_strdup ("narrow");
  request->scope = g_strdup ("less");
  form = build (CLIENT "audience=wide|scope=more|audience-as=form.resource", request, NULL, NULL);
  g_assert_cmpstr (g_hash_table_lookup (form, "resource"), ==, "narrow");
  g_assert_cmpstr (g_hash_table_lookup (form, "scope"), ==, "less");
  g_assert_null (g_hash_table_lookup (form, "audience"));
}

static void
test_fresh_ids (void)
{
  g_autoptr (GHashTable) first = build (CLIENT, NULL, NULL, NULL);
  g_autoptr (GHashTable) second = build (CLIENT, NULL, NULL, NULL);
  g_autoptr (JsonObject) a = parse_part (g_hash_table_lookup (first, "client_assertion"), 1);
  g_autoptr (JsonObject) b = parse_part (g_hash_table_lookup (second, "client_assertion"), 1);

  g_assert_cmpstr (claim (a, "jti"), !=, claim (b, "jti"));
}

static void
test_bad_settings (void)
{
  static const struct {
    const char *words, *expected;
  } cases[] = {
    { "grant=password|token-url=" ENDPOINT, "grant: no such grant" },
    { "grant=client-credentials|token-url=" ENDPOINT "|key=/k", "client-id: missing" },
    { "grant=client-credentials|token-url=" ENDPOINT "|client-id=a", "key: missing" },
    { "grant=client-credentials|client-id=a|key=/k", "token-url: neither token-url nor discover" },
    { CLIENT "discover=https://id.example", "discover: token-url says already" },
    { "grant=client-credentials|client-id=a|key=/k|token-url=http://id.example", "token-url: " },
    { "grant=client-credentials|client-id=a|key=/k|discover=https://id.example?a=b",
      "discover: it has a query" },
    { CLIENT "client-authentication=basic", "client-authentication: no such way" },
    { CLIENT "client-authentication=none", "client-authentication: client-credentials has" },
    { BEARER "client-authentication=secret", "client-secret: missing" },
    { BEARER "client-authentication=none|client-secret=env:X", "client-secret: it would not" },
    { BEARER "client-secret=hunter2", "client-secret: says none of the places" },
    { BEARER "client-secret=prompt", "client-secret: write keyring, file:PATH or env:NAME" },
    { BEARER "audience-as=header.x", "audience-as: neither a form's field nor a claim" },
    { BEARER "scope-as=claim.", "scope-as: neither" },
    { BEARER "use=refresh_token", "use: no such token" },
    { BEARER "subject-token=env:X", "subject-token: only" },
    { BEARER "actor=x", "actor: only" },
    { EXCHANGE "subject-token=env:X|claim.x=y", "subject-token: with a subject-token" },
    { EXCHANGE "subject-token=env:X|scope-as=claim.scope", "scope-as: with a subject-token" },
    { EXCHANGE, "key: missing" },
    { BEARER "form.assertion=x", "form.assertion: avouch sets this field itself" },
    { BEARER "form.scope=x", "form.scope: avouch sets" },
    { BEARER "audience-as=form.resource|form.resource=x", "form.resource: audience-as or" },
    { BEARER "scope-as=form.assertion", "scope-as: avouch sets this field itself" },
    { CLIENT "audience-as=form.client_assertion", "audience-as: avouch sets this field itself" },
    { BEARER "audience-as=claim.exp", "audience-as: avouch sets this claim itself" },
    { BEARER "audience-as=form.scope", "scope-as: audience-as names the same place" },
    { BEARER "claim.exp=1", "claim.exp: avouch sets this claim" },
    { BEARER "claim-json.jti=1", "claim-json.jti: avouch sets this claim" },
    { BEARER "claim.x=1|claim-json.x=2", "claim-json.x: claim.x gives it already" },
    { BEARER "claim-json.x={", "claim-json.x: " },
    { BEARER "claim-json.x=1,\"y\":2", "claim-json.x: " },
    { BEARER "algorithm=none", "algorithm: " },
    { BEARER "thumbprint=md5", "thumbprint: write" },
    { BEARER "assertion-lifetime=3601", "assertion-lifetime: not a whole number" },
    { BEARER "token-lifetime=introspect", "token-lifetime: not a whole number" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile (cases[i].words);
      g_autoptr (GError) error = NULL;

      if (oauth ()->check (profile, &error))
        g_error ("taken: %s", cases[i].words);
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      if (strstr (error->message, cases[i].expected) == NULL)
        g_error ("%s: not in: %s", cases[i].expected, error->message);
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static Credential *
read_answer (const char *words, const char *body, int64_t date, GError **error)
{
  g_autoptr (Profile) profile = make_profile (words);
  g_autoptr (ExchangeAnswer) answer = make_answer (200, body);
  g_autoptr (Request) request = request_new ();
  IssuerContext context = make_context (profile, request);

  answer->date = date;
  return oauth ()->read (&context, answer, error);
}

static char *
make_jwt (const char *claims)
{
  static const char header[] = "{\"alg\":\"RS256\"}";
  g_auto (SecretBuffer) text = { 0 };
  g_autoptr (Secret) whole = NULL;

  base64url_append (&text, header, strlen (header));
  secret_buffer_append (&text, ".", 1);
  base64url_append (&text, claims, strlen (claims));
  secret_buffer_append (&text, ".c2ln", -1);
  whole = secret_buffer_end (&text);
  return g_strdup (secret_bytes (whole, NULL));
}

static void
test_expiry (void)
{
  g_autofree char *jwt = make_jwt ("{\"exp\":1800000500}");
  g_autofree char *of_jwt = g_strdup_printf ("{\"access_token\": \"%s\"}", jwt);
  g_autofree char *both = g_strdup_printf ("{\"access_token\": \"%s\", \"expires_in\": 60}", jwt);
  const struct {
    const char *body;
    int64_t date, lifetime;
  } cases[] = {
    { "{" TOKEN ", \"expires_in\": 3600}", 0, 3600 },
    { "{" TOKEN ", \"expires_in\": \"3599\"}", 0, 3599 },
    { "{" TOKEN ", \"expires_in\": 31}", 0, 31 },
    { "{" TOKEN ", \"expires_in\": 3599.9}", 0, 3599 },
    { "{" TOKEN ", \"expires_in\": 9e9}", 0, 30 * 86400 },
    { "{" TOKEN "}", 0, 900 },
    { "{" TOKEN ", \"expires_in\": null}", 0, 900 },
    { "{" TOKEN ", \"expires_at\": \"2027-01-15T08:10:00Z\"}", 0, 600 },
    { "{" TOKEN ", \"expires_at\": \"2027-01-15T10:10:00.5+02:00\"}", 0, 600 },
    { "{" TOKEN ", \"expires_at\": 1800000300}", 0, 300 },
    { "{" TOKEN ", \"expires_on\": \"1800000300\"}", 0, 300 },
    /* The issuer's clock is ahead by 100 seconds. */
    { "{" TOKEN ", \"expires_at\": 1800000300}", NOW + 100, 200 },
    { "{" TOKEN ", \"expires_in\": 300}", NOW + 100, 300 },
    { of_jwt, 0, 500 },
    { of_jwt, NOW - 100, 600 },
    { both, 0, 60 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Credential) credential =
          read_answer (CLIENT, cases[i].body, cases[i].date, &error);

      g_assert_no_error (error);
      g_assert_cmpint (credential->expires_at - NOW, ==, cases[i].lifetime);
    }
}

static void
test_own_lifetime (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential =
      read_answer (CLIENT "token-lifetime=300", "{" TOKEN "}", 0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (credential->expires_at - NOW, ==, 300);
}

static void
test_id_token (void)
{
  g_autofree char *jwt = make_jwt ("{\"exp\":1800000500}");
  g_autofree char *body = g_strdup_printf (
      "{" TOKEN ", \"expires_in\": 60, \"id_token\": \"%s\", \"refresh_token\": \"r\"}", jwt);
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = read_answer (CLIENT "use=id_token", body, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (credential->kind, ==, CREDENTIAL_SUBJECT_JWT);
  g_assert_cmpstr (secret_bytes (credential->secret, NULL), ==, jwt);
  g_assert_cmpint (credential->expires_at - NOW, ==, 500);
}

static void
test_exchanged (void)
{
  static const struct {
    const char *body;
    CredentialKind kind;
  } cases[] = {
    { "{\"access_token\": \"t\", \"token_type\": \"N_A\", \"issued_token_type\": \"" TYPE "jwt\"}",
      CREDENTIAL_SUBJECT_JWT },
    { "{\"access_token\": \"t\", \"token_type\": \"bearer\", \"issued_token_type\": \"" TYPE
      "access_token\"}",
      CREDENTIAL_BEARER },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Credential) credential =
          read_answer (EXCHANGE "subject-token=env:X", cases[i].body, 0, &error);

      g_assert_no_error (error);
      g_assert_cmpint (credential->kind, ==, cases[i].kind);
      g_assert_nonnull (credential_detail (credential, "issued_token_type"));
    }
}

static void
test_bad_answers (void)
{
  g_autofree char *long_token = g_strnfill (CREDENTIAL_MAX_VALUE + 1, 't');
  g_autofree char *oversized = g_strdup_printf ("{\"access_token\": \"%s\"}", long_token);
  const struct {
    const char *body, *expected;
  } cases[] = {
    { "", "it is empty" },
    { "<html>", "cannot be read" },
    { "[]", "cannot be read" },
    { "{}", "has no access_token" },
    { "{\"access_token\": null}", "has no access_token" },
    { "{\"error\": \"bad_verification\\u001b[31m\"}", "but an error: bad_verification" },
    { "{\"access_token\": 5}", "is not a string" },
    { "{\"access_token\": {\"a\": 1}}", "is not a string" },
    { "{\"access_token\": \"\"}", "it is empty" },
    { "{\"access_token\": \"a b\"}", "a character that no token may have" },
    { "{\"access_token\": \"a\\nb\"}", "a character that no token may have" },
    { "{\"access_token\": \"t\\u00e4\"}", "a character that no token may have" },
    { "{\"access_token\": \"t\", \"access_token\": \"u\"}", "cannot be read" },
    { oversized, "" },
    { "{\"access_token\": \"t\", \"token_type\": \"DPoP\"}", "is of type DPoP" },
    { "{\"access_token\": \"t\", \"token_type\": \"N_A\"}", "is of type N_A" },
    { "{\"access_token\": \"t\", \"token_type\": 1}", "is not a string" },
    { "{" TOKEN ", \"expires_in\": 0}", "has ended already" },
    { "{" TOKEN ", \"expires_in\": 30}", "ends in 30 s, too soon" },
    { "{" TOKEN ", \"expires_in\": -5}", "expires_in is not usable" },
    { "{" TOKEN ", \"expires_in\": \"soon\"}", "expires_in is not usable" },
    { "{" TOKEN ", \"expires_in\": \"+5m\"}", "expires_in is not usable" },
    { "{" TOKEN ", \"expires_in\": true}", "expires_in is not usable" },
    { "{" TOKEN ", \"expires_in\": []}", "expires_in is not usable" },
    { "{" TOKEN ", \"expires_in\": 1e300}", "expires_in is not usable" },
    { "{" TOKEN ", \"expires_in\": 9223372036854775807}", "expires_in is not usable" },
    { "{" TOKEN ", \"expires_at\": \"+5m\"}", "expires_at is not usable" },
    { "{" TOKEN ", \"expires_at\": \"2027-13-45T08:10:00Z\"}", "expires_at is not usable" },
    { "{" TOKEN ", \"expires_at\": \"2020-01-01T00:00:00Z\"}", "has ended already" },
    { "{" TOKEN ", \"scope\": [\"a\"]}", "is not a string" },
    { "{" TOKEN ", \"scope\": \"a\\tb\"}", "other than printable ASCII" },
    { "{" TOKEN ", \"issued_token_type\": 1}", "is not a string" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_answer (CLIENT, cases[i].body, 0, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
      if (strstr (error->message, cases[i].expected) == NULL)
        g_error ("%s: not in: %s", cases[i].expected, error->message);
      g_assert_null (strchr (error->message, '\033'));
    }
}

/* What each vendor says, and a word of the meaning and of the hint. */
static void
test_refusals (void)
{
  static const struct {
    const char *error, *description, *meaning, *hint;
    bool clock;
  } cases[] = {
    { "invalid_client",
      "AADSTS700027: The certificate with identifier used to sign the client "
      "assertion is not registered on application. Trace ID: 1",
      "does not know the certificate", "Certificates & secrets", false },
    { "invalid_client", "AADSTS7000215: Invalid client secret provided.", "client secret is wrong",
      "leave client-secret out", false },
    { "unauthorized_client", "AADSTS700016: Application with identifier was not found",
      "no such application", "compare client-id and tenant", false },
    { "invalid_grant", "AADSTS50013: Assertion failed signature validation.",
      "does not take the assertion", "certificate", false },
    { "invalid_request", "AADSTS700212: No matching federated identity record found", "federated",
      "api://AzureADTokenExchange", false },
    { "invalid_client", "AADSTS700024: Client assertion is not within its valid time range.",
      "not valid at this time", "clock", true },
    { "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope'",
      "does not give", "/.default", false },
    { "invalid_grant", "Invalid JWT Signature.", "does not know the key", "service account",
      false },
    { "invalid_grant", "Invalid grant: account not found", "no such service account", "mail",
      false },
    { "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes)",
      "not valid at this time", "clock", true },
    { "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method",
      "nobody has allowed", "Domain-wide delegation", false },
    { "invalid_client",
      "The audience claim for client_assertion must be the endpoint invoked for "
      "the request.",
      "meant for somebody else", "token endpoint", false },
    { "invalid_client", "The client_assertion JWT kid is invalid.", "key's id", "key-id", false },
    { "invalid_client", "The client_assertion token is expired.", "not valid at this time", "clock",
      true },
    { "access_denied",
      "Client is not authorized to access \"https://api\". You need to create a "
      "\"client-grant\" associated to this API.",
      "nobody has allowed", "Machine to Machine", false },
    { "invalid_client",
      "Client authentication with signed JWT failed: Signature on JWT token "
      "failed validation",
      "does not know the key", "Clients > the client > Keys", false },
    { "invalid_client", "Token audience doesn't match domain.", "meant for somebody else",
      "realm's URL", false },
    { "invalid_client", "Request denied: Unsupported authentication method (Correlation ID: 1)",
      "does not authenticate by a signed", "Private Key JWT", false },
    { "consent_required", "", "has not consented", "/oauth/auth?response_type=code", false },
    { "invalid_grant", "issuer_not_found", "integration key", "docusign-demo", false },
    { "invalid_grant", "user_not_found", "does not know the user", "GUID", false },
    { "invalid_grant", "no_valid_keys_or_signatures", "does not know the key", "Apps and Keys",
      false },
    { "invalid_grant", "Please check the 'iss' claim.", "does not know the application",
      "Developer Console", false },
    { "invalid_grant", "Please check the 'exp' claim.", "not valid at this time", "60 seconds",
      true },
    { "unauthorized_client", "This app is not authorized by the enterprise", "nobody has allowed",
      "Platform Apps Manager", false },
    { "invalid_client", "client authentication failed", "not known, or its assertion",
      "assertion-audience", true },
    { "invalid_grant", "", "the assertion is not accepted", "client-id", true },
    { "invalid_scope", "", "such a scope", "`scope`", false },
    { "invalid_target", "", "no API of this audience", "`audience`", false },
    { "unsupported_grant_type", "", "does not have this grant", "`grant`", false },
    { "unauthorized_client", "", "may not use this grant", "console", false },
    { "invalid_request", "", "did not understand", "audience-as", false },
  };
  g_autoptr (Profile) profile = make_profile (CLIENT);
  IssuerContext context = make_context (profile, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *quoted = g_strescape (cases[i].description, NULL);
      g_autofree char *body = g_strdup_printf ("{\"error\": \"%s\", \"error_description\": \"%s\"}",
                                               cases[i].error, quoted);
      g_autoptr (ExchangeAnswer) answer = make_answer (400, body);
      IssuerRefusal refusal = { 0 };
      g_autoptr (GError) error = oauth ()->explain (&context, answer, &refusal);

      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
      if (strstr (error->message, cases[i].meaning) == NULL)
        g_error ("%s: not in: %s", cases[i].meaning, error->message);
      if (error_hint (error) == NULL || strstr (error_hint (error), cases[i].hint) == NULL)
        g_error ("%s: not in: %s", cases[i].hint, error_hint (error));
      g_assert_cmpint (refusal.clock, ==, cases[i].clock);
    }
}

static void
test_other_refusals (void)
{
  static const struct {
    unsigned status;
    const char *body, *expected;
    bool stale;
  } cases[] = {
    { 403, "{\"errorCode\": \"E0000011\", \"errorSummary\": \"Invalid token provided\"}",
      "not valid there (E0000011: Invalid token provided)", false },
    { 400, "{\"error\": {\"code\": 400, \"message\": \"Bad\", \"status\": \"INVALID_ARGUMENT\"}}",
      "refused: INVALID_ARGUMENT: Bad", false },
    { 400, "{\"error\": {\"code\": 400}}", "without saying why", false },
    { 400, "{\"error\": 5}", "without saying why", false },
    { 404, "<html>", "(HTTP 404) without saying why", true },
    { 405, "", "(HTTP 405) without saying why", true },
    { 400, "{\"error\": \"new\\u001b[31m\", \"error_description\": \"a\\u202eb\\nc\"}",
      "refused: new", false },
  };
  g_autoptr (Profile) profile = make_profile (CLIENT);
  IssuerContext context = make_context (profile, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ExchangeAnswer) answer = make_answer (cases[i].status, cases[i].body);
      IssuerRefusal refusal = { 0 };
      g_autoptr (GError) error = oauth ()->explain (&context, answer, &refusal);

      if (strstr (error->message, cases[i].expected) == NULL)
        g_error ("%s: not in: %s", cases[i].expected, error->message);
      g_assert_cmpint (refusal.stale, ==, cases[i].stale);
      g_assert_null (strchr (error->message, '\033'));
      g_assert_null (strstr (error->message, "\u202e"));
    }
}

static char *
read_document (const char *discover, const char *body, GError **error)
{
  g_autofree char *words =
      g_strdup_printf ("grant=client-credentials|client-id=app|key=/k|discover=%s", discover);
  g_autoptr (Profile) profile = make_profile (words);
  g_autoptr (ExchangeAnswer) answer = make_answer (200, body);
  IssuerContext context = make_context (profile, NULL);

  return oauth ()->facts->read (&context, answer, error);
}

static void
test_description_place (void)
{
  static const char *const cases[][2] = {
    { "https://id.example", "https://id.example/.well-known/openid-configuration" },
    { "https://id.example/", "https://id.example/.well-known/openid-configuration" },
    { "https://id.example/realms/a",
      "https://id.example/realms/a/.well-known/openid-configuration" },
    { "https://id.example/.well-known/oauth-authorization-server/a",
      "https://id.example/.well-known/oauth-authorization-server/a" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = g_strdup_printf (
          "grant=client-credentials|client-id=app|key=/k|discover=%s", cases[i][0]);
      g_autoptr (Profile) profile = make_profile (words);
      IssuerContext context = make_context (profile, NULL);
      g_auto (IssuerCall) call = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *url = NULL;

      g_assert_true (oauth ()->facts->build (&context, &call, &error));
      url = url_to_string (call.url);
      g_assert_cmpstr (url, ==, cases[i][1]);
      g_assert_cmpstr (call.method, ==, "GET");
    }
}

static void
test_description (void)
{
  static const char *const cases[][2] = {
    { "https://id.example", "https://id.example" },
    { "https://ID.example:443/", "https://id.example" },
    { "https://id.example", "https://id.example/" },
    { "https://id.example/a/.well-known/openid-configuration", "https://id.example/a" },
    { "https://id.example/.well-known/oauth-authorization-server/a", "https://id.example/a" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf (
          "{\"issuer\": \"%s\", \"token_endpoint\": \"" ENDPOINT "\"}", cases[i][1]);
      g_autoptr (GError) error = NULL;
      g_autofree char *told = read_document (cases[i][0], body, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (told, ==, ENDPOINT);
    }
}

static void
test_bad_descriptions (void)
{
  static const struct {
    const char *body, *expected;
  } cases[] = {
    { "", "cannot be read" },
    { "<html>", "cannot be read" },
    { "{\"token_endpoint\": \"" ENDPOINT "\"}", "is missing" },
    { "{\"issuer\": \"https://id.example\"}", "is missing" },
    { "{\"issuer\": 5, \"token_endpoint\": \"" ENDPOINT "\"}", "is not a string" },
    { "{\"issuer\": \"https://other.example\", \"token_endpoint\": \"" ENDPOINT "\"}",
      "calls itself https://other.example, and https://id.example was asked" },
    { "{\"issuer\": \"https://id.example/a\", \"token_endpoint\": \"" ENDPOINT "\"}",
      "calls itself" },
    { "{\"issuer\": \"id.example\\u001b[1m\", \"token_endpoint\": \"" ENDPOINT "\"}",
      "calls itself" },
    { "{\"issuer\": \"https://id.example\", \"token_endpoint\": \"http://id.example/t\"}",
      "token_endpoint is not usable" },
    { "{\"issuer\": \"https://id.example\", \"token_endpoint\": \"http://127.0.0.1/t\"}",
      "it is not https" },
    { "{\"issuer\": \"https://id.example\", \"token_endpoint\": \"/token\"}",
      "token_endpoint is not usable" },
    { "{\"issuer\": \"https://id.example\", \"token_endpoint\": \"https://u:p@id.example/\"}",
      "token_endpoint is not usable" },
    { "{\"issuer\": \"https://id.example\", \"token_endpoint\": [\"" ENDPOINT "\"]}",
      "is not a string" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_document ("https://id.example", cases[i].body, &error));
      g_assert_nonnull (error);
      if (strstr (error->message, cases[i].expected) == NULL)
        g_error ("%s: not in: %s", cases[i].expected, error->message);
      g_assert_null (strchr (error->message, '\033'));
    }
}

static void
test_long_endpoint (void)
{
  g_autofree char *path = g_strnfill (ISSUER_MAX_FACT, 'a');
  g_autofree char *body = g_strdup_printf (
      "{\"issuer\": \"https://id.example\", \"token_endpoint\": \"https://id.example/%s\"}", path);
  g_autoptr (GError) error = NULL;

  g_assert_null (read_document ("https://id.example", body, &error));
  g_assert_nonnull (strstr (error->message, "it is too long"));
}

static void
test_discovered_endpoint (void)
{
  g_autoptr (Profile) profile = make_profile (DISCOVER);
  g_autoptr (Request) request = request_new ();
  g_autoptr (GHashTable) facts = g_hash_table_new (g_str_hash, g_str_equal);
  IssuerContext context = make_context (profile, request);
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  g_hash_table_insert (facts, (void *) "token_endpoint", (void *) "https://other.example/t");
  context.facts = facts;
  g_assert_true (oauth ()->build (&context, &call, &error));
  g_assert_no_error (error);
  url = url_to_string (call.url);
  g_assert_cmpstr (url, ==, "https://other.example/t");
}

static void
test_no_certificate (void)
{
  g_autoptr (Profile) profile = make_profile (CLIENT "thumbprint=x5t#S256");
  g_autoptr (Request) request = request_new ();
  IssuerContext context = make_context (profile, request);
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (oauth ()->build (&context, &call, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "no certificate beside the key"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  make ("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem");
  key = load_well ("key.pem", NULL, NULL);
  g_test_add_func ("/oauth/client-credentials-by-an-assertion", test_client_credentials);
  g_test_add_func ("/oauth/jwt-bearer-with-claims", test_jwt_bearer);
  g_test_add_func ("/oauth/a-secret-beside-the-assertion", test_secret_beside);
  g_test_add_func ("/oauth/token-exchange-of-another's-token-or-our-own", test_exchange);
  g_test_add_func ("/oauth/a-request-narrows", test_narrowing);
  g_test_add_func ("/oauth/each-assertion-has-its-own-id", test_fresh_ids);
  g_test_add_func ("/oauth/settings-that-do-not-go-together-name-the-line", test_bad_settings);
  g_test_add_func ("/oauth/a-thumbprint-needs-a-certificate", test_no_certificate);
  g_test_add_func ("/oauth/expiry-in-each-form", test_expiry);
  g_test_add_func ("/oauth/token-lifetime-where-nobody-says", test_own_lifetime);
  g_test_add_func ("/oauth/an-id-token-ends-by-itself", test_id_token);
  g_test_add_func ("/oauth/what-was-exchanged", test_exchanged);
  g_test_add_func ("/oauth/bad-answers-are-refused", test_bad_answers);
  g_test_add_func ("/oauth/refusals-are-explained", test_refusals);
  g_test_add_func ("/oauth/refusals-in-other-forms", test_other_refusals);
  g_test_add_func ("/oauth/where-the-description-is", test_description_place);
  g_test_add_func ("/oauth/description-of-the-issuer-that-was-asked", test_description);
  g_test_add_func ("/oauth/bad-descriptions-are-refused", test_bad_descriptions);
  g_test_add_func ("/oauth/endpoint-past-the-limit", test_long_endpoint);
  g_test_add_func ("/oauth/discovered-endpoint-is-asked", test_discovered_endpoint);
  status = g_test_run ();
  key_unref (key);
  maker_end ();
  return status;
}
