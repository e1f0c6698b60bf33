/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base64url.h"
#include "error.h"
#include "github-app.h"
#include "key-maker.h"
#include "strict.h"

#include <string.h>

#define NOW   INT64_C (1800000000) /* 2027-01-15T08:00:00Z */
#define AHEAD "2027-01-15T09:00:00Z"

enum { MAX_SETTINGS = 8 };

static Key *key;

/* A profile with these settings besides: name, value, …, NULL. */
static Profile *
make_profile (const char *const *more)
{
  Setting settings[MAX_SETTINGS] = {
    { "issuer", "github-app", "avouch.conf", 2 },
    { "client-id", "Iv23demo", "avouch.conf", 3 },
  };
  size_t count = 2;
  g_autoptr (GError) error = NULL;
  Profile *profile;

  for (; more != NULL && *more != NULL; more += 2)
    {
      settings[count] = (Setting){ more[0], more[1], "avouch.conf", (unsigned) count + 2 };
      count++;
    }
  profile = profile_new ("gh", settings, count, &error);
  g_assert_no_error (error);
  return profile;
}

static Request *
make_request (const char *url)
{
  g_autoptr (GError) error = NULL;
  Request *request = request_new ();

  request->profile = g_strdup ("gh");
  request->url = url != NULL ? url_parse (url, &error) : NULL;
  g_assert_no_error (error);
  return request;
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
make_facts (const char *installation)
{
  GHashTable *facts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  g_hash_table_insert (facts, (void *) GITHUB_FACT_INSTALLATION, g_strdup (installation));
  return facts;
}

static JsonObject *
read_claims (const IssuerCall *call)
{
  g_auto (GStrv) parts = g_strsplit (secret_bytes (call->bearer, NULL), ".", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) claims = NULL;
  const char *text;
  size_t length;

  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  claims = base64url_decode (parts[1], strlen (parts[1]), &error);
  g_assert_no_error (error);
  text = secret_bytes (claims, &length);
  return json_strict_object (text, length, &error);
}

static const IssuerFact *
installation (void)
{
  return &github_app_issuer.facts[0];
}

static void
test_assertion (void)
{
  g_autoptr (Profile) profile = make_profile (NULL);
  g_autoptr (Request) request = make_request (NULL);
  IssuerContext context = { .profile = profile, .request = request, .key = key, .now = NOW };
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) claims = NULL;

  g_assert_true (installation ()->build (&context, &call, &error));
  g_assert_no_error (error);
  claims = read_claims (&call);
  g_assert_cmpuint (json_object_get_size (claims), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (claims, "iss"), ==, "Iv23demo");
  g_assert_cmpint (json_object_get_int_member (claims, "iat"), ==, NOW - 60);
  g_assert_cmpint (json_object_get_int_member (claims, "exp"), ==, NOW + 300);
}

