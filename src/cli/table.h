/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table for people: columns two spaces apart, cut with "…" where the terminal is too narrow. */
#pragma once

#include <glib.h>

typedef struct _Table Table;

/* TITLES: NULL-terminated, and kept as long as the table. */
Table *table_new (const char *const *titles);
void table_free (Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_free)

/* One cell a title. Cells are copied and cleaned of what is not fit for a terminal. */
void table_add (Table *table, const char *const *cells);

/* No line longer than WIDTH columns as long as every column can keep its title. The caller owns it.
 */
char *table_render (const Table *table, unsigned width);
