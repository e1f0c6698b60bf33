/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#include <string.h>

static const char ellipsis[] = "\xe2\x80\xa6";

bool
text_has_control (const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f)
      return true;
  return false;
}

bool
text_is_printable (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return false;
    default:
      return true;
    }
}

gunichar
text_find_hidden (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!text_is_printable (g_utf8_get_char (text)))
      return g_utf8_get_char (text);
  return 0;
}

/* The end of the ANSI sequence that starts at ESC, so that its parameters go with it. */
static const char *
skip_escape (const char *at, const char *end)
{
  at++;
  if (at == end || *at != '[')
    return at;
  for (at++; at < end; at++)
    if (*at >= 0x40 && *at <= 0x7e)
      return at + 1;
  return end;
}

char *
text_clean (const char *text, gssize length)
{
  g_autoptr (GString) cleaned = g_string_new (NULL);
  const char *end = text + (length < 0 ? (gssize) strlen (text) : length);

  for (const char *at = text; at < end;)
    {
      gunichar c = g_utf8_get_char_validated (at, end - at);
      bool valid = c != (gunichar) -1 && c != (gunichar) -2;

      if (*at == 0x1b)
        {
          at = skip_escape (at, end);
          continue;
        }
      if (g_ascii_isspace (*at))
        c = ' ';
      else if (!valid)
        c = '?';
      at = valid ? g_utf8_next_char (at) : at + 1;
      if (!text_is_printable (c) ||
          (c == ' ' && (cleaned->len == 0 || cleaned->str[cleaned->len - 1] == ' ')))
        continue;
      g_string_append_unichar (cleaned, c);
      if (cleaned->len > TEXT_MAX_CLEANED - strlen (ellipsis))
        {
          char *last = g_utf8_find_prev_char (cleaned->str, cleaned->str + cleaned->len);

          g_string_truncate (cleaned, (gsize) (last - cleaned->str));
          g_string_append (cleaned, ellipsis);
          break;
        }
    }
  g_strchomp (cleaned->str);
  return g_string_free (g_steal_pointer (&cleaned), FALSE);
}

char *
text_clean_told (const char *text)
{
  enum { KEPT = 12 /* bytes; less by what a cut character would need */ };
  g_autofree char *cleaned = text_clean (text, -1);
  g_auto (GStrv) words = g_strsplit (cleaned, " ", -1);

  for (size_t i = 0; words[i] != NULL; i++)
    if (strlen (words[i]) > TEXT_MAX_WORD)
      {
        const char *end = g_utf8_find_prev_char (words[i], words[i] + KEPT);
        g_autofree char *beginning = g_strndup (words[i], (size_t) (end - words[i]));

        g_free (words[i]);
        words[i] = g_strconcat (beginning, ellipsis, NULL);
      }
  return g_strjoinv (" ", words);
}

/* Not g_ascii_string_to_signed: where several threads make its first call at once, it takes what
 * waiting for GLib's locale left in errno for a fault of the number (seen with GLib 2.74).
 * The sum is kept negative, since INT64_MIN has no positive. */
bool
text_parse_int (const char *text, int64_t min, int64_t max, int64_t *value)
{
  bool negative = text[0] == '-';
  const char *at = negative ? text + 1 : text;
  int64_t sum = 0;

  if (*at == '\0')
    return false;
  for (; *at != '\0'; at++)
    if (!g_ascii_isdigit (*at) || __builtin_mul_overflow (sum, 10, &sum) ||
        __builtin_sub_overflow (sum, *at - '0', &sum))
      return false;
  if ((!negative && __builtin_sub_overflow (0, sum, &sum)) || sum < min || sum > max)
    return false;
  *value = sum;
  return true;
}

char *
text_format_utc (int64_t unix_seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_seconds);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("?");
}

char *
text_sha256 (const void *bytes, size_t length)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, length);
}
