/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MIN_WIDTH = 40 };

static unsigned
character_columns (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

unsigned
layout_columns (const char *text)
{
  unsigned columns = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    columns += character_columns (g_utf8_get_char (text));
  return columns;
}

char *
layout_truncate (const char *text, unsigned columns)
{
  unsigned taken = 0;
  const char *end = text;

  if (layout_columns (text) <= columns)
    return g_strdup (text);
  while (taken + character_columns (g_utf8_get_char (end)) < columns)
    {
      taken += character_columns (g_utf8_get_char (end));
      end = g_utf8_next_char (end);
    }
  return g_strdup_printf ("%.*s…", (int) (end - text), text);
}

void
layout_pad (GString *output, unsigned columns)
{
  g_string_append_printf (output, "%*s", (int) columns, "");
}

void
layout_wrap (GString *output, const char *text, unsigned column, unsigned indent, unsigned width)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (size_t i = 0; words[i] != NULL; i++)
    {
      unsigned columns = layout_columns (words[i]);

      if (i > 0 && column + 1 + columns > width)
        {
          g_string_append_c (output, '\n');
          layout_pad (output, indent);
          column = indent;
        }
      else if (i > 0)
        {
          g_string_append_c (output, ' ');
          column++;
        }
      g_string_append (output, words[i]);
      column += columns;
    }
  g_string_append_c (output, '\n');
}

/* 0: FD is no terminal. */
static unsigned
find_width (int fd)
{
  struct winsize size;

  if (ioctl (fd, TIOCGWINSZ, &size) != 0)
    return 0;
  return size.ws_col > 0 ? size.ws_col : LAYOUT_WIDTH;
}

unsigned
layout_terminal_width (int fd)
{
  unsigned width = find_width (fd);

  return width > 0 ? MAX (width, MIN_WIDTH) : LAYOUT_WIDTH;
}

unsigned
layout_table_width (int fd)
{
  unsigned width = find_width (fd);

  return width > 0 ? MAX (width, MIN_WIDTH) : G_MAXUINT;
}

unsigned
layout_line_width (int fd)
{
  unsigned width = find_width (fd);

  return width > 0 ? width : LAYOUT_WIDTH;
}
