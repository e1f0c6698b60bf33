/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON by RFC 8259 and no more: a scan of our own stands before json-glib, which accepts much that
 * JSON forbids, overflows its stack on deep nesting, and quotes the input in its errors. */
#pragma once

#include "secret.h"

#include <json-glib/json-glib.h>
#include <stdbool.h>

#define JSON_MAX_DEPTH  32
#define JSON_MAX_LENGTH (1024 * 1024) /* bytes */
/* Members of one object: json-glib's table of names is no match for chosen collisions. */
#define JSON_MAX_MEMBERS 1000
#define JSON_MAX_VALUES  10000 /* in all: json-glib takes up to 600 bytes for one of 3 */
#define JSON_MAX_NUMBER  64    /* bytes */

/* Valid UTF-8, one value, no duplicate member names in one object, depth, length and numbers of
 * members and values within the limits, no U+0000 in a string, no whole number beyond 64 bits, no
 * other beyond a double. Error: protocol, naming the byte offset and never the content. */
bool json_strict_check (const char *text, size_t length, GError **error);

/* Checks, parses, and requires an object. The caller owns it. */
JsonObject *json_strict_object (const char *text, size_t length, GError **error);

/* A member of the expected type. A missing one gives NULL / FALSE without an error for the
 * "optional" calls and an error (protocol) for the "need" ones; null counts as missing; a wrong
 * type is always an error. Strings and objects are borrowed from OBJECT. */
const char *json_need_string (JsonObject *object, const char *name, GError **error);
bool json_optional_string (JsonObject *object, const char *name, const char **value,
                           GError **error);
bool json_optional_bool (JsonObject *object, const char *name, bool *value, bool *found,
                         GError **error);
bool json_optional_int (JsonObject *object, const char *name, int64_t *value, bool *found,
                        GError **error);
/* Needed, as a secret; json-glib's own copy inside OBJECT is wiped and the member removed. */
Secret *json_take_secret (JsonObject *object, const char *name, GError **error);
bool json_optional_object (JsonObject *object, const char *name, JsonObject **value,
                           GError **error);
