/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules for text that outsiders wrote. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a value may be put into a line-based protocol: no byte below 0x20, no DEL. */
bool text_has_control (const char *text, size_t length);

/* Not a control, and nothing that reorders, hides or joins the text around it (bidi, zero width,
 * tags). */
bool text_is_printable (gunichar c);
/* The first character of valid UTF-8 that is not; 0: each is. */
gunichar text_find_hidden (const char *text);

/* One line fit for a terminal, of at most MAX_CLEANED bytes (cut with "…"): valid UTF-8, without
 * control, ANSI-escape, bidi or other formatting characters. The caller owns it. */
#define TEXT_MAX_CLEANED 300
char *text_clean (const char *text, gssize length);

/* The same for what a server told us, where a word of more than MAX_WORD bytes may be our own
 * assertion, or a token, come back: only its beginning is kept. The caller owns it. */
#define TEXT_MAX_WORD 64
char *text_clean_told (const char *text);

/* A whole decimal number within [MIN, MAX], and nothing else. */
bool text_parse_int (const char *text, int64_t min, int64_t max, int64_t *value);

/* "2026-11-23T23:05:13Z" for unix seconds. The caller owns it. */
char *text_format_utc (int64_t unix_seconds);

/* Lower-case hexadecimal SHA-256 of a buffer. The caller owns it. */
#define TEXT_SHA256_LENGTH 64
char *text_sha256 (const void *bytes, size_t length);