/* What is asked, and under which topic it is remembered. */
static void
test_installation_is_found_by_what_is_known (void)
{
  static const struct {
    const char *settings[5], *url, *path, *topic;
  } cases[] = {
    { { NULL }, NULL, "/app/installations?per_page=30", "" },
    { { NULL }, "https://github.com/octo/app.git", "/app/installations?per_page=30", "" },
    { { "owner", "Octo", NULL }, NULL, "/users/Octo/installation", "octo" },
    { { "owner", "request", NULL }, NULL, "/app/installations?per_page=30", "" },
    { { "owner", "request", NULL },
      "https://github.com/Octo/app.git",
      "/users/Octo/installation",
      "octo" },
    { { "repositories", "request", NULL },
      "https://github.com/Octo/app.git",
      "/repos/Octo/app/installation",
      "octo" },
    { { "repositories", "request", NULL },
      "https://github.com/octo/app.wiki.git",
      "/repos/octo/app/installation",
      "octo" },
    { { "owner", "octo", "repositories", "request", NULL },
      "https://github.com/OCTO/app.git/info/lfs",
      "/repos/OCTO/app/installation",
      "octo" },
    { { "owner", "octo", "repositories", "app lib", NULL },
      NULL,
      "/users/octo/installation",
      "octo" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile (cases[i].settings);
      g_autoptr (Request) request = make_request (cases[i].url);
      IssuerContext context = { .profile = profile, .request = request, .key = key, .now = NOW };
      g_auto (IssuerCall) call = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *topic = installation ()->topic (&context, &error);
      g_autofree char *url = NULL;
      g_autofree char *expected = g_strconcat ("https://api.github.com", cases[i].path, NULL);

      g_assert_no_error (error);
      g_assert_cmpstr (topic, ==, cases[i].topic);
      g_assert_true (installation ()->build (&context, &call, &error));
      g_assert_no_error (error);
      url = url_to_string (call.url);
      g_assert_cmpstr (url, ==, expected);
      g_assert_cmpstr (call.method, ==, "GET");
      g_assert_null (call.body);
    }
}

static void
test_unusable_requests (void)
{
  static const struct {
    const char *settings[5], *url, *words, *hint;
    AvouchError kind;
  } cases[] = {
    { { "owner", "request", NULL },
      "https://github.com",
      "cannot be told",
      "type: avouch setup git gh",
      AVOUCH_ERROR_CONFIG },
    { { "repositories", "request", NULL },
      "https://ghes.example:8443/octo",
      "cannot be told",
      "credential.https://ghes.example:8443.useHttpPath true",
      AVOUCH_ERROR_CONFIG },
    { { "owner", "octo", "repositories", "request", NULL },
      "https://github.com/cat/app",
      "not for repositories of cat",
      "owner = request",
      AVOUCH_ERROR_CONFIG },
    { { "owner", "request", NULL },
      "https://github.com/oc%20to/app",
      "none of a repository",
      NULL,
      AVOUCH_ERROR_PROTOCOL },
    { { "repositories", "request", NULL },
      "https://github.com/octo/a%3Fb",
      "none of a repository",
      NULL,
      AVOUCH_ERROR_PROTOCOL },
    { { "owner", "request", NULL },
      "https://github.com/-octo/app",
      "none of a repository",
      NULL,
      AVOUCH_ERROR_PROTOCOL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile (cases[i].settings);
      g_autoptr (Request) request = make_request (cases[i].url);
      IssuerContext context = { .profile = profile, .request = request, .key = key, .now = NOW };
      g_autoptr (GError) error = NULL;

      g_assert_null (installation ()->topic (&context, &error));
      g_assert_error (error, AVOUCH_ERROR, (int) cases[i].kind);
      g_assert_nonnull (strstr (error->message, cases[i].words));
      if (cases[i].hint != NULL)
        g_assert_nonnull (strstr (error_hint (error), cases[i].hint));
    }
}

static void
test_names (void)
{
  g_autofree char *longest_owner = g_strnfill (39, 'o');
  g_autofree char *long_owner = g_strnfill (40, 'o');
  g_autofree char *longest_repository = g_strnfill (100, 'r');
  g_autofree char *long_repository = g_strnfill (101, 'r');

  g_assert_true (github_is_owner ("octo-cat_acme"));
  g_assert_true (github_is_owner (longest_owner));
  g_assert_false (github_is_owner (long_owner));
  g_assert_false (github_is_owner (""));
  g_assert_false (github_is_owner ("octo.cat"));
  g_assert_false (github_is_owner ("-octo"));
  g_assert_true (github_is_repository (".github"));
  g_assert_true (github_is_repository ("a_b-c.d"));
  g_assert_true (github_is_repository (longest_repository));
  g_assert_false (github_is_repository (long_repository));
  g_assert_false (github_is_repository (""));
  g_assert_false (github_is_repository ("."));
  g_assert_false (github_is_repository (".."));
  g_assert_false (github_is_repository ("a/b"));
  g_assert_false (github_is_repository ("a%2fb"));
}

static void
test_bad_settings (void)
{
  static const char *const cases[][4] = {
    { "owner", "octo/app", "not the name", "OWNER/REPOSITORY" },
    { "owner", "octo cat", "not the name", "OWNER/REPOSITORY" },
    { "repositories", "octo/app", "names of repositories", "without their owner" },
    { "repositories", "a%2fb", "names of repositories", NULL },
    { "repositories", "", "names of repositories", NULL },
    { "permissions", "contents", "contents:read", "read, write or admin" },
    { "permissions", "contents:all", "contents:read", "read, write or admin" },
    { "permissions", "pull-requests:read", "contents:read", "\"_\", not \"-\"" },
    { "permissions", "contents:read contents:write", "contents:read", "twice" },
    { "permissions", "Contents:read", "contents:read", "read, write or admin" },
    { "permissions", "", "contents:read", NULL },
    { "algorithm", "ES256", "RS256", NULL },
    { "assertion-lifetime", "541", "from 30 to 540", NULL },
    { "assertion-lifetime", "29", "from 30 to 540", NULL },
    { "api-url", "https://github.com", "pages", "write https://api.github.com" },
    { "api-url", "https://acme.ghe.com/", "pages", "write https://api.acme.ghe.com" },
    { "api-url", "https://ghes.example/", "pages", "write https://ghes.example/api/v3" },
    { "api-url", "https://ghes.example/api/v3?a", "query", NULL },
    { "api-url", "http://ghes.example/api/v3", "plain http", NULL },
    { "api-url", "api.github.com", "https://", NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const settings[] = { cases[i][0], cases[i][1], NULL };
      g_autoptr (Profile) profile = make_profile (settings);
      g_autoptr (GError) error = NULL;

      g_assert_false (github_app_issuer.check (profile, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_true (g_str_has_prefix (error->message, "avouch.conf:4: "));
      g_assert_nonnull (strstr (error->message, cases[i][2]));
      if (cases[i][3] != NULL)
        g_assert_nonnull (strstr (error_hint (error), cases[i][3]));
    }
}

static char *
many_names (unsigned count)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (unsigned i = 0; i < count; i++)
    g_string_append_printf (names, "r%u ", i);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
test_most_repositories (void)
{
  for (unsigned more = 0; more < 2; more++)
    {
      g_autofree char *names = many_names (GITHUB_MAX_REPOSITORIES + more);
      const char *const settings[] = { "repositories", names, NULL };
      g_autoptr (Profile) profile = make_profile (settings);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (github_app_issuer.check (profile, &error), ==, more == 0);
    }
}

static void
test_places (void)
{
  static const struct {
    const char *api_url, *host;
    bool cloud;
  } cases[] = {
    { "https://api.github.com/", "github.com", true },
    { "https://api.acme.ghe.com", "acme.ghe.com", true },
    { "https://ghes.example/api/v3/", "ghes.example", false },
    { "https://api.example:8443/api/v3", "api.example:8443", false },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const settings[] = { "api-url", cases[i].api_url, NULL };
      g_autoptr (Profile) profile = make_profile (settings);
      g_autoptr (GError) error = NULL;
      g_autoptr (Url) url = github_api_url (profile, &error);
      g_autofree char *host = NULL;

      g_assert_no_error (error);
      host = github_web_host (url);
      g_assert_cmpstr (host, ==, cases[i].host);
      g_assert_cmpint (github_is_cloud (url), ==, cases[i].cloud);
    }
}

static void
test_token_call_is_narrowed (void)
{
  static const struct {
    const char *settings[7], *body;
  } cases[] = {
    { { "owner", "octo", NULL }, NULL },
    { { "owner", "octo", "permissions", "issues:write  contents:read", NULL },
      "{\"permissions\":{\"issues\":\"write\",\"contents\":\"read\"}}" },
    { { "repositories", "request", NULL }, "{\"repositories\":[\"app\"]}" },
    { { "owner", "octo", "repositories", " lib app ", NULL },
      "{\"repositories\":[\"lib\",\"app\"]}" },
    { { "repositories", "request", "permissions", "contents:read", NULL },
      "{\"repositories\":[\"app\"],\"permissions\":{\"contents\":\"read\"}}" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile (cases[i].settings);
      g_autoptr (Request) request = make_request ("https://github.com/octo/app.git");
      g_autoptr (GHashTable) facts = make_facts ("4711");
      IssuerContext context = {
        .profile = profile, .request = request, .key = key, .facts = facts, .now = NOW
      };
      g_auto (IssuerCall) call = { 0 };
      g_autoptr (GError) error = NULL;
      g_autofree char *url = NULL;

      g_assert_true (github_app_issuer.build (&context, &call, &error));
      g_assert_no_error (error);
      url = url_to_string (call.url);
      g_assert_cmpstr (url, ==, "https://api.github.com/app/installations/4711/access_tokens");
      g_assert_cmpstr (call.method, ==, "POST");
      if (cases[i].body == NULL)
        g_assert_null (call.body);
      else
        g_assert_cmpstr (secret_bytes (call.body, NULL), ==, cases[i].body);
    }
}

/* It becomes a part of a path. */
static void
test_installation_id_has_digits_only (void)
{
  static const char *const ids[] = { "", "1/../2", "-1", "1 ", "x" };
  g_autoptr (Profile) profile = make_profile (NULL);
  g_autoptr (Request) request = make_request (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GHashTable) facts = make_facts (ids[i]);
      IssuerContext context = {
        .profile = profile, .request = request, .key = key, .facts = facts, .now = NOW
      };
      g_auto (IssuerCall) call = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (github_app_issuer.build (&context, &call, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_installation_answers (void)
{
  static const struct {
    const char *body, *id, *words;
  } cases[] = {
    { "{\"id\":4711}", "4711", NULL },
    { "[{\"id\":12,\"account\":{\"login\":\"octo\"}}]", "12", NULL },
    { "{}", NULL, "no installation id" },
    { "{\"id\":null}", NULL, "no installation id" },
    { "{\"id\":\"4711\"}", NULL, "whole number" },
    { "{\"id\":-1}", NULL, "no installation id" },
    { "{\"id\":0}", NULL, "no installation id" },
    { "{\"id\":1.5}", NULL, "whole number" },
    { "{\"id\":99999999999999999999}", NULL, "" },
    { "[]", NULL, "installed nowhere" },
    { "[1]", NULL, "makes no sense" },
    { "7", NULL, "makes no sense" },
    { "<html>", NULL, "" },
    { "", NULL, "" },
  };
  g_autoptr (Profile) profile = make_profile (NULL);
  IssuerContext context = { .profile = profile, .now = NOW };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ExchangeAnswer) answer = make_answer (200, cases[i].body);
      g_autoptr (GError) error = NULL;
      g_autofree char *id = installation ()->read (&context, answer, &error);

      g_assert_cmpstr (id, ==, cases[i].id);
      if (cases[i].words == NULL)
        g_assert_no_error (error);
      else
        g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

/* The hint names owners, and none that could be anything else. */
static void
test_several_installations (void)
{
  g_autoptr (Profile) profile = make_profile (NULL);
  IssuerContext context = { .profile = profile, .now = NOW };
  g_autoptr (ExchangeAnswer) answer =
      make_answer (200, "[{\"id\":1,\"account\":{\"login\":\"octo\"}},{\"id\":2,\"account\":{"
                        "\"login\":\"cat\\u001b[31m\"}},{\"id\":3,\"account\":7},{\"id\":4,"
                        "\"account\":{\"login\":\"acme\"}}]");
  g_autoptr (GError) error = NULL;

  g_assert_null (installation ()->read (&context, answer, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_true (g_str_has_suffix (error_hint (error), "one of: octo, acme, …"));
}

static Credential *
read_credential (const char *body, int64_t date, GError **error)
{
  static const char *const settings[] = { "repositories", "request", NULL };
  g_autoptr (Profile) profile = make_profile (settings);
  g_autoptr (Request) request = make_request ("https://github.com/octo/app.git");
  g_autoptr (GHashTable) facts = make_facts ("4711");
  IssuerContext context = { .profile = profile, .request = request, .facts = facts, .now = NOW };
  g_autoptr (ExchangeAnswer) answer = make_answer (201, body);

  answer->date = date;
  return github_app_issuer.read (&context, answer, error);
}

static void
test_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential =
      read_credential ("{\"token\":\"ghs_abc\",\"expires_at\":\"" AHEAD "\",\"permissions\":{"
                       "\"metadata\":\"read\",\"contents\":\"write\"},\"unknown\":[1]}",
                       0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (credential->kind, ==, CREDENTIAL_BEARER);
  g_assert_cmpstr (secret_bytes (credential->secret, NULL), ==, "ghs_abc");
  g_assert_cmpint (credential->expires_at, ==, NOW + 3600);
  g_assert_cmpint (credential->settled_at, ==, NOW + GITHUB_SETTLING);
  g_assert_cmpstr (credential_detail (credential, "scope"), ==, "contents:write metadata:read");
  g_assert_cmpstr (credential_detail (credential, "installation"), ==, "4711");
  g_assert_cmpstr (credential_detail (credential, "owner"), ==, "octo");
  g_assert_cmpstr (credential_detail (credential, "repositories"), ==, "app");
  g_assert_cmpstr (credential_detail (credential, "host"), ==, "github.com");
  g_assert_cmpstr (credential_detail (credential, "cloud"), ==, "github.com");
  g_assert_null (credential_detail (credential, "enterprise"));
  g_assert_cmpstr (credential_detail (credential, "server_url"), ==, "https://github.com");
}

/* By the issuer's clock, whose date comes with the answer. */
static void
test_expiry (void)
{
  static const struct {
    const char *text;
    int64_t date, expires_at; /* after NOW; 0: refused */
  } cases[] = {
    { "2027-01-15T09:00:00Z", 0, 3600 },
    { "2027-01-15T10:00:00+01:00", 0, 3600 },
    { "2027-01-15T09:00:00.999Z", 0, 3600 },
    { "2027-01-15T09:00:00Z", NOW + 600, 3000 },
    { "2027-01-15T09:00:00Z", NOW - 600, 4200 },
    { "2099-01-01T00:00:00Z", 0, 24 * 60 * 60 },
    { "2027-01-15T08:00:00Z", 0, 0 },
    { "2027-01-15T09:00:00Z", NOW + 3600, 0 },
    { "2027-01-15", 0, 0 },
    { "1800003600", 0, 0 },
    { "+1h", 0, 0 },
    { "now", 0, 0 },
    { "", 0, 0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"token\":\"ghs_abc\",\"expires_at\":\"%s\"}", cases[i].text);
      g_autoptr (GError) error = NULL;
      int64_t date = cases[i].date;
      g_autoptr (Credential) credential = read_credential (body, date, &error);

      if (cases[i].expires_at == 0)
        g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
      else
        g_assert_cmpint (credential->expires_at, ==, NOW + cases[i].expires_at);
    }
}

static void
test_bad_answers (void)
{
  static const char *const cases[] = {
    "",
    "[]",
    "{\"expires_at\":\"" AHEAD "\"}",
    "{\"token\":7,\"expires_at\":\"" AHEAD "\"}",
    "{\"token\":\"\",\"expires_at\":\"" AHEAD "\"}",
    "{\"token\":\"a b\",\"expires_at\":\"" AHEAD "\"}",
    "{\"token\":\"a\\nb\",\"expires_at\":\"" AHEAD "\"}",
    "{\"token\":\"\\u00e4\",\"expires_at\":\"" AHEAD "\"}",
    "{\"token\":\"a\"}",
    "{\"token\":\"a\",\"expires_at\":1800003600}",
    "{\"token\":\"a\",\"expires_at\":\"" AHEAD "\",\"permissions\":[]}",
    "{\"token\":\"a\",\"expires_at\":\"" AHEAD "\",\"permissions\":{\"a\":7}}",
    "{\"token\":\"a\",\"expires_at\":\"" AHEAD "\",\"permissions\":{\"a\":\"\\n\"}}",
    "{\"token\":\"a\",\"expires_at\":\"" AHEAD "\",\"permissions\":{\"a b\":\"read\"}}",
    "{\"token\":\"a\",\"token\":\"b\",\"expires_at\":\"" AHEAD "\"}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_credential (cases[i], 0, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_longest_token (void)
{
  for (int more = 0; more < 2; more++)
    {
      g_autofree char *token = g_strnfill ((size_t) (CREDENTIAL_MAX_VALUE + more), 't');
      g_autofree char *body =
          g_strdup_printf ("{\"token\":\"%s\",\"expires_at\":\"" AHEAD "\"}", token);
      g_autoptr (GError) error = NULL;
      g_autoptr (Credential) credential = read_credential (body, 0, &error);

      g_assert_cmpint (credential != NULL, ==, more == 0);
    }
}

typedef struct {
  unsigned status;
  const char *message, *meaning, *hint;
  bool clock, stale;
} RefusalCase;

static const RefusalCase refusals[] = {
  { 401, "A JSON web token could not be decoded", "private key is not the App's", "Private keys",
    false, false },
  { 401, "'Expiration time' claim ('exp') is too far in the future", "GitHub's clock", "NTP", true,
    false },
  { 401,
    "'Expiration time' claim ('exp') must be a numeric value representing the future time at which "
    "the assertion expires",
    "GitHub's clock", "NTP", true, false },
  { 401,
    "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was "
    "issued",
    "in the future", "NTP", true, false },
  { 401, "'Issuer' claim ('iss') must be an Integer", "client-id is no App's", "client-id", false,
    false },
  { 401, "Integration must generate a public key", "no private key", "generate a new one", false,
    false },
  { 404, "Integration not found", "no such App", "client-id", false, false },
  { 401, "Bad credentials", "does not know the App", "Private keys", false, false },
  { 403, "This installation has been suspended", "is suspended", "Unsuspend", false, false },
  { 403,
    "Although you appear to have the correct authorization credentials, the `octo` organization "
    "has an IP allow list enabled, and your IP address is not permitted to access this resource.",
    "IP allow list", "add the address", false, false },
  { 403, "Resource protected by organization SAML enforcement.", "SAML single sign-on",
    "signs in by SAML", false, false },
  { 422, "The permissions requested are not granted to this installation.",
    "more than the installation was granted", "Permissions & events", false, false },
  { 422,
    "There is at least one repository that does not exist or is not accessible to the parent "
    "installation.",
    "not installed for this repository", "Repository access", false, false },
  { 404, "Not Found", "not installed there", "Install App", false, true },
};

static void
test_refusals (void)
{
  g_autoptr (Profile) profile = make_profile (NULL);
  IssuerContext context = { .profile = profile, .now = NOW };

  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"message\":\"%s\"}", refusals[i].message);
      g_autoptr (ExchangeAnswer) answer = make_answer (refusals[i].status, body);
      IssuerRefusal refusal;
      g_autoptr (GError) error =
          issuer_explain (github_app_issuer.explain, &context, answer, &refusal);

      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
      g_assert_nonnull (strstr (error->message, refusals[i].meaning));
      g_assert_nonnull (strstr (error_hint (error), refusals[i].hint));
      g_assert_cmpint (refusal.clock, ==, refusals[i].clock);
      g_assert_cmpint (refusal.stale, ==, refusals[i].stale);
      g_assert_cmpint (refusal.hold, ==, 0);
    }
}

static void
test_strange_refusals (void)
{
  static const char *const bodies[] = {
    "", "<html>", "[]", "{}", "{\"message\":7}", "{\"message\":\"\"}",
  };
  g_autoptr (Profile) profile = make_profile (NULL);
  IssuerContext context = { .profile = profile, .now = NOW };

  for (size_t i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (ExchangeAnswer) answer = make_answer (404, bodies[i]);
      IssuerRefusal refusal;
      g_autoptr (GError) error =
          issuer_explain (github_app_issuer.explain, &context, answer, &refusal);

      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
      g_assert_nonnull (strstr (error_hint (error), "api-url"));
    }
}

/* What GitHub says is cleaned, and our own JWT, come back, is cut. */
static void
test_hostile_message (void)
{
  g_autoptr (Profile) profile = make_profile (NULL);
  IssuerContext context = { .profile = profile, .now = NOW };
  g_autofree char *jwt = g_strnfill (500, 'j');
  g_autofree char *body = g_strdup_printf ("{\"message\":\"a\\u001b[31mb\\u202e\\nc %s\"}", jwt);
  g_autoptr (ExchangeAnswer) answer = make_answer (400, body);
  IssuerRefusal refusal;
  g_autoptr (GError) error = issuer_explain (github_app_issuer.explain, &context, answer, &refusal);

  g_assert_nonnull (strstr (error->message, "ab c jjjj"));
  g_assert_null (strstr (error->message, "jjjjjjjjjjjjjjjj"));
}

static void
test_rate_limits (void)
{
  static const struct {
    unsigned status;
    const char *left, *reset, *message;
    int64_t retry_after, hold;
  } cases[] = {
    { 403, "0", "1800000090", "API rate limit exceeded for installation ID 1.", 0, 90 },
    { 403, "0", "1800090000", "API rate limit exceeded", 0, 90000 },
    { 403, "0", "1799999999", "API rate limit exceeded", 0, 60 },
    { 403, "0", "soon", "API rate limit exceeded", 0, 60 },
    { 403, "4000", "1800000090", "You have exceeded a secondary rate limit.", 0, 60 },
    { 403, "4000", "1800000090", "You have exceeded a secondary rate limit.", 30, 30 },
    { 429, NULL, NULL, "", 0, 60 },
    { 429, NULL, NULL, "slow down", 120, 120 },
    { 429, NULL, NULL, "slow down", 86400, 86400 },
    { 403, "4000", "1800000090", "This installation has been suspended", 0, 0 },
    { 404, "0", "1800000090", "Not Found", 0, 0 },
  };
  g_autoptr (Profile) profile = make_profile (NULL);
  IssuerContext context = { .profile = profile, .now = NOW };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const headers[] = { "X-RateLimit-Remaining", cases[i].left, "X-RateLimit-Reset",
                                      cases[i].reset, NULL };
      g_autofree char *body = g_strdup_printf ("{\"message\":\"%s\"}", cases[i].message);
      g_autoptr (ExchangeAnswer) answer = make_answer (cases[i].status, body);
      IssuerRefusal refusal;
      g_autoptr (GError) error = NULL;

      answer->date = NOW;
      answer->retry_after = cases[i].retry_after;
      if (cases[i].left != NULL)
        answer->headers = g_strdupv ((char **) headers);
      error = issuer_explain (github_app_issuer.explain, &context, answer, &refusal);
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
      g_assert_cmpint (refusal.hold, ==, cases[i].hold);
      g_assert_cmpint (refusal.profile_wide, ==, cases[i].hold > 0);
    }
}

static void
test_outage (void)
{
  g_autoptr (Profile) profile = make_profile (NULL);
  IssuerContext context = { .profile = profile, .now = NOW };
  g_autoptr (ExchangeAnswer) answer = make_answer (503, "{\"message\":\"Unicorn!\"}");
  IssuerRefusal refusal;
  g_autoptr (GError) error = issuer_explain (github_app_issuer.explain, &context, answer, &refusal);
  g_autoptr (GError) call_error = github_app_issuer.explain_call (answer);

  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK);
  g_assert_error (call_error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK);
}

static void
test_refused_calls (void)
{
  static const struct {
    unsigned status;
    const char *message, *meaning, *hint;
  } cases[] = {
    { 401, "Bad credentials", "ended or was revoked", "forget" },
    { 403, "Resource not accessible by integration", "permissions do not reach", "permissions" },
    { 404, "Not Found", "may not see it", "repositories" },
    { 403, "You have exceeded a secondary rate limit", "rate limit", "wait" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"message\":\"%s\"}", cases[i].message);
      g_autoptr (ExchangeAnswer) answer = make_answer (cases[i].status, body);
      g_autoptr (GError) error = github_app_issuer.explain_call (answer);

      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
      g_assert_nonnull (strstr (error->message, cases[i].meaning));
      g_assert_nonnull (strstr (error_hint (error), cases[i].hint));
      g_assert_cmpint (github_app_issuer.is_session_over (answer), ==, cases[i].status == 401);
    }
}

static void
test_revocation (void)
{
  static const char *const settings[] = { "api-url", "https://ghes.example/api/v3/", NULL };
  g_autoptr (Profile) profile = make_profile (settings);
  IssuerContext context = { .profile = profile, .now = NOW };
  g_autoptr (Secret) token = secret_new ("ghs_abc", 7);
  g_autoptr (Credential) credential =
      credential_new (CREDENTIAL_BEARER, "gh", token, NOW, NOW + 3600);
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  g_assert_true (github_app_issuer.revoke (&context, NULL, credential, &call, &error));
  g_assert_no_error (error);
  url = url_to_string (call.url);
  g_assert_cmpstr (call.method, ==, "DELETE");
  g_assert_cmpstr (url, ==, "https://ghes.example/api/v3/installation/token");
  g_assert_true (secret_equal (call.bearer, token));
}

static void
test_typed (void)
{
  static const char *const cases[][3] = {
    { "client-id", "Iv23liABC", "Iv23liABC" },
    { "client-id", "0123456789abcdef0123456789abcdef01234567", NULL },
    { "client-id", "4711", "4711" },
    { "owner", "@octo", "octo" },
    { "owner", "https://github.com/octo/app", "octo" },
    { "owner", "request", "request" },
    { "permissions", "contents:read", "contents:read" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *mended = github_app_issuer.mend (cases[i][0], cases[i][1], &error);

      g_assert_cmpstr (mended, ==, cases[i][2]);
      if (mended == NULL)
        {
          g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
          g_assert_null (strstr (error->message, cases[i][1]));
        }
    }
}

static void
test_other_keys (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) other = NULL;
  g_autoptr (Profile) profile = make_profile (NULL);
  g_autoptr (Request) request = make_request (NULL);
  g_auto (IssuerCall) call = { 0 };

  make ("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem");
  other = load_well ("ec.pem", NULL, NULL);
  IssuerContext context = { .profile = profile, .request = request, .key = other, .now = NOW };
  g_assert_false (installation ()->build (&context, &call, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_nonnull (strstr (error_hint (error), "Generate a private key"));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  make ("openssl genrsa -traditional -out key.pem 2048");
  key = load_well ("key.pem", NULL, NULL);
  g_test_add_func ("/github-app/the-assertion-is-as-documented", test_assertion);
  g_test_add_func ("/github-app/only-an-rsa-key-will-do", test_other_keys);
  g_test_add_func ("/github-app/an-installation-is-found-by-what-is-known",
                   test_installation_is_found_by_what_is_known);
  g_test_add_func ("/github-app/a-request-that-says-too-little-is-refused", test_unusable_requests);
  g_test_add_func ("/github-app/names-are-github-s", test_names);
  g_test_add_func ("/github-app/bad-settings-name-their-line", test_bad_settings);
  g_test_add_func ("/github-app/as-many-repositories-as-an-answer-holds", test_most_repositories);
  g_test_add_func ("/github-app/pages-and-api-are-told-apart", test_places);
  g_test_add_func ("/github-app/a-token-is-narrowed", test_token_call_is_narrowed);
  g_test_add_func ("/github-app/an-installation-s-id-has-digits-only",
                   test_installation_id_has_digits_only);
  g_test_add_func ("/github-app/installations-are-read", test_installation_answers);
  g_test_add_func ("/github-app/several-installations-are-listed", test_several_installations);
  g_test_add_func ("/github-app/an-answer-becomes-a-credential", test_read);
  g_test_add_func ("/github-app/an-end-is-a-date-by-the-issuer-s-clock", test_expiry);
  g_test_add_func ("/github-app/bad-answers-are-refused", test_bad_answers);
  g_test_add_func ("/github-app/longest-token-passes-and-one-more-does-not", test_longest_token);
  g_test_add_func ("/github-app/refusals-are-explained", test_refusals);
  g_test_add_func ("/github-app/refusals-without-a-message-doubt-the-place", test_strange_refusals);
  g_test_add_func ("/github-app/a-hostile-message-is-cleaned", test_hostile_message);
  g_test_add_func ("/github-app/rate-limits-hold-the-profile", test_rate_limits);
  g_test_add_func ("/github-app/an-outage-is-no-refusal", test_outage);
  g_test_add_func ("/github-app/refused-calls-are-explained", test_refused_calls);
  g_test_add_func ("/github-app/a-token-is-revoked-by-itself", test_revocation);
  g_test_add_func ("/github-app/what-was-typed-is-mended", test_typed);
  result = g_test_run ();
  key_unref (key);
  maker_end ();
  return result;
}
