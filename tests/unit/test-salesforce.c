/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base64url.h"
#include "error.h"
#include "issuer.h"
#include "key-maker.h"
#include "salesforce.h"
#include "strict.h"

#include <string.h>

#define NOW INT64_C (1800000000)

static Key *key;

/* The usual profile, with one more setting (or another value for one); NULL adds none. */
static Profile *
make_profile (const char *name, const char *value)
{
  Setting settings[5] = {
    { "issuer", "salesforce", "avouch.conf", 2 },
    { "login-url", "https://acme.my.salesforce.com/", "avouch.conf", 3 },
    { "client-id", "3MVG9", "avouch.conf", 4 },
    { "username", "robot@acme.example", "avouch.conf", 5 },
  };
  size_t count = 4;
  g_autoptr (GError) error = NULL;
  Profile *profile;

  for (size_t i = 0; name != NULL && i <= count; i++)
    if (i == count || strcmp (settings[i].key, name) == 0)
      {
        settings[i] = (Setting){ name, value, "avouch.conf", 6 };
        count = MAX (count, i + 1);
        break;
      }
  profile = profile_new ("acme", settings, count, &error);
  g_assert_no_error (error);
  return profile;
}

static IssuerContext
make_context (const Profile *profile)
{
  return (IssuerContext){ .profile = profile, .key = key, .now = NOW };
}

static const Issuer *
salesforce (void)
{
  return issuer_find ("salesforce");
}

static ExchangeAnswer *
make_answer (unsigned status, const char *body)
{
  ExchangeAnswer *answer = g_new0 (ExchangeAnswer, 1);

  answer->status = status;
  answer->body = secret_new (body, strlen (body));
  return answer;
}

/* The claims of the assertion that a profile leads to. */
static JsonObject *
build_claims (const Profile *profile, IssuerCall *call)
{
  static const char start[] =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  IssuerContext context = make_context (profile);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) parts = NULL;
  g_autoptr (Secret) claims = NULL;
  const char *body;
  size_t length;

  g_assert_true (salesforce ()->build (&context, call, &error));
  g_assert_no_error (error);
  body = secret_bytes (call->body, NULL);
  g_assert_true (g_str_has_prefix (body, start));
  g_assert_null (strchr (body + strlen (start), '&'));
  parts = g_strsplit (body + strlen (start), ".", -1);
  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  claims = base64url_decode (parts[1], strlen (parts[1]), &error);
  g_assert_no_error (error);
  body = secret_bytes (claims, &length);
  return json_strict_object (body, length, &error);
}

static void
test_call (void)
{
  g_autoptr (Profile) profile = make_profile (NULL, NULL);
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (JsonObject) claims = build_claims (profile, &call);
  g_autofree char *url = url_to_string (call.url);

  g_assert_cmpstr (call.method, ==, "POST");
  g_assert_cmpstr (url, ==, "https://acme.my.salesforce.com/services/oauth2/token");
  g_assert_cmpstr (call.content_type, ==, "application/x-www-form-urlencoded");
  g_assert_cmpuint (json_object_get_size (claims), ==, 4);
  g_assert_cmpstr (json_object_get_string_member (claims, "iss"), ==, "3MVG9");
  g_assert_cmpstr (json_object_get_string_member (claims, "sub"), ==, "robot@acme.example");
  g_assert_cmpstr (json_object_get_string_member (claims, "aud"), ==,
                   "https://acme.my.salesforce.com");
  g_assert_cmpint (json_object_get_int_member (claims, "exp"), ==, NOW + 180);
}

