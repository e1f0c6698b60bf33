/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#include <string.h>

static void
assert_cleaned (const char *text, gssize length, const char *wanted)
{
  g_autofree char *cleaned = text_clean (text, length);

  g_assert_cmpstr (cleaned, ==, wanted);
}

static void
test_control (void)
{
  g_assert_false (text_has_control ("", 0));
  g_assert_false (text_has_control ("plain ~ caf\xc3\xa9", 13));
  g_assert_true (text_has_control ("a\nb", 3));
  g_assert_true (text_has_control ("a\rb", 3));
  g_assert_true (text_has_control ("a\0b", 3));
  g_assert_true (text_has_control ("a\x1f", 2));
  g_assert_true (text_has_control ("a\x7f", 2));
  g_assert_false (text_has_control ("a\n", 1));
}

static void
test_clean_plain (void)
{
  assert_cleaned ("", -1, "");
  assert_cleaned ("plain caf\xc3\xa9 \xe6\xbc\xa2", -1, "plain caf\xc3\xa9 \xe6\xbc\xa2");
  assert_cleaned ("only this", 4, "only");
}

static void
test_clean_terminal (void)
{
  assert_cleaned ("\x1b[31mred\x1b[0m", -1, "red");
  assert_cleaned ("a\x1b]0;title\x07z", -1, "a]0;titlez");
  assert_cleaned ("a\x08\x7fz", -1, "az");
  assert_cleaned ("a\xc2\x9b"
                  "31mz",
                  -1, "a31mz"); /* CSI as one character */
  assert_cleaned ("cut\x1b[31", -1, "cut");
  assert_cleaned ("cut\x1b", -1, "cut");
}

static void
test_clean_hidden (void)
{
  assert_cleaned ("a\xe2\x80\xae"
                  "b",
                  -1, "ab"); /* U+202E, right-to-left override */
  assert_cleaned ("a\xe2\x81\xa6"
                  "b",
                  -1, "ab"); /* U+2066, isolate */
  assert_cleaned ("a\xe2\x80\x8b"
                  "b",
                  -1, "ab"); /* U+200B, zero width space */
  assert_cleaned ("a\xef\xbb\xbf"
                  "b",
                  -1, "ab"); /* U+FEFF */
  assert_cleaned ("a\xe2\x80\xa8"
                  "b",
                  -1, "ab"); /* U+2028, line separator */
  assert_cleaned ("a\xf3\xa0\x81\x81"
                  "b",
                  -1, "ab"); /* U+E0041, tag */
}

static void
test_clean_lines (void)
{
  assert_cleaned ("  two\r\n\tlines  \n", -1, "two lines");
  assert_cleaned ("\n\n", -1, "");
}

static void
test_clean_invalid (void)
{
  assert_cleaned ("a\xff"
                  "b",
                  -1, "a?b");
  assert_cleaned ("a\xc3", -1, "a?");
  assert_cleaned ("a\0b", 3, "a?b");
  assert_cleaned ("\xc0\x80", -1, "??");
}

static void
test_clean_limit (void)
{
  static const char ellipsis[] = "\xe2\x80\xa6";
  size_t most = TEXT_MAX_CLEANED - strlen (ellipsis);
  g_autofree char *fits = g_strnfill (most, 'a');
  g_autofree char *longer = g_strnfill (most + 1, 'a');
  g_autofree char *huge = g_strnfill (100000, 'a');
  g_autofree char *cut = g_strconcat (fits, ellipsis, NULL);

  assert_cleaned (fits, -1, fits);
  assert_cleaned (longer, -1, cut);
  assert_cleaned (huge, -1, cut);
}

static void
test_clean_limit_keeps_characters_whole (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned i = 0; i < 200; i++)
    g_string_append (text, "\xe6\xbc\xa2");
  g_autofree char *cleaned = text_clean (text->str, -1);
  g_assert_true (g_utf8_validate (cleaned, -1, NULL));
  g_assert_cmpuint (strlen (cleaned), <=, TEXT_MAX_CLEANED);
  g_assert_true (g_str_has_suffix (cleaned, "\xe2\x80\xa6"));
}

