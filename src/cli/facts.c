/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts.h"

#include "layout.h"
#include "text.h"

enum { GAP = 2 /* columns */ };

char *
facts_render (const Fact *facts, size_t count)
{
  g_autoptr (GString) text = g_string_new (NULL);
  unsigned widest = 0;

  for (size_t i = 0; i < count; i++)
    if (facts[i].value != NULL)
      widest = MAX (widest, layout_columns (facts[i].name));
  for (size_t i = 0; i < count; i++)
    {
      g_autofree char *value = NULL;

      if (facts[i].value == NULL)
        continue;
      value = text_clean (facts[i].value, -1);
      g_string_append (text, facts[i].name);
      layout_pad (text, widest - layout_columns (facts[i].name) + GAP);
      g_string_append_printf (text, "%s\n", value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
