/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What issuers tell of a token: whose it is, and how long it lives. */
#include "account.h"
#include "error.h"
#include "introspection.h"

#include <string.h>

#define NOW INT64_C (1800000000)

static ExchangeAnswer *
make_answer (const char *body, int64_t date)
{
  ExchangeAnswer *answer = g_new0 (ExchangeAnswer, 1);

  answer->status = 200;
  answer->body = secret_new (body, strlen (body));
  answer->date = date;
  return answer;
}

static void
test_kinds (void)
{
  static const struct {
    const char *login, *instance;
    AccountKind kind;
  } cases[] = {
    { "https://login.salesforce.com", NULL, ACCOUNT_PRODUCTION },
    { "https://test.salesforce.com", NULL, ACCOUNT_SANDBOX },
    { "https://acme.my.salesforce.com", NULL, ACCOUNT_PRODUCTION },
    { "https://acme--dev.sandbox.my.salesforce.com", NULL, ACCOUNT_SANDBOX },
    { "https://acme.scratch.my.salesforce.com", NULL, ACCOUNT_SANDBOX },
    { "https://partners.acme.example", "https://acme.my.salesforce.com", ACCOUNT_PRODUCTION },
    { "https://partners.acme.example", "https://acme--x.sandbox.my.salesforce.com",
      ACCOUNT_SANDBOX },
    { "https://login.salesforce.com", "https://acme--x.sandbox.my.salesforce.com",
      ACCOUNT_SANDBOX },
    { "https://127.0.0.1:8443", "https://127.0.0.1:8443", ACCOUNT_UNKNOWN },
    { "https://salesforce.com.acme.example", NULL, ACCOUNT_UNKNOWN },
    { "https://acme.my.salesforce.com.acme.example", NULL, ACCOUNT_UNKNOWN },
    { "https://test.salesforce.com.acme.example", NULL, ACCOUNT_UNKNOWN },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Setting setting = { "login-url", cases[i].login, "avouch.conf", 2 };
      g_autoptr (Profile) profile = profile_new ("acme", &setting, 1, NULL);
      g_autoptr (Secret) secret = secret_new ("x", 1);
      g_autoptr (Credential) credential =
          credential_new (CREDENTIAL_BEARER, "acme", secret, NOW, NOW + 900);

      credential_add_detail (credential, "instance_url", cases[i].instance);
      g_assert_cmpint (account_kind (profile, credential), ==, cases[i].kind);
    }
}

static void
test_two_forms (void)
{
  static const char *const bodies[] = {
    "{\"preferred_username\":\"robot@acme\",\"name\":\"Robot\",\"user_id\":\"005x\","
    "\"organization_id\":\"00Dx\",\"language\":\"de\",\"photos\":{\"a\":1}}",
    "{\"username\":\"robot@acme\",\"display_name\":\"Robot\",\"user_id\":\"005x\","
    "\"organization_id\":\"00Dx\",\"language\":\"de\",\"asserted_user\":true}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (ExchangeAnswer) answer = make_answer (bodies[i], 0);
      g_autoptr (GError) error = NULL;
      g_autoptr (Account) account = account_read (answer, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (account->username, ==, "robot@acme");
      g_assert_cmpstr (account->name, ==, "Robot");
      g_assert_cmpstr (account->user_id, ==, "005x");
      g_assert_cmpstr (account->organization_id, ==, "00Dx");
      g_assert_cmpstr (account->language, ==, "de");
    }
}

static void
test_end (void)
{
  static const struct {
    int64_t end, date, left;
  } cases[] = {
    { NOW + 7200, 0, 7200 },
    { NOW + 7200, NOW, 7200 },
    { NOW + 7200, NOW + 100, 7100 },
    { NOW + 7200, NOW - 100, 7300 },
    { NOW - 1, NOW, 0 },
    { 0, NOW, 0 },
    { INT64_C (253402300799), NOW, INT64_C (253402300799) - NOW },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"active\":true,\"exp\":%lld}", (long long) cases[i].end);
      g_autoptr (ExchangeAnswer) answer = make_answer (body, cases[i].date);
      g_autoptr (GError) error = NULL;
      g_autoptr (Introspection) told = introspection_read (answer, NOW, &error);

      g_assert_no_error (error);
      g_assert_true (told->active && told->ends);
      g_assert_cmpint (told->left, ==, cases[i].left);
      g_assert_cmpint (told->expires_at, ==, NOW + cases[i].left);
    }
}

static void
test_inactive (void)
{
  g_autoptr (ExchangeAnswer) answer = make_answer ("{\"active\":false}", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (Introspection) told = introspection_read (answer, NOW, &error);

  g_assert_no_error (error);
  g_assert_false (told->active);
  g_assert_false (told->ends);
  g_assert_null (told->username);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account/production-and-sandbox-by-the-host", test_kinds);
  g_test_add_func ("/account/userinfo-and-identity-tell-the-same", test_two_forms);
  g_test_add_func ("/introspection/the-end-is-by-the-issuers-clock", test_end);
  g_test_add_func ("/introspection/an-inactive-token-has-no-end", test_inactive);
  return g_test_run ();
}
