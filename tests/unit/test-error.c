/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "i18n.h"

#include <errno.h>
#include <string.h>

static GError *
make_error (void)
{
  return g_error_new_literal (AVOUCH_ERROR, AVOUCH_ERROR_KEY, "key.pem: cannot be read");
}

static void
assert_lines (const GError *error, const char *message, const char *hint)
{
  g_autofree char *actual = error_message (error);

  g_assert_cmpstr (actual, ==, message);
  g_assert_cmpstr (error_hint (error), ==, hint);
}

static void
test_hint (void)
{
  g_autoptr (GError) error = make_error ();

  assert_lines (error, "key.pem: cannot be read", NULL);
  error_add_hint (error, "chmod %s", "0600 key.pem");
  assert_lines (error, "key.pem: cannot be read", "chmod 0600 key.pem");
  error_add_hint (error, "%d%%", 5);
  assert_lines (error, "key.pem: cannot be read", "5%");
}

static void
test_prefix (void)
{
  g_autoptr (GError) error = make_error ();

  error_add_prefix (error, NULL);
  error_add_prefix (error, "");
  assert_lines (error, "key.pem: cannot be read", NULL);
  error_add_hint (error, "do this");
  error_add_prefix (error, "acme");
  assert_lines (error, "acme: key.pem: cannot be read", "do this");
}

static void
test_exit_codes (void)
{
  static const int wanted[] = {
    [AVOUCH_ERROR_INTERNAL] = 1,     [AVOUCH_ERROR_PROTOCOL] = 1,  [AVOUCH_ERROR_UNSERVED] = 1,
    [AVOUCH_ERROR_USAGE] = 2,        [AVOUCH_ERROR_CONFIG] = 3,    [AVOUCH_ERROR_KEY] = 4,
    [AVOUCH_ERROR_PASSPHRASE] = 4,   [AVOUCH_ERROR_NETWORK] = 5,   [AVOUCH_ERROR_REFUSED] = 6,
    [AVOUCH_ERROR_UNRUNNABLE] = 126, [AVOUCH_ERROR_MISSING] = 127,
  };

  for (int code = 0; code < (int) G_N_ELEMENTS (wanted); code++)
    {
      g_autoptr (GError) error = g_error_new_literal (AVOUCH_ERROR, code, "x");
      g_assert_cmpint (error_exit_code (error), ==, wanted[code]);
    }
}

static void
test_foreign (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "x");
  g_autoptr (GError) unknown = g_error_new_literal (AVOUCH_ERROR, 99, "x");

  g_assert_cmpint (error_exit_code (foreign), ==, 1);
  g_assert_cmpint (error_exit_code (unknown), ==, 1);
}

static void
report_in_child (void)
{
  g_autoptr (GError) error = make_error ();

  error_report (error);
  error_add_hint (error, "try %%s again");
  error_report (error);
}

static void
test_report (void)
{
  if (g_test_subprocess ())
    {
      report_in_child ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("avouch: key.pem: cannot be read\n"
                             "avouch: key.pem: cannot be read\n"
                             "hint: try %s again\n");
}

/* The first translation of a process loads a locale, which may fail in its own ways. */
static void
test_translation (void)
{
  if (g_test_subprocess ())
    {
      errno = EDQUOT;
      g_assert_cmpstr (_ ("no such message"), ==, "no such message");
      g_assert_cmpint (errno, ==, EDQUOT);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/carries-one-hint", test_hint);
  g_test_add_func ("/error/prefix-goes-before-the-message", test_prefix);
  g_test_add_func ("/error/kinds-have-exit-codes", test_exit_codes);
  g_test_add_func ("/error/foreign-kinds-are-internal", test_foreign);
  g_test_add_func ("/error/report-prints-message-and-hint", test_report);
  g_test_add_func ("/error/translation-keeps-errno", test_translation);
  return g_test_run ();
}