static void
test_settings (void)
{
  static const struct {
    const char *key, *value, *claim, *expected;
  } cases[] = {
    { "audience", "https://login.salesforce.com", "aud", "https://login.salesforce.com" },
    { "login-url", "https://x.my.site.com/shop//", "aud", "https://x.my.site.com/shop" },
    { "login-url", "https://X.my.site.com.:443", "aud", "https://x.my.site.com" },
    { "login-url", "https://login.salesforce.com/", "aud", "https://login.salesforce.com" },
    { "login-url", "https://test.salesforce.com", "aud", "https://test.salesforce.com" },
    { "login-url", "https://acme--dev.sandbox.my.salesforce.com", "aud",
      "https://acme--dev.sandbox.my.salesforce.com" },
    { "login-url", "https://acme--x.scratch.my.salesforce.com", "aud",
      "https://acme--x.scratch.my.salesforce.com" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile (cases[i].key, cases[i].value);
      g_auto (IssuerCall) call = { 0 };
      g_autoptr (JsonObject) claims = build_claims (profile, &call);

      g_assert_cmpstr (json_object_get_string_member (claims, cases[i].claim), ==,
                       cases[i].expected);
    }
}

static void
test_bad_settings (void)
{
  static const char *const cases[][2] = {
    { "login-url", "http://acme.my.salesforce.com" },
    { "login-url", "https://acme.my.salesforce.com/?a=b" },
    { "login-url", "acme" },
    { "algorithm", "ES256" },
    { "algorithm", "none" },
    { "assertion-lifetime", "29" },
    { "assertion-lifetime", "301" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile (cases[i][0], cases[i][1]);
      IssuerContext context = make_context (profile);
      g_auto (IssuerCall) call = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (salesforce ()->build (&context, &call, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, "avouch.conf:"));
    }
}

static void
test_places (void)
{
  static const char *const cases[][2] = {
    { "https://login.salesforce.com", "https://login.salesforce.com" },
    { "https://test.salesforce.com/", "https://test.salesforce.com" },
    { "https://acme--dev.sandbox.my.salesforce.com",
      "https://acme--dev.sandbox.my.salesforce.com" },
    { "https://acme.my.site.com/partners/", "https://acme.my.site.com/partners" },
    { "https://partners.acme.example/s", "https://partners.acme.example/s" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile ("login-url", cases[i][0]);
      g_auto (IssuerCall) call = { 0 };
      g_autoptr (JsonObject) claims = build_claims (profile, &call);
      g_autofree char *url = url_to_string (call.url);
      g_autofree char *expected = g_strconcat (cases[i][1], "/services/oauth2/token", NULL);

      g_assert_cmpstr (url, ==, expected);
      g_assert_cmpstr (json_object_get_string_member (claims, "aud"), ==, cases[i][1]);
      g_assert_false (json_object_has_member (claims, "scope"));
    }
}

/* What a tool asks for cannot be had in this flow, and must not reach the issuer. */
static void
test_no_scope (void)
{
  g_autoptr (Profile) profile = make_profile (NULL, NULL);
  Request request = { .scope = (char *) "api", .audience = (char *) "https://elsewhere.example" };
  IssuerContext context = make_context (profile);
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (GError) error = NULL;

  context.request = &request;
  g_assert_true (salesforce ()->build (&context, &call, &error));
  g_assert_no_error (error);
  g_assert_null (strstr (secret_bytes (call.body, NULL), "scope"));
  g_assert_null (strstr (secret_bytes (call.body, NULL), "elsewhere"));
}

static void
test_login_url_mistakes (void)
{
  static const struct {
    const char *url, *words, *hint;
  } cases[] = {
    { "https://acme.lightning.force.com/lightning/page/home", "pages",
      "write https://acme.my.salesforce.com" },
    { "https://acme--dev.sandbox.lightning.force.com", "pages",
      "write https://acme--dev.sandbox.my.salesforce.com" },
    { "https://acme.my.salesforce-setup.com/lightning/setup/SetupOneHome/home", "Setup",
      "write https://acme.my.salesforce.com" },
    { "https://acme--c.vf.force.com/apex/Page", "pages", "write https://acme.my.salesforce.com" },
    { "https://acme--dev.my.salesforce.com", "old form",
      "write https://acme--dev.sandbox.my.salesforce.com" },
    { "https://acme.my.salesforce.com/services/oauth2/token", "endpoint",
      "write https://acme.my.salesforce.com" },
    { "https://acme.my.site.com/shop/services/oauth2/token", "endpoint",
      "write https://acme.my.site.com/shop" },
    { "https://acme.my.salesforce.com/home/home.jsp", "no path",
      "write https://acme.my.salesforce.com" },
    { "https://login.salesforce.com/setup", "no path", "write https://login.salesforce.com" },
    { "https://test.salesforce.com/x", "no path", "write https://test.salesforce.com" },
    { "acme.my.salesforce.com", "does not begin with https://",
      "write https://acme.my.salesforce.com" },
    { "http://acme.my.salesforce.com", "plain http", "use https" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile ("login-url", cases[i].url);
      g_autoptr (GError) error = NULL;

      g_assert_false (salesforce ()->check (profile, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_true (g_str_has_prefix (error->message, "avouch.conf:3: login-url: ") ||
                     g_str_has_prefix (error->message, "avouch.conf:6: login-url: "));
      g_assert_nonnull (strstr (error->message, cases[i].words));
      g_assert_true (g_str_has_prefix (error_hint (error), cases[i].hint));
    }
}

static void
test_lifetime_bounds (void)
{
  static const struct {
    const char *value;
    int64_t seconds;
  } cases[] = { { "30", 30 }, { "300", 300 } };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile ("assertion-lifetime", cases[i].value);
      g_auto (IssuerCall) call = { 0 };
      g_autoptr (JsonObject) claims = build_claims (profile, &call);

      g_assert_cmpint (json_object_get_int_member (claims, "exp"), ==, NOW + cases[i].seconds);
    }
}

static void
test_unknown_setting (void)
{
  g_autoptr (Profile) profile = make_profile ("login-ulr", "https://acme.my.salesforce.com");
  g_autoptr (GError) error = NULL;

  g_assert_null (issuer_for_profile (profile, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
}

static void
test_unknown_issuer (void)
{
  g_autoptr (Profile) profile = make_profile ("issuer", "salesfarce");
  g_autoptr (GError) error = NULL;

  g_assert_null (issuer_for_profile (profile, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_nonnull (strstr (error_hint (error), "salesforce"));
}

static void
test_read (void)
{
  g_autoptr (Profile) profile = make_profile ("token-lifetime", "3600");
  IssuerContext context = make_context (profile);
  g_autoptr (ExchangeAnswer) answer = make_answer (
      200, "{\"access_token\":\"00D!abc\",\"token_type\":\"bearer\",\"scope\":\"api web\","
           "\"instance_url\":\"https://acme.my.salesforce.com\",\"unknown\":[1]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = salesforce ()->read (&context, answer, &error);

  g_assert_no_error (error);
  g_assert_cmpint (credential->kind, ==, CREDENTIAL_BEARER);
  g_assert_cmpstr (secret_bytes (credential->secret, NULL), ==, "00D!abc");
  g_assert_cmpint (credential->expires_at, ==, NOW + 3600);
  g_assert_cmpstr (credential_detail (credential, "scope"), ==, "api web");
  g_assert_cmpstr (credential_detail (credential, "instance_url"), ==,
                   "https://acme.my.salesforce.com");
}

static void
test_site_answer (void)
{
  g_autoptr (Profile) profile = make_profile (NULL, NULL);
  IssuerContext context = make_context (profile);
  g_autoptr (ExchangeAnswer) answer = make_answer (
      200, "{\"access_token\":\"00D!abc\",\"sfdc_community_id\":\"0DB000000000001AAA\","
           "\"sfdc_community_url\":\"https://acme.my.site.com/shop\","
           "\"id\":\"https://login.salesforce.com/id/00D000000000001AAA/005000000000001AAA\"}");
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = salesforce ()->read (&context, answer, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (credential_detail (credential, "sfdc_community_id"), ==, "0DB000000000001AAA");
  g_assert_cmpstr (credential_detail (credential, "sfdc_community_url"), ==,
                   "https://acme.my.site.com/shop");
  g_assert_cmpstr (credential_detail (credential, "id"), ==,
                   "https://login.salesforce.com/id/00D000000000001AAA/005000000000001AAA");
}

static void
test_bad_answers (void)
{
  static const char *const cases[] = {
    "\"instance_url\":\"http://acme.my.salesforce.com\"",
    "\"instance_url\":\"acme\"",
    "\"instance_url\":\"https://\"",
    "\"instance_url\":\"https://robot@acme.example\"",
    "\"instance_url\":\"https://acme.example/a\\u001b[31m\"",
    "\"instance_url\":7",
    "\"id\":\"javascript:alert(1)\"",
    "\"sfdc_community_url\":\"https://acme.my.site.com/../x\"",
    "\"sfdc_community_id\":\"0DB/../x\"",
    "\"sfdc_community_id\":\"0DB\\u202e\"",
    "\"sfdc_community_id\":\"\"",
    "\"scope\":\"api\\nweb\"",
    "\"scope\":[\"api\"]",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile (NULL, NULL);
      IssuerContext context = make_context (profile);
      g_autofree char *body = g_strdup_printf ("{\"access_token\":\"00D!abc\",%s}", cases[i]);
      g_autoptr (ExchangeAnswer) answer = make_answer (200, body);
      g_autoptr (GError) error = NULL;

      g_assert_null (salesforce ()->read (&context, answer, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
      g_assert_null (strstr (error->message, "00D!abc"));
    }
}

typedef struct {
  const char *code, *description;
  const char *meaning;
  bool clock;
  int64_t hold;
} RefusalCase;

/* The answers of Salesforce's documentation and of many a support thread. */
static const RefusalCase refusal_cases[] = {
  { "invalid_grant", "user hasn't approved this consumer", "not pre-authorised", false, 0 },
  { "invalid_app_access", "user is not admin approved to access this app", "approved", false, 0 },
  { "invalid_grant", "audience is invalid", "another host", false, 0 },
  { "invalid_grant", "invalid assertion", "does not belong to the certificate", false, 0 },
  { "invalid_grant", "expired authorization code", "expired", true, 0 },
  { "invalid_grant", "Assertion Expired", "expired", true, 0 },
  { "invalid_client_id", "client identifier invalid", "consumer key is wrong", false, 0 },
  { "app_not_found", "External client app is not installed in this org", "no such app", false, 0 },
  { "invalid_grant", "ip restricted", "IP ranges", false, 0 },
  { "invalid_request", "no valid scopes defined", "no OAuth scope", false, 0 },
  { "invalid_grant", "LOGIN_RATE_EXCEEDED", "too often", false, 900 },
  { "LOGIN_RATE_EXCEEDED", "", "too often", false, 900 },
  { "invalid_grant", "login rate exceeded", "too often", false, 900 },
  { "rate_limit_exceeded", "", "too often", false, 900 },
  { "inactive_user", "inactive user", "deactivated", false, 0 },
  { "inactive_user", "user is inactive", "deactivated", false, 0 },
  { "invalid_grant", "user is frozen", "frozen", false, 0 },
  { "inactive_org", "organization is inactive", "org is inactive", false, 0 },
  { "inactive_org", "organization is locked", "org is locked", false, 0 },
  { "invalid_grant", "locked organization", "org is locked", false, 0 },
  { "invalid_grant", "inactive organization", "org is inactive", false, 0 },
  { "inactive_org", "organization is suspended", "closed or suspended", false, 0 },
  { "invalid_grant", "ip restricted or invalid login hours", "IP ranges", false, 0 },
  { "invalid_grant", "assertion is expired", "expired", true, 0 },
  { "invalid_app_access", "", "may not use this app", false, 0 },
  { "invalid_client", "invalid client credentials", "not accepted", false, 0 },
  { "unsupported_grant_type", "grant type not supported", "not enabled", false, 0 },
  { "invalid_grant", "authentication failure", "not told to outsiders", false, 0 },
  { "invalid_request", "must use HTTP POST", "not understood", false, 0 },
  { "invalid_request", "", "not understood", false, 0 },
  { "server_error", "", "trouble of its own", false, 0 },
  { "unknown_error", "retry your request", "trouble of its own", false, 0 },
};

static void
test_refusals (void)
{
  g_autoptr (Profile) profile = make_profile (NULL, NULL);
  IssuerContext context = make_context (profile);

  for (size_t i = 0; i < G_N_ELEMENTS (refusal_cases); i++)
    {
      const RefusalCase *expected = &refusal_cases[i];
      g_autofree char *body = g_strdup_printf ("{\"error\":\"%s\",\"error_description\":\"%s\"}",
                                               expected->code, expected->description);
      g_autoptr (ExchangeAnswer) answer = make_answer (400, body);
      IssuerRefusal refusal;
      g_autoptr (GError) error =
          issuer_explain (salesforce ()->explain, &context, answer, &refusal);

      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
      g_assert_nonnull (strstr (error->message, expected->meaning));
      g_assert_nonnull (strstr (error->message, expected->code));
      g_assert_nonnull (error_hint (error));
      g_assert_cmpint (refusal.clock, ==, expected->clock);
      g_assert_cmpint (refusal.hold, ==, expected->hold);
      g_assert_cmpint (refusal.profile_wide, ==, expected->hold > 0);
    }
}

static void
test_unknown_refusal (void)
{
  g_autoptr (Profile) profile = make_profile (NULL, NULL);
  IssuerContext context = make_context (profile);
  g_autoptr (ExchangeAnswer) answer = make_answer (
      400, "{\"error\":\"new\",\"error_description\":\"\\u001b[31mred\\u202e\\nline\"}");
  IssuerRefusal refusal;
  g_autoptr (GError) error = issuer_explain (salesforce ()->explain, &context, answer, &refusal);

  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  g_assert_cmpstr (error->message, ==, "the issuer refused: new: red line");
}

static void
test_rate (void)
{
  g_autoptr (Profile) profile = make_profile (NULL, NULL);
  IssuerContext context = make_context (profile);
  g_autoptr (ExchangeAnswer) answer = make_answer (429, "{\"error\":\"LOGIN_RATE_EXCEEDED\"}");
  IssuerRefusal refusal;
  g_autoptr (GError) error = issuer_explain (salesforce ()->explain, &context, answer, &refusal);

  g_assert_nonnull (strstr (error->message, "too often"));
  g_assert_cmpint (refusal.hold, ==, 900);
  g_clear_error (&error);
  answer->retry_after = 1200;
  error = issuer_explain (salesforce ()->explain, &context, answer, &refusal);
  g_assert_cmpint (refusal.hold, ==, 1200);
  g_assert_true (refusal.profile_wide);
}

static void
test_busy (void)
{
  g_autoptr (Profile) profile = make_profile (NULL, NULL);
  IssuerContext context = make_context (profile);
  g_autoptr (ExchangeAnswer) busy = make_answer (429, "");
  g_autoptr (ExchangeAnswer) down = make_answer (503, "<html>");
  IssuerRefusal refusal;
  g_autoptr (GError) error = issuer_explain (salesforce ()->explain, &context, busy, &refusal);

  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  g_assert_cmpint (refusal.hold, ==, 60);
  g_assert_true (refusal.profile_wide);
  g_clear_error (&error);
  busy->retry_after = 7;
  error = issuer_explain (salesforce ()->explain, &context, busy, &refusal);
  g_assert_cmpint (refusal.hold, ==, 7);
  g_clear_error (&error);
  error = issuer_explain (salesforce ()->explain, &context, down, &refusal);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK);
  g_assert_nonnull (strstr (error->message, "HTTP 503"));
}

static void
test_what_was_typed_is_mended (void)
{
  static const char *const cases[][3] = {
    { "login-url", "https://acme.my.salesforce.com", "https://acme.my.salesforce.com" },
    { "login-url", "https://acme.my.salesforce.com/", "https://acme.my.salesforce.com/" },
    { "login-url", "acme", "https://acme.my.salesforce.com" },
    { "login-url", "acme--dev", "https://acme--dev.sandbox.my.salesforce.com" },
    { "login-url", "acme.my.salesforce.com", "https://acme.my.salesforce.com" },
    { "login-url", "https://acme.lightning.force.com/lightning/page/home",
      "https://acme.my.salesforce.com" },
    { "login-url", "https://acme--uat.sandbox.lightning.force.com",
      "https://acme--uat.sandbox.my.salesforce.com" },
    { "login-url", "https://x-dev-ed.develop.my.salesforce-setup.com/lightning/setup/A/home?x=1#y",
      "https://x-dev-ed.develop.my.salesforce.com" },
    { "login-url", "https://login.salesforce.com/services/oauth2/token",
      "https://login.salesforce.com" },
    { "login-url", "test.salesforce.com", "https://test.salesforce.com" },
    { "login-url", "https://acme.my.site.com/portal/services/oauth2/token",
      "https://acme.my.site.com/portal" },
    { "login-url", "https://acme.my.site.com/portal", "https://acme.my.site.com/portal" },
    { "login-url", "127.0.0.1:8443", "https://127.0.0.1:8443" },
    { "login-url", "http://acme.my.salesforce.com", "http://acme.my.salesforce.com" },
    { "login-url", "https://a b", "https://a b" },
    { "username", "robot@acme.example", "robot@acme.example" },
    { "client-id", "3MVG9x", "3MVG9x" },
    { "key", "anything", "anything" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *meant = salesforce_mend (cases[i][0], cases[i][1], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (meant, ==, cases[i][2]);
    }
}

static void
test_what_cannot_be_meant_is_refused (void)
{
  static const char *const cases[][2] = {
    { "login-url", "https://www.salesforce.com/de/" },
    { "login-url", "help.salesforce.com" },
    { "username", "robot" },
    { "client-id", "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (salesforce_mend (cases[i][0], cases[i][1], &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
      g_assert_nonnull (error_hint (error));
      g_assert_null (strstr (error->message, cases[i][1]));
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  make ("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem");
  key = load_well ("key.pem", NULL, NULL);
  g_test_add_func ("/salesforce/the-call-is-as-documented", test_call);
  g_test_add_func ("/salesforce/each-place-is-its-own-audience", test_places);
  g_test_add_func ("/salesforce/no-scope-is-ever-sent", test_no_scope);
  g_test_add_func ("/salesforce/login-url-mistakes-are-corrected", test_login_url_mistakes);
  g_test_add_func ("/salesforce/a-site-keeps-what-it-says", test_site_answer);
  g_test_add_func ("/salesforce/bad-answers-are-refused", test_bad_answers);
  g_test_add_func ("/salesforce/a-rate-holds-the-profile", test_rate);
  g_test_add_func ("/salesforce/settings-change-the-audience", test_settings);
  g_test_add_func ("/salesforce/bad-settings-name-their-line", test_bad_settings);
  g_test_add_func ("/salesforce/assertion-lifetime-has-bounds", test_lifetime_bounds);
  g_test_add_func ("/salesforce/an-unknown-setting-is-refused", test_unknown_setting);
  g_test_add_func ("/salesforce/an-unknown-issuer-lists-the-known", test_unknown_issuer);
  g_test_add_func ("/salesforce/an-answer-becomes-a-credential", test_read);
  g_test_add_func ("/salesforce/refusals-are-explained", test_refusals);
  g_test_add_func ("/salesforce/an-unknown-refusal-is-shown-cleaned", test_unknown_refusal);
  g_test_add_func ("/salesforce/what-was-typed-is-mended", test_what_was_typed_is_mended);
  g_test_add_func ("/salesforce/what-cannot-be-meant-is-refused",
                   test_what_cannot_be_meant_is_refused);
  g_test_add_func ("/salesforce/busy-and-down-are-told-apart", test_busy);
  result = g_test_run ();
  key_unref (key);
  maker_end ();
  return result;
}
