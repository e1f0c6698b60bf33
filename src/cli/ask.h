/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to a person at a terminal; never for a secret. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define ASK_MAX_LINE 4096 /* bytes */

bool ask_is_possible (void);

/* Asks on stderr, reads a line from stdin, without the blanks around it: "" where nothing was
 * typed. The caller owns it. Error: usage, at the end of the input, at Ctrl-C, or for a longer
 * line. */
char *ask_line (const char *question, GError **error);
