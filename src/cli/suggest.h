/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody who mistyped a word may have meant. */
#pragma once

#include <stddef.h>

#define SUGGEST_MAX_WORD 64 /* bytes; nothing is suggested for a longer one */

/* The one of COUNT words that is nearest to WORD by inserting, dropping, replacing and swapping
 * letters; NULL if none is within a third of the word's length (at least 1, at most 3), nor starts
 * with WORD. Borrowed. */
const char *suggest_nearest (const char *word, const char *const *words, size_t count);
