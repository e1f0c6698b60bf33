/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chunked.h"

#include <glib.h>
#include <string.h>

enum { MAX_DIGITS = 15 }; /* hexadecimal: more than any disk holds, and no overflow */

static bool
start_data (Chunked *chunked)
{
  bool last = chunked->left == 0;

  if (chunked->digits == 0)
    return false;
  chunked->state = last ? CHUNKED_TRAILER : CHUNKED_DATA;
  chunked->digits = 0;
  chunked->line = 0;
  return true;
}

static bool
take_size (Chunked *chunked, char c)
{
  if (g_ascii_isxdigit (c))
    {
      chunked->left = chunked->left << 4 | (uint64_t) g_ascii_xdigit_value (c);
      return ++chunked->digits <= MAX_DIGITS;
    }
  if (c == '\n')
    return start_data (chunked);
  chunked->state = CHUNKED_EXTENSION;
  return c == '\r' || c == ';' || c == ' ' || c == '\t';
}

static bool
take_extension (Chunked *chunked, char c)
{
  if (c == '\n')
    return start_data (chunked);
  return ++chunked->line <= CHUNKED_MAX_LINE;
}

static bool
take_data_end (Chunked *chunked, char c)
{
  if (c == '\n')
    chunked->state = CHUNKED_SIZE;
  return c == '\n' || (c == '\r' && chunked->line++ == 0);
}

static bool
take_trailer (Chunked *chunked, char c)
{
  if (c == '\n')
    {
      chunked->state = chunked->line == 0 ? CHUNKED_OVER : CHUNKED_TRAILER;
      chunked->line = 0;
    }
  else if (c != '\r')
    chunked->line++;
  return chunked->line <= CHUNKED_MAX_LINE && ++chunked->trailer <= CHUNKED_MAX_TRAILER;
}

typedef bool (*Take) (Chunked *chunked, char c);

static const Take takes[] = {
  [CHUNKED_SIZE] = take_size,
  [CHUNKED_EXTENSION] = take_extension,
  [CHUNKED_DATA_END] = take_data_end,
  [CHUNKED_TRAILER] = take_trailer,
};

bool
chunked_decode (Chunked *chunked, char *bytes, size_t *length)
{
  size_t kept = 0;

  for (size_t at = 0; at < *length && chunked->state != CHUNKED_OVER;)
    {
      if (chunked->state != CHUNKED_DATA)
        {
          if (!takes[chunked->state](chunked, bytes[at++]))
            return false;
          continue;
        }
      size_t count = MIN (*length - at, chunked->left);

      memmove (bytes + kept, bytes + at, count);
      kept += count;
      at += count;
      chunked->left -= count;
      if (chunked->left == 0)
        {
          chunked->state = CHUNKED_DATA_END;
          chunked->line = 0;
        }
    }
  *length = kept;
  return true;
}
