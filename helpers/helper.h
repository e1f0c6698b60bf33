/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every helper's main does around its own work: arguments, environment, errors, exit code. */
#pragma once

#include "obtain.h"

/* One start of a helper, its arguments read. */
typedef struct {
  const char *operation; /* NULL for a helper that has none */
  const char *profile;   /* --profile; NULL: found by the place to be reached */
  ObtainOptions obtain;
} HelperCall;

typedef struct {
  const char *name;
  const char *usage; /* N_(): the lines after "usage: NAME [OPTION…]" */
  bool has_operation;
  /* Reads the tool's request and answers it, wholly or not at all. */
  bool (*run) (HelperCall *call, GError **error);
} Helper;

/* Returns the exit code; nothing on stdout but what `run` answers, and on success nothing on
 * stderr. */
int helper_main (const Helper *helper, int argc, char **argv);

/* Hands ANSWER to the tool in one write; it is empty afterwards. A tool that is gone, or a full
 * disk, is an error (internal), not a signal. */
bool helper_answer (SecretBuffer *answer, GError **error);
