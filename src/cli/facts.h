/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A few facts about one thing, for people: a name and a value a line. */
#pragma once

#include <glib.h>

typedef struct {
  const char *name;  /* translated */
  const char *value; /* NULL: not known; the line is left out */
} Fact;

/* The names in a column of their own, the values cleaned of what is not fit for a terminal. The
 * caller owns it. */
char *facts_render (const Fact *facts, size_t count);
