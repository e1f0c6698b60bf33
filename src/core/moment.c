/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "moment.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static const struct {
  char letter;
  int seconds;
} units[] = {
  { 's', 1 },
  { 'm', MINUTE },
  { 'h', HOUR },
  { 'd', DAY },
};

/* "5m": digits and one unit. */
static bool
parse_span (const char *text, int64_t *span)
{
  size_t length = strlen (text);
  int64_t number;

  if (length < 2)
    return false;
  g_autofree char *digits = g_strndup (text, length - 1);
  for (size_t i = 0; i < G_N_ELEMENTS (units); i++)
    if (text[length - 1] == units[i].letter)
      {
        if (!g_ascii_isdigit (*digits) ||
            !text_parse_int (digits, 0, MOMENT_MAX / units[i].seconds, &number))
          return false;
        *span = number * units[i].seconds;
        return true;
      }
  return false;
}

static bool
parse_relative (const char *text, int64_t now, int64_t *seconds)
{
  int64_t span;

  if ((*text != '+' && *text != '-') || !parse_span (text + 1, &span))
    return false;
  *seconds = *text == '+' ? now + span : now - span;
  return *seconds >= 0 && *seconds <= MOMENT_MAX;
}

bool
moment_parse_date (const char *text, int64_t *seconds)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (text, NULL);

  /* GLib reads other forms of ISO 8601 too: week dates, and times without separators. */
  if (date == NULL || strlen (text) < strlen ("2026-11-23T23:05:13Z") || text[4] != '-' ||
      text[7] != '-' || text[13] != ':')
    return false;
  *seconds = g_date_time_to_unix (date);
  return *seconds >= 0 && *seconds <= MOMENT_MAX;
}

bool
moment_parse (const char *text, int64_t now, int64_t *seconds, GError **error)
{
  int64_t found = now;

  if (strcmp (text, "now") == 0 || parse_relative (text, now, &found) ||
      (g_ascii_isdigit (*text) && text_parse_int (text, 0, MOMENT_MAX, &found)) ||
      moment_parse_date (text, &found))
    {
      *seconds = found;
      return true;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("it is not a time"));
  if (error != NULL)
    error_add_hint (*error, _ ("write now, +5m, -30s, +2h, +7d, seconds since 1970, or a date such "
                               "as 2026-11-23T23:05:13Z"));
  return false;
}

char *
moment_format_span (int64_t seconds)
{
  long long s = MAX (seconds, 0);

  if (s < MINUTE)
    return g_strdup_printf (_ ("%lld s"), s);
  if (s < HOUR)
    return g_strdup_printf (_ ("%lld min"), s / MINUTE);
  if (s < DAY)
    return g_strdup_printf (_ ("%lld h %lld min"), s / HOUR, s / MINUTE % 60);
  return g_strdup_printf (_ ("%lld d %lld h"), s / DAY, s / HOUR % 24);
}
