/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a download has come, beside the file that it goes to: JSON, 0600, replaced whole. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define BULK_STATE_MAX_FILE 65536 /* bytes */

typedef struct {
  char *profile;
  char *instance; /* URL */
  char *account;  /* URL of the org and the user; NULL: not told */
  char *version;  /* of the API */
  char *query;    /* SHA-256 */
  char *job;
  char *locator;  /* of the page that is due; NULL: the first */
  int64_t offset; /* bytes of the pages that are whole */
  int64_t pages;
  int64_t records;
  bool complete; /* no page is due any more */
} BulkState;
void bulk_state_clear (BulkState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BulkState, bulk_state_clear)

/* FOUND says whether there is one. STATE starts from { 0 }. Errors: internal, protocol (damaged).
 */
bool bulk_state_load (const char *path, BulkState *state, bool *found, GError **error);
bool bulk_state_save (const char *path, const BulkState *state, GError **error);
/* Whether both are of one question to one place. */
bool bulk_state_is_same (const BulkState *a, const BulkState *b);
