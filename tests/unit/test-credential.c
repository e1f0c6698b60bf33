/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "credential.h"
#include "error.h"

#include <string.h>

static Credential *
make (const char *token, int64_t issued_at, int64_t expires_at)
{
  g_autoptr (Secret) secret = secret_new (token, strlen (token));

  return credential_new (CREDENTIAL_BEARER, "acme", secret, issued_at, expires_at);
}

static void
test_usable (void)
{
  g_autoptr (Credential) credential = make ("t", 1000, 2000);

  g_assert_cmpint (credential_published_expiry (credential), ==, 1970);
  g_assert_true (credential_is_usable (credential, 1000));
  g_assert_true (credential_is_usable (credential, 1969));
  g_assert_false (credential_is_usable (credential, 1970));
}

static void
test_clock_set_back (void)
{
  g_autoptr (Credential) credential = make ("t", 1000, 2000);

  g_assert_true (credential_is_usable (credential, 970));
  g_assert_false (credential_is_usable (credential, 969));
}

static void
test_due (void)
{
  g_autoptr (Credential) hour = make ("t", 0, 3600);
  g_autoptr (Credential) minutes = make ("t", 0, 200);
  g_autoptr (Credential) moment = make ("t", 100, 140);

  g_assert_false (credential_is_due (hour, 2879));
  g_assert_true (credential_is_due (hour, 2880));
  g_assert_cmpint (minutes->refresh_at, ==, 140);
  g_assert_cmpint (moment->refresh_at, ==, 100);
}

static void
assert_same (const Credential *a, const Credential *b)
{
  g_assert_cmpint (a->kind, ==, b->kind);
  g_assert_cmpstr (a->profile, ==, b->profile);
  g_assert_cmpstr (a->username, ==, b->username);
  g_assert_true (secret_equal (a->secret, b->secret));
  g_assert_cmpint (a->issued_at, ==, b->issued_at);
  g_assert_cmpint (a->expires_at, ==, b->expires_at);
  g_assert_cmpint (a->refresh_at, ==, b->refresh_at);
}

static void
test_round_trip (void)
{
  g_autoptr (Credential) credential = make ("token", 1000, 2000);
  g_autoptr (GError) error = NULL;

  credential->kind = CREDENTIAL_SUBJECT_JWT;
  credential->username = g_strdup ("robot");
  credential->refresh_at = 1234;
  credential->settled_at = 1005;
  credential_add_detail (credential, "instance_url", "https://acme.example");
  credential_add_detail (credential, "absent", NULL);
  credential_add_detail (credential, "scope", "a b");
  credential->session = secret_new ("session", strlen ("session"));
  g_autoptr (Record) record = credential_to_record (credential);
  g_autoptr (Credential) back = credential_from_record (record, &error);
  g_assert_no_error (error);
  assert_same (back, credential);
  g_assert_cmpstr (credential_detail (back, "instance_url"), ==, "https://acme.example");
  g_assert_cmpstr (credential_detail (back, "scope"), ==, "a b");
  g_assert_null (credential_detail (back, "absent"));
  g_assert_true (secret_equal (back->session, credential->session));
  g_assert_cmpint (back->settled_at, ==, 1005);
}

/* A refusal means nothing yet while not each server knows the token. */
static void
test_settling (void)
{
  g_autoptr (Credential) credential = make ("token", 1000, 2000);

  g_assert_false (credential_is_settling (credential, 1000));
  credential->settled_at = 1005;
  g_assert_true (credential_is_settling (credential, 1000));
  g_assert_true (credential_is_settling (credential, 1004));
  g_assert_false (credential_is_settling (credential, 1005));
  g_assert_false (credential_is_settling (credential, 999));
}

