/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One `serve` pattern: scheme://host[:port][/path], a "*" standing for exactly one DNS label. */
#pragma once

#include "url.h"

typedef struct _Pattern Pattern;

/* Error: config, saying what is malformed. Refused beside what url_parse refuses: a query, a "*"
 * that is not a whole label, and a "*" within the last two labels (it would serve a registry's
 * whole suffix). */
Pattern *pattern_parse (const char *text, GError **error);
void pattern_free (Pattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pattern, pattern_free)

const char *pattern_text (const Pattern *pattern);

/* Scheme, host and port equal; the pattern's path a prefix on whole segments. */
bool pattern_matches (const Pattern *pattern, const Url *url);

/* The same for any path. */
bool pattern_matches_origin (const Pattern *pattern, const Url *url);

/* Orders two patterns that match one URL: > 0 if A is the more specific (fewer wildcards, then more
 * path segments), 0 for a tie. */
int pattern_compare (const Pattern *a, const Pattern *b);

/* "https://host[:port]" for a pattern without wildcard, else NULL: what `setup` may configure. */
char *pattern_origin (const Pattern *pattern);
