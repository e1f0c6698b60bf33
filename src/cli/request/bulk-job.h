/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bulk.h"

typedef struct {
  char *id;    /* 15 to 18 letters and digits */
  char *state; /* one of those that the API knows */
  bool done;
  bool lost;       /* it failed, or was aborted */
  bool unknown;    /* there is no such job any more */
  int64_t records; /* 0: not said */
  int64_t pause;   /* seconds that the server asks for; 0: not said */
} BulkJob;
void bulk_job_clear (BulkJob *job);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BulkJob, bulk_job_clear)

bool bulk_job_is_id (const char *id);

/* Makes one for OPTIONS' query; JOB starts from { 0 }. Errors: refused, network, protocol. */
bool bulk_job_create (Api *api, const BulkOptions *options, BulkJob *job, GError **error);
/* Asks how JOB is. Errors: the same, and refused where it is lost or unknown. */
bool bulk_job_ask (Api *api, const BulkOptions *options, BulkJob *job, GError **error);