static void
test_incomplete_record (void)
{
  static const char *const keys[] = { "kind",      "profile",    "secret",
                                      "issued-at", "expires-at", "refresh-at" };

  for (size_t missing = 0; missing < G_N_ELEMENTS (keys); missing++)
    {
      g_autoptr (Record) record = record_new ("credential");
      g_autoptr (GError) error = NULL;

      for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
        if (i != missing)
          record_add (record, keys[i], i == 0 ? "bearer" : "1");
      g_assert_null (credential_from_record (record, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_unknown_kind (void)
{
  g_autoptr (Credential) credential = make ("token", 1000, 2000);
  g_autoptr (Record) good = credential_to_record (credential);
  g_autoptr (Record) bad = record_new ("credential");
  g_autoptr (GError) error = NULL;

  record_add (bad, "kind", "crown");
  for (size_t i = 0; i < record_count (good); i++)
    {
      const char *key;
      const char *value = record_field (good, i, &key);

      record_add (bad, key, value);
    }
  g_assert_null (credential_from_record (bad, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
}

static void
assert_time (int64_t time, bool good)
{
  g_autoptr (Credential) credential = make ("token", 0, 0);
  g_autoptr (GError) error = NULL;

  credential->expires_at = time;
  g_autoptr (Record) record = credential_to_record (credential);
  g_autoptr (Credential) again = credential_from_record (record, &error);
  g_assert_cmpint (again != NULL, ==, good);
  g_assert_cmpint (error == NULL, ==, good);
}

/* No tool could be told of such a time, and no sum be done with it. */
static void
test_impossible_time (void)
{
  const int64_t end_of_9999 = INT64_C (253402300799);

  assert_time (0, true);
  assert_time (end_of_9999, true);
  assert_time (-1, false);
  assert_time (end_of_9999 + 1, false);
  assert_time (INT64_MIN, false);
  assert_time (INT64_MAX, false);
}

static void
assert_unfit (const Credential *credential)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (credential_check (credential, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
test_unfit_for_a_line (void)
{
  g_autoptr (Credential) token = make ("hunter2\nhost=evil", 0, 1000);
  g_autoptr (Credential) empty = make ("", 0, 1000);
  g_autoptr (Credential) user = make ("token", 0, 1000);
  g_autoptr (Credential) detail = make ("token", 0, 1000);

  user->username = g_strdup ("hunter2\r");
  credential_add_detail (detail, "scope", "hunter2\x1b[2J");
  assert_unfit (token);
  assert_unfit (empty);
  assert_unfit (user);
  assert_unfit (detail);
}

static void
test_longest (void)
{
  g_autofree char *longest = g_strnfill (CREDENTIAL_MAX_VALUE, 'x');
  g_autofree char *longer = g_strnfill (CREDENTIAL_MAX_VALUE + 1, 'x');
  g_autoptr (Credential) fits = make (longest, 0, 1000);
  g_autoptr (Credential) exceeds = make (longer, 0, 1000);
  g_autoptr (GError) error = NULL;

  g_assert_true (credential_check (fits, &error));
  g_assert_no_error (error);
  assert_unfit (exceeds);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/credential/usable-until-it-would-expire-in-the-tools-hands", test_usable);
  g_test_add_func ("/credential/from-the-future-is-not-usable", test_clock_set_back);
  g_test_add_func ("/credential/due-in-the-last-fifth-and-at-least-a-minute-before", test_due);
  g_test_add_func ("/credential/comes-back-as-it-was", test_round_trip);
  g_test_add_func ("/credential/settling-for-as-long-as-the-issuer-says", test_settling);
  g_test_add_func ("/credential/incomplete-record-is-an-error", test_incomplete_record);
  g_test_add_func ("/credential/unknown-kind-is-an-error", test_unknown_kind);
  g_test_add_func ("/credential/impossible-time-is-an-error", test_impossible_time);
  g_test_add_func ("/credential/what-would-break-a-line-is-an-error", test_unfit_for_a_line);
  g_test_add_func ("/credential/longest-token-passes-and-one-more-does-not", test_longest);
  return g_test_run ();
}
