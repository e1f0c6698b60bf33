/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one serialisation: cache files, the job for avouch-mint and its answer.
 *
 *     avouch KIND 1
 *     key=value
 *     …
 *     sum=SHA-256 of all before, in hexadecimal
 *
 * Keys are [a-z0-9-]+ and may repeat; values hold no control characters. */
#pragma once

#include "secret.h"

#include <stdint.h>

typedef struct _Record Record;

#define RECORD_MAX_LENGTH (512 * 1024) /* bytes */

Record *record_new (const char *kind);
void record_free (Record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Record, record_free)

const char *record_kind (const Record *record);
/* Adds a field; NULL values are left out. */
void record_add (Record *record, const char *key, const char *value);
void record_add_int (Record *record, const char *key, int64_t value);
void record_add_secret (Record *record, const char *key, const Secret *value);

/* How many bytes its fields take, encoded too. */
size_t record_length (const Record *record);
/* Drops all fields but the first COUNT. */
void record_truncate (Record *record, size_t count);

/* The first field of that name, borrowed; NULL if there is none. */
const char *record_get (const Record *record, const char *key);
bool record_get_int (const Record *record, const char *key, int64_t *value);
Secret *record_get_secret (const Record *record, const char *key);
/* All fields in order, for repeated keys. */
size_t record_count (const Record *record);
const char *record_field (const Record *record, size_t index, const char **key);

/* Error: protocol, if a value holds a control character. */
Secret *record_encode (const Record *record, GError **error);
/* Error: protocol, for anything but a whole, undamaged record. */
Record *record_decode (const Secret *bytes, GError **error);
