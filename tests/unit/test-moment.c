/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "moment.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1790000000)

static void
test_times_are_read (void)
{
  static const struct {
    const char *text;
    int64_t seconds;
  } cases[] = {
    { "now", NOW },
    { "+0s", NOW },
    { "+45s", NOW + 45 },
    { "-30s", NOW - 30 },
    { "+5m", NOW + 300 },
    { "+2h", NOW + 7200 },
    { "+7d", NOW + 604800 },
    { "0", 0 },
    { "1300819380", 1300819380 },
    { "253402300799", 253402300799 },
    { "2011-03-22T18:43:00Z", 1300819380 },
    { "2011-03-22T19:43:00+01:00", 1300819380 },
    { "2011-03-22T18:43:00.9Z", 1300819380 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      int64_t seconds = -1;

      g_assert_true (moment_parse (cases[i].text, NOW, &seconds, &error));
      g_assert_no_error (error);
      g_assert_cmpint (seconds, ==, cases[i].seconds);
    }
}

/* For what others wrote: no "now", no spans. */
static void
test_dates_alone (void)
{
  static const char *const others[] = { "now", "+5m",        "1300819380",
                                        "",    "2011-03-22", "2011-03-22T18:43:00" };
  int64_t seconds = -1;

  g_assert_true (moment_parse_date ("2011-03-22T18:43:00Z", &seconds));
  g_assert_cmpint (seconds, ==, 1300819380);
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (moment_parse_date (others[i], &seconds));
}

static void
test_other_texts_are_refused (void)
{
  static const char *const texts[] = {
    "",
    "+",
    "-",
    "5m",
    "+5",
    "+m",
    "+5w",
    "+-5m",
    "+ 5m",
    "++5m",
    "+5.5m",
    "-9999999999h",
    "+253402300799s",
    "+99999999999999999999d",
    "253402300800",
    "-5",
    "tomorrow",
    "NOW",
    "2011-03-22",
    "2011-03-22T18:43:00",
    "20110322T184300Z",
    "2011-W12-2T18:43:00Z",
    "1960-01-01T00:00:00Z",
    "1300819380 ",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      int64_t seconds = -1;

      g_test_message ("%s", texts[i]);
      g_assert_false (moment_parse (texts[i], NOW, &seconds, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
      g_assert_nonnull (strstr (error_hint (error), "+5m"));
      g_assert_cmpint (seconds, ==, -1);
    }
}

static void
test_spans_are_written (void)
{
  static const struct {
    int64_t seconds;
    const char *text;
  } cases[] = {
    { -5, "0 s" },         { 59, "59 s" },        { 60, "1 min" },      { 3599, "59 min" },
    { 3600, "1 h 0 min" }, { 7500, "2 h 5 min" }, { 90000, "1 d 1 h" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = moment_format_span (cases[i].seconds);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/moment/times-are-read", test_times_are_read);
  g_test_add_func ("/moment/a-date-and-nothing-else", test_dates_alone);
  g_test_add_func ("/moment/other-texts-are-refused", test_other_texts_are_refused);
  g_test_add_func ("/moment/spans-are-written", test_spans_are_written);
  return g_test_run ();
}
