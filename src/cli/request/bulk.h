/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A query by Salesforce's Bulk API 2.0: a job is made, waited for, and its result fetched page by
 * page ("Query with Bulk API 2.0" in the Bulk API Developer Guide). */
#pragma once

#include "api.h"

#define BULK_DEFAULT_VERSION "65.0"
#define BULK_DEFAULT_WAIT    3600            /* seconds */
#define BULK_MAX_WAIT        (7 * 24 * 3600) /* seconds: results are kept no longer */
#define BULK_PAGE_RECORDS    50000

typedef struct {
  const char *query;
  const char *output; /* NULL: standard output, and no second try of what was begun */
  bool force;         /* replace OUTPUT */
  bool restart;       /* forget what an earlier run left */
  const char *version;
  int64_t wait; /* seconds for the job to be done */
} BulkOptions;

/* The records as CSV. With OUTPUT they go to OUTPUT.part, and what is needed to go on after any
 * failure to OUTPUT.part.json: the same call does. Errors: refused, network, protocol, internal,
 * usage. */
bool bulk_run (Api *api, const BulkOptions *options, GError **error);
