/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OUTPUT.part, which grows by whole pages, and OUTPUT.part.json, which says how far it has come. */
#pragma once

#include "bulk-page.h"
#include "bulk-state.h"

typedef struct {
  int fd;     /* locked against another of us; or standard output */
  char *path; /* NULL: standard output, and nothing is kept */
  char *state_path;
  BulkState state; /* its `job` is NULL until there is one */
} BulkPart;

/* PART starts from { .fd = STDOUT_FILENO }. Takes up what an earlier run left of the same question,
 * if it did. Errors: usage (something else is in the place, or another run of us), internal,
 * protocol. */
bool bulk_part_open (BulkPart *part, const Api *api, const BulkOptions *options, GError **error);
void bulk_part_clear (BulkPart *part);

/* There is a job. Error: internal. */
bool bulk_part_begin (BulkPart *part, const char *job, GError **error);
/* The first line that was written, without its end; the caller owns it. Errors: internal, protocol.
 */
bool bulk_part_read_header (const BulkPart *part, char **header, GError **error);
/* PAGE is whole. Error: internal. */
bool bulk_part_add (BulkPart *part, const BulkPage *page, GError **error);
/* Drops what was written of a page that is not whole. Error: internal. */
bool bulk_part_rewind (BulkPart *part, GError **error);
/* Nothing can come of it any more. */
void bulk_part_discard (BulkPart *part);
/* Puts the whole file in its place. Errors: internal, usage. */
bool bulk_part_finish (BulkPart *part, const BulkOptions *options, GError **error);
