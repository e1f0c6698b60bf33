/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `subject-token`. That of another profile is in test-obtain.c. */
#include "error.h"
#include "scratch.h"
#include "subject-token.h"
#include "subject.h"

#include <fcntl.h>
#include <string.h>

#define TOKEN "eyJhbGciOiJub25lIn0.e30."

static Profile *
make (const char *value)
{
  const Setting setting = { SUBJECT_SETTING, value, "/etc/avouch/avouch.conf", 7 };
  g_autoptr (GError) error = NULL;
  Profile *profile = profile_new ("ci", &setting, value != NULL ? 1 : 0, &error);

  g_assert_no_error (error);
  return profile;
}

static void
assert_parses (const char *value, SubjectKind expected, const char *expected_argument)
{
  g_autoptr (Profile) profile = make (value);
  g_autoptr (GError) error = NULL;
  SubjectKind kind;
  const char *argument;

  g_assert_true (subject_parse (profile, &kind, &argument, &error));
  g_assert_no_error (error);
  g_assert_cmpint (kind, ==, expected);
  g_assert_cmpstr (argument, ==, expected_argument);
}

static void
test_forms (void)
{
  assert_parses (NULL, SUBJECT_NONE, NULL);
  assert_parses ("file:/run/token", SUBJECT_FILE, "/run/token");
  assert_parses ("file:~/token", SUBJECT_FILE, "~/token");
  assert_parses ("env:CI_TOKEN", SUBJECT_ENV, "CI_TOKEN");
  assert_parses ("profile:acme", SUBJECT_PROFILE, "acme");
}

static void
test_pasted_token (void)
{
  static const char *const values[] = { TOKEN, "file:", "env:", "profile:", "file:token", "" };

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (Profile) profile = make (values[i]);
      g_autoptr (GError) error = NULL;
      SubjectKind kind;
      const char *argument;

      g_assert_false (subject_parse (profile, &kind, &argument, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, "/etc/avouch/avouch.conf:7: subject-token"));
      g_assert_null (strstr (error->message, TOKEN));
    }
}

static void
assert_takes (const char *bytes, const char *token, const char *why)
{
  g_autoptr (Secret) given = secret_new (bytes, strlen (bytes));
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) taken = subject_take (given, "here", &error);

  if (why == NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpstr (secret_bytes (taken, NULL), ==, token);
      return;
    }
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_assert_null (taken);
  g_assert_nonnull (strstr (error->message, why));
}

static void
test_take (void)
{
  g_autofree char *longest = g_strnfill (SUBJECT_MAX_LENGTH, 'a');
  g_autofree char *longer = g_strnfill (SUBJECT_MAX_LENGTH + 1, 'a');

  assert_takes (TOKEN, TOKEN, NULL);
  assert_takes (TOKEN "\n", TOKEN, NULL);
  assert_takes (TOKEN "\r\n", TOKEN, NULL);
  assert_takes (longest, longest, NULL);
  assert_takes (longer, NULL, "too long");
  assert_takes ("", NULL, "empty");
  assert_takes ("\n", NULL, "empty");
  assert_takes (TOKEN "\n\n", NULL, "control character");
  assert_takes ("a\tb", NULL, "control character");
}

static void
test_variable (void)
{
  char *inherited[] = { (char *) "CI_TOKEN=" TOKEN, NULL };
  const Environment environment = { .inherited = inherited };
  const ObtainOptions options = { .environment = &environment };
  g_autoptr (Profile) good = make ("env:CI_TOKEN");
  g_autoptr (Profile) bad = make ("env:OTHER");
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) token = NULL;
  char *basis = NULL;

  g_assert_true (subject_find (good, &options, &token, &basis, &error));
  g_assert_cmpstr (secret_bytes (token, NULL), ==, TOKEN);
  g_assert_true (g_str_has_suffix (basis, " env:CI_TOKEN"));
  g_assert_null (strstr (basis, TOKEN));
  g_clear_pointer (&token, secret_unref);
  g_clear_pointer (&basis, g_free);
  g_assert_false (subject_find (bad, &options, &token, &basis, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_assert_cmpstr (error->message, ==, "no token from env:OTHER: the variable is not set");
}

/* A name below HOME, and the two results: what was read, or why not. */
static void
assert_reads (const char *folder, const char *name, const char *token, const char *why)
{
  g_autofree char *value = g_strconcat ("file:~/", name, NULL);
  g_autoptr (Profile) profile = make (value);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) read = NULL;

  g_assert_cmpint (subject_token_read (profile, folder, &read, &error), ==, why == NULL);
  if (why == NULL)
    {
      g_assert_cmpstr (secret_bytes (read, NULL), ==, token);
      return;
    }
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_file (void)
{
  char *folder = scratch_new ();
  g_autofree char *path = g_build_filename (folder, "token", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  g_autofree char *big = g_build_filename (folder, "big", NULL);
  g_autofree char *longer = g_strnfill (SUBJECT_MAX_LENGTH + 3, 'a');

  g_assert_true (
      g_file_set_contents_full (path, TOKEN "\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_true (g_file_set_contents (big, longer, -1, NULL));
  g_assert_cmpint (symlink ("token", link), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_reads (folder, "token", TOKEN, NULL);
  assert_reads (folder, "link", TOKEN, NULL);
  assert_reads (folder, "pipe", NULL, "not a regular file");
  assert_reads (folder, "big", NULL, "longer");
  assert_reads (folder, "absent", NULL, "No such file");
  scratch_free (folder);
}

static void
test_file_without_home (void)
{
  g_autoptr (Profile) profile = make ("file:~/token");
  g_autoptr (GError) error = NULL;
  Secret *token = NULL;

  g_assert_false (subject_token_read (profile, NULL, &token, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/subject/forms", test_forms);
  g_test_add_func ("/subject/a-pasted-token-is-refused-and-not-repeated", test_pasted_token);
  g_test_add_func ("/subject/one-line-within-the-limit", test_take);
  g_test_add_func ("/subject/variable", test_variable);
  g_test_add_func ("/subject/file-that-a-platform-put-there", test_file);
  g_test_add_func ("/subject/home-that-is-not-known", test_file_without_home);
  return g_test_run ();
}
