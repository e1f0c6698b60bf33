/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The issuer that data/doc/adding-an-issuer.md shows, compiled from that page. */
#include "error.h"
#include "issuer.h"
#include "key-maker.h"

#include <string.h>

#define NOW INT64_C (1800000000)

extern const Issuer acme_issuer;

static Key *key;

static Profile *
make_profile (const char *login_url)
{
  const Setting settings[] = {
    { "issuer", "acme", "avouch.conf", 2 },
    { "login-url", login_url, "avouch.conf", 3 },
    { "username", "robot", "avouch.conf", 4 },
  };
  g_autoptr (GError) error = NULL;
  Profile *profile = profile_new ("it", settings, G_N_ELEMENTS (settings), &error);

  g_assert_no_error (error);
  return profile;
}

static ExchangeAnswer *
make_answer (unsigned status, const char *body)
{
  ExchangeAnswer *answer = g_new0 (ExchangeAnswer, 1);

  answer->status = status;
  answer->body = secret_new (body, strlen (body));
  return answer;
}

static void
test_build (void)
{
  g_autoptr (Profile) profile = make_profile ("https://acme.example/v1/session");
  const IssuerContext context = { .profile = profile, .key = key, .now = NOW };
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  g_assert_true (acme_issuer.build (&context, &call, &error));
  g_assert_no_error (error);
  url = url_to_string (call.url);
  g_assert_cmpstr (url, ==, "https://acme.example/v1/session");
  g_assert_true (g_str_has_prefix (secret_bytes (call.bearer, NULL), "eyJ"));
  g_assert_true (issuer_call_exchange (&call).bearer == call.bearer);
}

static void
test_bad_url (void)
{
  g_autoptr (Profile) profile = make_profile ("http://acme.example");
  const IssuerContext context = { .profile = profile, .key = key, .now = NOW };
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (acme_issuer.build (&context, &call, &error));
  g_assert_nonnull (error);
}

static void
test_read (void)
{
  g_autoptr (Profile) profile = make_profile ("https://acme.example/v1/session");
  const IssuerContext context = { .profile = profile, .now = NOW };
  g_autoptr (ExchangeAnswer) answer = make_answer (200, "{\"session\":\"s3\",\"seconds\":3600}");
  g_autoptr (GError) error = NULL;
  g_autoptr (Credential) credential = acme_issuer.read (&context, answer, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (secret_bytes (credential->secret, NULL), ==, "s3");
  g_assert_cmpint (credential->expires_at, ==, NOW + 3600);
}

static void
test_hostile (void)
{
  static const char *const bodies[] = { "",
                                        "[]",
                                        "{\"seconds\":3600}",
                                        "{\"session\":5}",
                                        "{\"session\":\"a\\nb\"}",
                                        "{\"session\":\"x\",\"seconds\":\"1\"}" };
  g_autoptr (Profile) profile = make_profile ("https://acme.example/v1/session");
  const IssuerContext context = { .profile = profile, .now = NOW };

  for (size_t i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (ExchangeAnswer) answer = make_answer (200, bodies[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (acme_issuer.read (&context, answer, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_explain (void)
{
  g_autoptr (Profile) profile = make_profile ("https://acme.example/v1/session");
  const IssuerContext context = { .profile = profile, .now = NOW };
  g_autoptr (ExchangeAnswer) refused = make_answer (401, "{\"problem\":\"asleep\"}");
  g_autoptr (ExchangeAnswer) failed = make_answer (503, "");
  IssuerRefusal refusal;
  g_autoptr (GError) no = issuer_explain (acme_issuer.explain, &context, refused, &refusal);

  g_assert_error (no, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  g_assert_true (refusal.clock);
  g_assert_cmpstr (no->message, ==, "robot is not let in (HTTP 401)");
  g_autoptr (GError) down = issuer_explain (acme_issuer.explain, &context, failed, &refusal);
  g_assert_error (down, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK);
}

static void
test_defaults (void)
{
  g_autoptr (ExchangeAnswer) over = make_answer (401, "");
  g_autoptr (ExchangeAnswer) denied = make_answer (403, "");
  g_autoptr (GError) error = issuer_explain_call (&acme_issuer, denied);

  g_assert_true (issuer_is_session_over (&acme_issuer, over));
  g_assert_false (issuer_is_session_over (&acme_issuer, denied));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  make ("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
  key = load_well ("key.pem", NULL, NULL);
  g_test_add_func ("/adding-an-issuer/the-call-bears-a-jwt", test_build);
  g_test_add_func ("/adding-an-issuer/a-url-that-is-none-is-an-error", test_bad_url);
  g_test_add_func ("/adding-an-issuer/the-answer-becomes-a-credential", test_read);
  g_test_add_func ("/adding-an-issuer/a-hostile-answer-is-none", test_hostile);
  g_test_add_func ("/adding-an-issuer/a-refusal-is-explained", test_explain);
  g_test_add_func ("/adding-an-issuer/what-is-left-out-has-a-default", test_defaults);
  status = g_test_run ();
  key_unref (key);
  maker_end ();
  return status;
}
