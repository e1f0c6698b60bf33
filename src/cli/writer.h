/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON for programs, written straight into memory that is wiped: a library's generator would leave
 * copies of a token behind. */
#pragma once

#include "secret.h"

#include <stdint.h>

/* Start from { .buffer = &buffer }. */
typedef struct {
  SecretBuffer *buffer;
  int depth;
  bool filled; /* the innermost object or array has a member */
} Writer;

/* NAME is NULL for an array's element and for the outermost value. BRACKET: '{' or '['. */
void writer_open (Writer *writer, const char *name, char bracket);
void writer_close (Writer *writer, char bracket);
/* A VALUE of NULL gives null; what is not UTF-8 becomes U+FFFD, and what is not fit for a terminal
 * an escape. */
void writer_string (Writer *writer, const char *name, const char *value);
void writer_secret (Writer *writer, const char *name, const Secret *value);
void writer_int (Writer *writer, const char *name, int64_t value);
/* TEXT is a number as JSON has it. */
void writer_number (Writer *writer, const char *name, const char *text);
void writer_bool (Writer *writer, const char *name, bool value);
/* Unix seconds under NAME_at, and RFC 3339 under NAME: "expires_at", "expires". */
void writer_time (Writer *writer, const char *name, int64_t unix_seconds);
