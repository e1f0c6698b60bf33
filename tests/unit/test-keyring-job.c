/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "keyring-job.h"

#include <string.h>

static const char *const attributes[] = { "server", "git.example", "user", "", NULL };
static const char *const lacks[] = { "port", NULL };

static void
test_job_travels (void)
{
  g_autoptr (Secret) secret = secret_new ("a\0b\nc", 5);
  const KeyringJob job = {
    .operation = KEYRING_STORE,
    .item = { "schema", true, attributes, lacks, "label" },
    .secret = secret,
    .options = { true, 7, "Work", "another way" },
  };
  g_autoptr (Record) record = keyring_job_to_record (&job);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) bytes = record_encode (record, &error);
  g_autoptr (Record) again = record_decode (bytes, &error);
  g_auto (KeyringJob) read = { 0 };

  g_assert_no_error (error);
  g_assert_true (keyring_job_from_record (again, &read, &error));
  g_assert_no_error (error);
  g_assert_cmpint (read.operation, ==, KEYRING_STORE);
  g_assert_cmpstr (read.item.schema, ==, "schema");
  g_assert_true (read.item.loose);
  g_assert_true (g_strv_equal (read.item.attributes, attributes));
  g_assert_true (g_strv_equal (read.item.lacks, lacks));
  g_assert_cmpstr (read.item.label, ==, "label");
  g_assert_true (secret_equal (read.secret, secret));
  g_assert_true (read.options.interactive);
  g_assert_cmpint (read.options.timeout, ==, 7);
  g_assert_cmpstr (read.options.collection, ==, "Work");
  g_assert_cmpstr (read.options.instead, ==, "another way");
}

static void
assert_not_whole (const KeyringJob *job)
{
  g_autoptr (Record) record = keyring_job_to_record (job);
  g_autoptr (GError) error = NULL;
  KeyringJob read;

  g_assert_false (keyring_job_from_record (record, &read, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
}

static void
test_job_not_whole (void)
{
  static const char *const none[] = { NULL };
  const char *many[2 * KEYRING_MAX_ATTRIBUTES + 3] = { NULL };

  for (size_t i = 0; i < G_N_ELEMENTS (many) - 1; i++)
    many[i] = "x";
  assert_not_whole (&(KeyringJob){ .operation = KEYRING_STORE, .item.attributes = attributes });
  assert_not_whole (&(KeyringJob){ .operation = KEYRING_ERASE, .item.attributes = none });
  assert_not_whole (&(KeyringJob){ .operation = KEYRING_ERASE });
  assert_not_whole (&(KeyringJob){ .operation = KEYRING_SEARCH, .item.attributes = many });
  assert_not_whole (&(KeyringJob){
      .operation = KEYRING_SEARCH, .item.attributes = attributes, .options.timeout = 601 });
  assert_not_whole (&(KeyringJob){
      .operation = KEYRING_SEARCH, .item.attributes = attributes, .options.timeout = -1 });
}

static KeyringMatch *
make_match (const char *label, const char *value)
{
  KeyringMatch *match = g_new0 (KeyringMatch, 1);

  match->label = g_strdup (label);
  match->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (match->attributes, g_strdup ("user"), g_strdup (value));
  return match;
}

/* Anybody may file items under any attributes, and call them what they like. */
static void
test_odd_items (void)
{
  g_autoptr (GPtrArray) matches =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyring_match_free);
  g_autoptr (GError) error = NULL;
  const char *key;

  g_ptr_array_add (matches, make_match ("two\nlines", "good"));
  g_ptr_array_add (matches, make_match (NULL, "bad\nvalue"));
  g_autoptr (Record) record = keyring_answer_to_record (matches, NULL);
  g_autoptr (Secret) bytes = record_encode (record, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (secret_bytes (bytes, NULL), "\nvalue=good\n"));
  g_assert_null (strstr (secret_bytes (bytes, NULL), "bad"));
  g_assert_cmpstr (record_field (record, 0, &key), ==, "two lines");
}

static void
test_huge_items (void)
{
  g_autoptr (GPtrArray) matches =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyring_match_free);
  g_autofree char *huge = g_strnfill (1024 * 1024, 'x');
  g_autofree char *big = g_strnfill (KEYRING_MAX_SECRET, 'x');
  g_autoptr (Secret) secret = secret_new (big, KEYRING_MAX_SECRET);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (matches, make_match ("huge", huge));
  g_ptr_array_add (matches, make_match ("good", "good"));
  for (int i = 0; i < 10; i++)
    {
      KeyringMatch *match = make_match ("big", "big");

      match->secret = secret_ref (secret);
      g_ptr_array_add (matches, match);
    }
  g_autoptr (Record) record = keyring_answer_to_record (matches, NULL);
  g_autoptr (Secret) bytes = record_encode (record, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (secret_bytes (bytes, NULL), "\nvalue=good\n"));
  g_assert_nonnull (strstr (secret_bytes (bytes, NULL), "\nvalue=big\n"));
  g_assert_cmpstr (record_get (record, "label"), ==, "good");
  g_assert_nonnull (record_get (record, "passed-over"));
}

static void
test_missing_program (void)
{
  g_autoptr (Environment) environment = environment_read ();
  const KeyringJob job = { .operation = KEYRING_SEARCH, .item.attributes = attributes };
  g_autoptr (GError) error = NULL;

  g_assert_null (keyring_ask (&job, environment, NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_cmpstr (error->message, ==,
                   "cannot start /nonexistent/avouch-keyring: No such file or directory\n"
                   "reinstall avouch");
}

/* Programs in avouch-keyring's place that answer otherwise. */
static void
test_odd_programs (void)
{
  static const struct {
    const char *path;
    const char *mention;
  } programs[] = { { "/bin/false", "without an answer" }, { "/bin/cat", "no whole order" } };

  for (size_t i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (Environment) environment = environment_read ();
      const KeyringJob job = { .operation = KEYRING_SEARCH, .item.attributes = attributes };
      g_autoptr (GError) error = NULL;

      g_free (environment->keyring_path);
      environment->keyring_path = g_strdup (programs[i].path);
      g_assert_null (keyring_ask (&job, environment, NULL, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyring-job/travels-whole", test_job_travels);
  g_test_add_func ("/keyring-job/what-is-not-whole-is-refused", test_job_not_whole);
  g_test_add_func ("/keyring-job/odd-items-break-no-answer", test_odd_items);
  g_test_add_func ("/keyring-job/huge-items-hide-no-other", test_huge_items);
  g_test_add_func ("/keyring-job/a-missing-program-is-named", test_missing_program);
  g_test_add_func ("/keyring-job/a-program-that-answers-otherwise-is-an-error", test_odd_programs);
  return g_test_run ();
}
