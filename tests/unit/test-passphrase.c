/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "passphrase.h"

#include <string.h>
#include <unistd.h>

static Profile *
make (const char *value)
{
  const Setting setting = { "passphrase", value, "/etc/avouch/avouch.conf", 7 };
  g_autoptr (GError) error = NULL;
  Profile *profile = profile_new ("acme", &setting, value != NULL ? 1 : 0, &error);

  g_assert_no_error (error);
  return profile;
}

static void
assert_parses (const char *value, PassphraseKind expected, const char *expected_argument)
{
  g_autoptr (Profile) profile = make (value);
  g_autoptr (GError) error = NULL;
  PassphraseKind kind;
  const char *argument;

  g_assert_true (passphrase_parse (profile, "passphrase", &kind, &argument, &error));
  g_assert_no_error (error);
  g_assert_cmpint (kind, ==, expected);
  g_assert_cmpstr (argument, ==, expected_argument);
}

static void
test_forms (void)
{
  assert_parses (NULL, PASSPHRASE_NONE, NULL);
  assert_parses ("keyring", PASSPHRASE_KEYRING, NULL);
  assert_parses ("prompt", PASSPHRASE_PROMPT, NULL);
  assert_parses ("file:~/secret", PASSPHRASE_FILE, "~/secret");
  assert_parses ("file:${CREDENTIALS_DIRECTORY}/pass", PASSPHRASE_FILE,
                 "${CREDENTIALS_DIRECTORY}/pass");
  assert_parses ("env:KEY_PASS", PASSPHRASE_ENV, "KEY_PASS");
  assert_parses ("fd:7", PASSPHRASE_FD, "7");
}

static void
test_keyring_first (void)
{
  static const struct {
    const char *value;
    bool asks;
  } cases[] = {
    { NULL, false },     { "prompt", false },        { "file:/keyring x", false },
    { "keyring", true }, { "keyring prompt", true }, { "keyring\t file:/a b", true },
  };

  assert_parses ("keyring prompt", PASSPHRASE_PROMPT, NULL);
  assert_parses ("keyring \t file:/a b", PASSPHRASE_FILE, "/a b");
  assert_parses ("keyring env:PASS", PASSPHRASE_ENV, "PASS");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make (cases[i].value);

      g_assert_cmpint (passphrase_asks_keyring (profile, "passphrase"), ==, cases[i].asks);
    }
}

static void
test_pasted_passphrase (void)
{
  static const char *const values[] = {
    "hunter2",    "keyring-hunter2", "prompthunter2",   "env:",          "file:",
    "fd:",        "keyring hunter2", "keyring keyring", "keyring file:", "keyring prompt hunter2",
    "fd:hunter2", "fd:-1",           "pass:hunter2",    "ENV:hunter2",   ""
  };

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (Profile) profile = make (values[i]);
      g_autoptr (GError) error = NULL;
      PassphraseKind kind;
      const char *argument;

      g_assert_false (passphrase_parse (profile, "passphrase", &kind, &argument, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, "/etc/avouch/avouch.conf:7"));
      g_assert_null (strstr (error->message, "hunter2"));
      g_assert_nonnull (strstr (error_hint (error), "env:NAME"));
    }
}

static void
assert_refuses_path (const char *value)
{
  g_autoptr (Profile) profile = make (value);
  g_autoptr (GError) error = NULL;
  PassphraseKind kind;
  const char *argument;

  g_assert_false (passphrase_parse (profile, "passphrase", &kind, &argument, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==,
                   "/etc/avouch/avouch.conf:7: passphrase: the path after \"file:\" must begin "
                   "with /, ~/ or ${CREDENTIALS_DIRECTORY}/");
}

static void
test_relative_path (void)
{
  static const char *const values[] = { "file:hunter2", "file:$HOME/hunter2",
                                        "file:${CREDENTIALS_DIRECTORY}hunter2" };

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    assert_refuses_path (values[i]);
}

/* NULL expected: an error of kind passphrase that names the place. */
static void
assert_resolves (const char *value, char **inherited, const char *expected)
{
  g_autoptr (Profile) profile = make (value);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) secret = NULL;
  bool resolved = passphrase_resolve (profile, "passphrase", inherited, &secret, &error);

  if (expected != NULL)
    {
      g_assert_no_error (error);
      g_assert_true (resolved);
      g_assert_cmpstr (secret_bytes (secret, NULL), ==, expected);
      return;
    }
  g_assert_false (resolved);
  g_assert_null (secret);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_assert_nonnull (strstr (error->message, value));
}

