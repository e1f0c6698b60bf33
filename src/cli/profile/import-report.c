/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import-report.h"

#include "i18n.h"
#include "layout.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INDENT = 2, WRAPPED = 6 }; /* columns */

static void
print_taken (const Import *import, const ProfileDraft *draft, unsigned width)
{
  const char *const titles[] = { _ ("THEIRS"), _ ("OURS"), _ ("VALUE"), NULL };
  g_autoptr (Table) table = table_new (titles);
  g_autofree char *text = NULL;
  bool any = false;

  for (size_t i = 0; i < import->items->len; i++)
    {
      const ImportItem *item = import->items->pdata[i];
      const char *value = item->ours != NULL ? profile_draft_get (draft, item->ours) : NULL;

      if (value == NULL)
        continue;
      table_add (table, (const char *const[]){ item->theirs, item->ours, value });
      any = true;
    }
  text = table_render (table, width);
  if (any)
    fprintf (stderr, "%s\n", text);
}

/* All that was left out for the same reason, after item FIRST too, where that is the first so. NULL
 * if it is not. The caller owns it. */
static char *
list_left (const Import *import, size_t first)
{
  const ImportItem *item = import->items->pdata[first];
  g_autoptr (GString) list = g_string_new (NULL);

  for (size_t i = 0; i < import->items->len; i++)
    {
      const ImportItem *other = import->items->pdata[i];

      if (other->ours != NULL || strcmp (other->value, item->value) != 0)
        continue;
      if (i < first)
        return NULL;
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", other->theirs);
    }
  return text_clean (list->str, -1);
}

static void
print_left (const Import *import, unsigned width)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < import->items->len; i++)
    {
      const ImportItem *item = import->items->pdata[i];
      g_autofree char *theirs = item->ours == NULL ? list_left (import, i) : NULL;
      g_autofree char *line = NULL;

      if (theirs == NULL)
        continue;
      if (text->len == 0)
        g_string_append (text, _ ("left out:\n"));
      line = g_strdup_printf ("%s: %s", theirs, item->value);
      layout_pad (text, INDENT);
      layout_wrap (text, line, INDENT, WRAPPED, width);
    }
  if (text->len > 0)
    fprintf (stderr, "%s\n", text->str);
}

void
import_report (const Import *import, const ProfileDraft *draft)
{
  print_taken (import, draft, layout_table_width (STDERR_FILENO));
  print_left (import, layout_terminal_width (STDERR_FILENO));
}
