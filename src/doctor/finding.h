/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one step found. */
#pragma once

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  FINDING_NONE, /* not looked yet */
  FINDING_GOOD,
  FINDING_WARNING, /* works, and might not for long or for everything */
  FINDING_BAD,
  FINDING_SKIPPED,
} FindingState;

typedef struct {
  FindingState state;
  AvouchError kind; /* of what is bad */
  char *text;       /* in a few words */
  char *hint;       /* what to do; NULL: nothing to be done, or not known */
  int64_t ms;       /* that the step took */
  bool foreign;     /* the step is for other profiles: people need not read that */
} Finding;

void finding_clear (Finding *finding);

/* Each replaces what FINDING says. */
void finding_good (Finding *finding, const char *format, ...) G_GNUC_PRINTF (2, 3);
void finding_warn (Finding *finding, const char *format, ...) G_GNUC_PRINTF (2, 3);
void finding_skip (Finding *finding, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* By message, hint and kind of ERROR. */
void finding_bad (Finding *finding, const GError *error);
/* The same, without the "PROFILE: " that the message may begin with: the report says it once. */
void finding_bad_of (Finding *finding, const char *profile, const GError *error);
void finding_hint (Finding *finding, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* For programs; never translated: "ok", "warning", "failed", "skipped". */
const char *finding_state_name (FindingState state);
