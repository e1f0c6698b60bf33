/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points in time, and spans, as people write and read them. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The year 9999 is the last that RFC 3339 can write. */
#define MOMENT_MAX G_GINT64_CONSTANT (253402300799)

/* "now", "+5m", "-30s", "+2h", "+7d" from NOW; unix seconds; or "2026-11-23T23:05:13Z" (RFC 3339,
 * with any offset). Error: usage, which says how a time is written. */
bool moment_parse (const char *text, int64_t now, int64_t *seconds, GError **error);

/* "2026-11-23T23:05:13Z" and nothing else (RFC 3339, with any offset, perhaps with a fraction,
 * which is dropped). */
bool moment_parse_date (const char *text, int64_t *seconds);

/* "12 s", "5 min", "2 h 10 min", "3 d 4 h"; never negative. The caller owns it. */
char *moment_format_span (int64_t seconds);
