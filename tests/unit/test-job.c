/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "job.h"

#include <string.h>

#define TOKEN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const Setting settings[] = {
  { "client-id", "a=b", "/etc/avouch/avouch.conf", 3 },
  { "serve", "https://acme.example", "/etc/avouch/avouch.conf", 4 },
};

static Job *
make (void)
{
  g_autoptr (GError) error = NULL;
  Job *job = g_new0 (Job, 1);

  job->token = g_strdup (TOKEN);
  job->profile = profile_new ("acme", settings, G_N_ELEMENTS (settings), &error);
  g_assert_no_error (error);
  job->request = request_new ();
  job->request->url = url_parse ("https://acme.example/path?x=1", &error);
  g_assert_no_error (error);
  job->request->scope = g_strdup ("a b");
  job->passphrase = secret_new ("hunter2", 7);
  job->subject = secret_new ("eyJ", 3);
  job->renews = true;
  job->verbose = 2;
  return job;
}

static Job *
pass_on (const Job *job)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Record) record = job_to_record (job);
  g_autoptr (Secret) bytes = record_encode (record, &error);
  g_assert_no_error (error);
  g_autoptr (Record) decoded = record_decode (bytes, &error);
  g_assert_no_error (error);
  Job *back = job_from_record (decoded, &error);
  g_assert_no_error (error);
  return back;
}

static void
test_round_trip (void)
{
  g_autoptr (Job) job = make ();
  g_autoptr (Job) back = pass_on (job);
  g_autofree char *url = url_to_string (back->request->url);
  const Setting *setting = profile_setting (back->profile, "client-id");

  g_assert_cmpstr (back->token, ==, TOKEN);
  g_assert_cmpstr (profile_name (back->profile), ==, "acme");
  g_assert_cmpstr (setting->value, ==, "a=b");
  g_assert_cmpstr (setting->file, ==, "/etc/avouch/avouch.conf");
  g_assert_cmpuint (setting->line, ==, 3);
  g_assert_cmpuint (profile_serve (back->profile)->len, ==, 1);
  g_assert_cmpstr (url, ==, "https://acme.example/path?x=1");
  g_assert_cmpstr (secret_bytes (back->subject, NULL), ==, "eyJ");
  g_assert_true (back->renews);
  g_assert_cmpstr (back->request->scope, ==, "a b");
  g_assert_null (back->request->audience);
  g_assert_cmpstr (secret_bytes (back->passphrase, NULL), ==, "hunter2");
  g_assert_null (back->key_passphrase);
  g_assert_cmpint (back->verbose, ==, 2);
}

static void
test_digest_survives (void)
{
  g_autoptr (Job) job = make ();
  g_autoptr (Job) back = pass_on (job);
  g_autoptr (GChecksum) before = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GChecksum) after = g_checksum_new (G_CHECKSUM_SHA256);

  profile_digest (job->profile, before);
  profile_digest (back->profile, after);
  g_assert_cmpstr (g_checksum_get_string (before), ==, g_checksum_get_string (after));
}

static void
assert_no_job (const char *kind, const char *profile, const char *token, const char *url)
{
  g_autoptr (Record) record = record_new (kind);
  g_autoptr (GError) error = NULL;

  record_add (record, "profile", profile);
  record_add (record, "token", token);
  record_add (record, "request-url", url);
  g_assert_null (job_from_record (record, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
}

static void
test_not_a_job (void)
{
  assert_no_job ("error", "acme", TOKEN, NULL);
  assert_no_job ("job", NULL, TOKEN, NULL);
  assert_no_job ("job", "acme", NULL, NULL);
  assert_no_job ("job", "acme", "../../etc/passwd", NULL);
  assert_no_job ("job", "acme", TOKEN, "ftp://acme.example");
}

static void
test_answer_is_a_credential (void)
{
  g_autoptr (Secret) secret = secret_new ("token", 5);
  g_autoptr (Credential) credential = credential_new (CREDENTIAL_BEARER, "acme", secret, 1, 1000);
  g_autoptr (Record) record = credential_to_record (credential);
  g_autoptr (GError) error = NULL;
  int64_t hold = -1;
  g_autoptr (Credential) back = job_read_answer (record, &hold, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (secret_bytes (back->secret, NULL), ==, "token");
  g_assert_cmpint (hold, ==, -1);
}

static void
test_answer_is_an_error (void)
{
  static const AvouchError codes[] = {
    AVOUCH_ERROR_INTERNAL, AVOUCH_ERROR_PROTOCOL,   AVOUCH_ERROR_UNSERVED,
    AVOUCH_ERROR_USAGE,    AVOUCH_ERROR_CONFIG,     AVOUCH_ERROR_KEY,
    AVOUCH_ERROR_NETWORK,  AVOUCH_ERROR_PASSPHRASE, AVOUCH_ERROR_REFUSED,
  };

  for (size_t i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) told = g_error_new (AVOUCH_ERROR, (int) codes[i], "why");
      g_autoptr (GError) error = NULL;
      int64_t hold;

      error_add_hint (told, "what to do");
      g_autoptr (Record) record = job_error_record (told, 17);
      g_assert_null (job_read_answer (record, &hold, &error));
      g_assert_error (error, AVOUCH_ERROR, (int) codes[i]);
      g_assert_cmpstr (error->message, ==, "why\nwhat to do");
      g_assert_cmpint (hold, ==, 17);
    }
}

static void
test_foreign_error (void)
{
  g_autoptr (GError) told = g_error_new (G_FILE_ERROR, 1, "why");
  g_autoptr (Record) record = job_error_record (told, 0);
  g_autoptr (GError) error = NULL;

  g_assert_null (job_read_answer (record, NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
}

static void
test_strange_answer (void)
{
  g_autoptr (Record) record = record_new ("sample");
  g_autoptr (Record) bare = record_new ("error");
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) bare_error = NULL;

  g_assert_null (job_read_answer (record, NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_null (job_read_answer (bare, NULL, &bare_error));
  g_assert_error (bare_error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/job/comes-over-as-it-was", test_round_trip);
  g_test_add_func ("/job/profile-has-the-same-digest-on-both-sides", test_digest_survives);
  g_test_add_func ("/job/what-is-no-job-is-an-error", test_not_a_job);
  g_test_add_func ("/job/answer-is-a-credential", test_answer_is_a_credential);
  g_test_add_func ("/job/answer-is-an-error-with-hint-and-hold", test_answer_is_an_error);
  g_test_add_func ("/job/foreign-error-is-internal", test_foreign_error);
  g_test_add_func ("/job/strange-answer-is-an-error", test_strange_answer);
  return g_test_run ();
}
