/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest.h"

#include <glib.h>
#include <string.h>

/* Optimal string alignment: Levenshtein's distance with swaps of neighbours. */
static size_t
distance (const char *a, const char *b)
{
  size_t rows[3][SUGGEST_MAX_WORD + 1] = { 0 };
  size_t length = strlen (b);

  for (size_t j = 0; j <= length; j++)
    rows[0][j] = j;
  for (size_t i = 1; a[i - 1] != '\0'; i++)
    {
      size_t *row = rows[i % 3];
      const size_t *above = rows[(i + 2) % 3];
      const size_t *two_above = rows[(i + 1) % 3];

      row[0] = i;
      for (size_t j = 1; j <= length; j++)
        {
          row[j] = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], two_above[j - 2] + 1);
        }
    }
  return rows[strlen (a) % 3][length];
}

const char *
suggest_nearest (const char *word, const char *const *words, size_t count)
{
  const char *nearest = NULL;
  size_t length = strlen (word);
  size_t best = CLAMP (length / 3, 1, 3) + 1;

  if (length == 0 || length > SUGGEST_MAX_WORD)
    return NULL;
  for (size_t i = 0; i < count; i++)
    {
      size_t steps;

      if (strlen (words[i]) > SUGGEST_MAX_WORD)
        continue;
      steps = length > 1 && g_str_has_prefix (words[i], word) ? 1 : distance (word, words[i]);
      if (steps < best)
        {
          best = steps;
          nearest = words[i];
        }
    }
  return nearest;
}
