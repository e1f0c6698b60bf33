/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of a JSON document as they stand in it, for documents too long to be parsed: nothing is
 * copied. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* A value, without the space around it. */
typedef struct {
  const char *start;
  size_t length;
} JsonSpan;

/* The grammar of json_strict_check, with its depth and its numbers, but of any length and with any
 * number of values. Error: protocol. */
bool json_span_check (const char *text, size_t length, GError **error);

/* The rest is for what has passed that check. */

/* The whole document. */
JsonSpan json_span_document (const char *text, size_t length);
/* The member of an object; names are compared as they are written, without escapes. False if there
 * is none, it is null, or the value is no object. */
bool json_span_member (JsonSpan object, const char *name, JsonSpan *value);
/* An array's elements in turn: ARRAY becomes what is left of it. False at the end, and for a value
 * that is no array. */
bool json_span_next (JsonSpan *array, JsonSpan *element);
/* NULL if it is no string, or one of more than MAX_STRING bytes. The caller owns it. */
#define JSON_SPAN_MAX_STRING 65536
char *json_span_string (JsonSpan value);
