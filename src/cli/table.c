/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table.h"

#include "layout.h"
#include "text.h"

enum { GAP = 2 };

struct _Table {
  size_t count; /* of columns */
  const char *const *titles;
  GPtrArray *cells; /* row after row */
};

Table *
table_new (const char *const *titles)
{
  Table *table = g_new0 (Table, 1);

  table->count = g_strv_length ((char **) titles);
  table->titles = titles;
  table->cells = g_ptr_array_new_with_free_func (g_free);
  return table;
}

void
table_free (Table *table)
{
  g_ptr_array_unref (table->cells);
  g_free (table);
}

void
table_add (Table *table, const char *const *cells)
{
  for (size_t i = 0; i < table->count; i++)
    g_ptr_array_add (table->cells, text_clean (cells[i], -1));
}

static unsigned *
measure (const Table *table)
{
  unsigned *widths = g_new0 (unsigned, table->count);

  for (size_t i = 0; i < table->count; i++)
    widths[i] = layout_columns (table->titles[i]);
  for (size_t i = 0; i < table->cells->len; i++)
    widths[i % table->count] =
        MAX (widths[i % table->count], layout_columns (table->cells->pdata[i]));
  return widths;
}

/* Takes a column at a time from the widest that is still wider than its title. */
static void
narrow (const Table *table, unsigned *widths, unsigned width)
{
  for (;;)
    {
      size_t widest = table->count;
      unsigned sum = GAP * (unsigned) (table->count - 1);

      for (size_t i = 0; i < table->count; i++)
        {
          sum += widths[i];
          if (widths[i] > layout_columns (table->titles[i]) &&
              (widest == table->count || widths[i] > widths[widest]))
            widest = i;
        }
      if (sum <= width || widest == table->count)
        return;
      widths[widest]--;
    }
}

static void
add_row (GString *output, const Table *table, const unsigned *widths, const char *const *cells)
{
  unsigned gap = 0;

  for (size_t i = 0; i < table->count; i++)
    {
      g_autofree char *cell = layout_truncate (cells[i], widths[i]);

      layout_pad (output, gap);
      g_string_append (output, cell);
      gap = widths[i] - layout_columns (cell) + GAP;
    }
  g_string_append_c (output, '\n');
}

char *
table_render (const Table *table, unsigned width)
{
  g_autoptr (GString) output = g_string_new (NULL);
  g_autofree unsigned *widths = measure (table);

  narrow (table, widths, width);
  add_row (output, table, widths, table->titles);
  for (size_t i = 0; i < table->cells->len; i += table->count)
    add_row (output, table, widths, (const char *const *) table->cells->pdata + i);
  return g_string_free (g_steal_pointer (&output), FALSE);
}