static void
test_parse_int (void)
{
  static const char *const refused[] = {
    "", "-", " 1", "1 ", "+1", "1x", "0x1", "1.0", "--1", "-+1", "99", "-11", NULL,
  };
  int64_t value = 7;

  for (size_t i = 0; refused[i] != NULL; i++)
    {
      g_assert_false (text_parse_int (refused[i], -10, 98, &value));
      g_assert_cmpint (value, ==, 7);
    }
  g_assert_true (text_parse_int ("98", -10, 98, &value));
  g_assert_cmpint (value, ==, 98);
  g_assert_true (text_parse_int ("-10", -10, 98, &value));
  g_assert_cmpint (value, ==, -10);
}

static void
test_parse_largest_int (void)
{
  static const char *const refused[] = {
    "9223372036854775808",
    "-9223372036854775809",
    "99999999999999999999",
    "-99999999999999999999",
    NULL,
  };
  int64_t value = 0;

  for (size_t i = 0; refused[i] != NULL; i++)
    g_assert_false (text_parse_int (refused[i], G_MININT64, G_MAXINT64, &value));
  g_assert_true (text_parse_int ("9223372036854775807", G_MININT64, G_MAXINT64, &value));
  g_assert_cmpint (value, ==, G_MAXINT64);
  g_assert_true (text_parse_int ("-9223372036854775808", G_MININT64, G_MAXINT64, &value));
  g_assert_cmpint (value, ==, G_MININT64);
}

static void
test_clean_told (void)
{
  g_autofree char *kept = g_strnfill (TEXT_MAX_WORD, 'a');
  g_autofree char *longer = g_strnfill (TEXT_MAX_WORD + 1, 'a');
  g_autofree char *told = g_strconcat ("bad ", kept, " and ", longer, " it is", NULL);
  g_autofree char *expected =
      g_strconcat ("bad ", kept, " and aaaaaaaaaaa\xe2\x80\xa6 it is", NULL);
  g_autofree char *cleaned = text_clean_told (told);

  g_assert_cmpstr (cleaned, ==, expected);
}

static void
test_format_utc (void)
{
  g_autofree char *zero = text_format_utc (0);
  g_autofree char *date = text_format_utc (1795475113);
  g_autofree char *beyond = text_format_utc (INT64_MAX);

  g_assert_cmpstr (zero, ==, "1970-01-01T00:00:00Z");
  g_assert_cmpstr (date, ==, "2026-11-23T23:05:13Z");
  g_assert_cmpstr (beyond, ==, "?");
}

/* FIPS 180-2, appendix B.1 */
static void
test_sha256 (void)
{
  g_autofree char *sum = text_sha256 ("abc", 3);

  g_assert_cmpstr (sum, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  g_assert_cmpuint (strlen (sum), ==, TEXT_SHA256_LENGTH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/control-characters-are-found", test_control);
  g_test_add_func ("/text/clean-keeps-plain-text", test_clean_plain);
  g_test_add_func ("/text/clean-drops-terminal-sequences", test_clean_terminal);
  g_test_add_func ("/text/clean-drops-bidi-and-hidden-characters", test_clean_hidden);
  g_test_add_func ("/text/clean-is-one-line", test_clean_lines);
  g_test_add_func ("/text/clean-is-valid-utf8", test_clean_invalid);
  g_test_add_func ("/text/clean-limit", test_clean_limit);
  g_test_add_func ("/text/clean-limit-keeps-characters-whole",
                   test_clean_limit_keeps_characters_whole);
  g_test_add_func ("/text/told-long-words-are-cut", test_clean_told);
  g_test_add_func ("/text/integer-is-decimal-and-in-range", test_parse_int);
  g_test_add_func ("/text/integer-beyond-64-bits-is-refused", test_parse_largest_int);
  g_test_add_func ("/text/utc-date", test_format_utc);
  g_test_add_func ("/text/sha256-vector", test_sha256);
  return g_test_run ();
}