static void
test_variable (void)
{
  char set[] = "PASS=hunter2", empty[] = "EMPTY=", lines[] = "LINES=a\nb";
  char *inherited[] = { set, empty, lines, NULL };

  assert_resolves ("env:PASS", inherited, "hunter2");
  assert_resolves ("env:EMPTY", inherited, NULL);
  assert_resolves ("env:UNSET", inherited, NULL);
  assert_resolves ("env:LINES", inherited, NULL);
}

static void
assert_reads (const char *text, size_t length, const char *expected)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], text, length), ==, (ssize_t) length);
  close (ends[1]);
  g_autofree char *value = g_strdup_printf ("fd:%d", ends[0]);
  assert_resolves (value, NULL, expected);
  close (ends[0]);
}

static void
test_descriptor (void)
{
  assert_reads ("hunter2", 7, "hunter2");
  assert_reads ("hunter2\n", 8, "hunter2");
  assert_reads ("hunter2\r\n", 9, "hunter2");
  assert_reads (" hunter2 \n", 10, " hunter2 ");
  assert_reads ("hunter2\n\n", 9, NULL);
  assert_reads ("hunter2\0\n", 9, NULL);
  assert_reads ("\n", 1, NULL);
  assert_reads ("", 0, NULL);
  assert_resolves ("fd:65535", NULL, NULL);
}

static void
test_line (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) taken = passphrase_take ("hunter2\r\n", 9, "there", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (secret_bytes (taken, NULL), ==, "hunter2");
  g_assert_null (passphrase_take ("hunter2\0x", 9, "there", &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_assert_nonnull (strstr (error->message, "there"));
}

static void
test_longest (void)
{
  g_autofree char *longest = g_strnfill (PASSPHRASE_MAX_LENGTH, 'x');
  g_autofree char *longest_line = g_strconcat (longest, "\r\n", NULL);
  g_autofree char *longer = g_strconcat (longest, "x", NULL);
  g_autofree char *variable = g_strconcat ("PASS=", longer, NULL);
  char *inherited[] = { variable, NULL };

  assert_reads (longest, strlen (longest), longest);
  assert_reads (longest_line, strlen (longest_line), longest);
  assert_reads (longer, strlen (longer), NULL);
  assert_resolves ("env:PASS", inherited, NULL);
}

static void
test_left_to_the_mint (void)
{
  static const char *const values[] = {
    NULL, "keyring", "prompt", "file:/nonexistent", "keyring prompt", "keyring env:UNSET"
  };

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (Profile) profile = make (values[i]);
      g_autoptr (GError) error = NULL;
      Secret *secret = NULL;

      g_assert_true (passphrase_resolve (profile, "passphrase", NULL, &secret, &error));
      g_assert_no_error (error);
      g_assert_null (secret);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passphrase/every-form-is-known", test_forms);
  g_test_add_func ("/passphrase/another-place-after-the-keyring", test_keyring_first);
  g_test_add_func ("/passphrase/pasted-one-is-refused-and-not-echoed", test_pasted_passphrase);
  g_test_add_func ("/passphrase/a-relative-path-is-refused-and-not-shown", test_relative_path);
  g_test_add_func ("/passphrase/from-a-variable", test_variable);
  g_test_add_func ("/passphrase/from-a-descriptor", test_descriptor);
  g_test_add_func ("/passphrase/one-line-without-its-end", test_line);
  g_test_add_func ("/passphrase/longest-passes-and-one-more-does-not", test_longest);
  g_test_add_func ("/passphrase/others-are-left-to-the-mint", test_left_to_the_mint);
  return g_test_run ();
}
