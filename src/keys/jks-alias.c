/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jks-alias.h"

enum {
  HIGH = 0xd800,
  LOW = 0xdc00,
  SURROGATES_END = 0xe000,
  REPLACEMENT = 0xfffd,
  SUPPLEMENTARY = 0x10000,
};

/* How a UTF-16 unit may begin: Java's readUTF takes longer forms than needed, U+0000 relies on it.
 */
static const struct {
  unsigned char mask, lead;
  size_t more; /* bytes, of six bits each */
} forms[] = {
  { 0x80, 0x00, 0 },
  { 0xe0, 0xc0, 1 },
  { 0xf0, 0xe0, 2 },
};

static bool
read_unit (Reader *bytes, uint32_t *unit)
{
  uint32_t first, next;

  if (!reader_number (bytes, 1, &first))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      if ((first & forms[i].mask) != forms[i].lead)
        continue;
      *unit = first & (unsigned char) ~forms[i].mask;
      for (size_t left = forms[i].more; left > 0; left--)
        {
          if (!reader_number (bytes, 1, &next) || (next & 0xc0) != 0x80)
            return false;
          *unit = *unit << 6 | (next & 0x3f);
        }
      return true;
    }
  return false;
}

static bool
is_within (uint32_t unit, uint32_t start, uint32_t end)
{
  return unit >= start && unit < end;
}

static char *
join (const uint32_t *units, size_t count)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < count; i++)
    {
      uint32_t c = units[i];

      if (is_within (c, HIGH, LOW) && i + 1 < count &&
          is_within (units[i + 1], LOW, SURROGATES_END))
        c = SUPPLEMENTARY + ((c - HIGH) << 10) + (units[++i] - LOW);
      else if (c == 0 || is_within (c, HIGH, SURROGATES_END))
        c = REPLACEMENT;
      g_string_append_unichar (text, c);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
jks_alias_decode (Reader bytes)
{
  g_autofree uint32_t *units = g_new0 (uint32_t, bytes.left + 1);
  size_t count = 0;

  for (; bytes.left > 0; count++)
    if (!read_unit (&bytes, &units[count]))
      return NULL;
  return join (units, count);
}
