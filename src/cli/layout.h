/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text in columns of a terminal. */
#pragma once

#include <glib.h>

#define LAYOUT_WIDTH 80 /* columns, where no terminal says otherwise */

/* Columns that TEXT takes: wide characters count twice, combining ones not at all. */
unsigned layout_columns (const char *text);

/* TEXT if it fits, else its start and "…". The caller owns it. */
char *layout_truncate (const char *text, unsigned columns);

/* Appends TEXT broken at spaces so that no line goes beyond WIDTH columns; every line but the first
 * starts with INDENT spaces. The first continues at column COLUMN. Ends with a line feed. */
void layout_wrap (GString *output, const char *text, unsigned column, unsigned indent,
                  unsigned width);

/* Appends spaces. */
void layout_pad (GString *output, unsigned columns);

/* The terminal's width if FD is one, else LAYOUT_WIDTH; never less than what text can be wrapped
 * at.
 */
unsigned layout_terminal_width (int fd);
/* The same for lines that would be cut: without a bound where no terminal is, so that what reads a
 * pipe or a file gets all. */
unsigned layout_table_width (int fd);
/* The same for a line that is drawn over: as narrow as the terminal is. */
unsigned layout_line_width (int fd);
