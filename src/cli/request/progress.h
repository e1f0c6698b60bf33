/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line on a terminal's stderr that is drawn over; nothing elsewhere. No colour. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool shown;
  const char *name; /* borrowed: whose it is */
  int64_t started;  /* monotonic, microseconds */
  int64_t drawn;
} Progress;

/* WANTED: the caller has nothing against it. */
void progress_begin (Progress *progress, const char *name, bool wanted);
/* WHAT is waited for: "waiting for job 750…: InProgress, 12 s". */
void progress_wait (Progress *progress, const char *job, const char *state);
/* RECORDS of TOTAL (0: unknown), and BYTES so far. */
void progress_count (Progress *progress, int64_t records, int64_t total, int64_t bytes);
void progress_end (Progress *progress);
