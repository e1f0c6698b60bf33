/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One job: key, assertion, exchange, credential. */
#pragma once

#include "cache.h"
#include "job.h"

/* For how long nobody should try again. */
typedef struct {
  int64_t seconds;
  bool profile_wide; /* whatever of the profile is asked for */
} MintHold;

/* CACHE (may be NULL) holds what the issuer told at former logins. HOLD is set with an error only.
 * Errors: every kind but unserved. The caller owns the credential. */
Credential *mint_credential (const Job *job, const Environment *environment, Cache *cache,
                             MintHold *hold, GError **error);
