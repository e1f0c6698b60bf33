/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One job: key, assertion, exchange, credential. */
#pragma once

#include "environment.h"
#include "job.h"

/* For how long nobody should try again. */
typedef struct {
  int64_t seconds;
  bool profile_wide; /* whatever of the profile is asked for */
} MintHold;

/* HOLD is set with an error only. Errors: every kind but unserved. The caller owns the credential.
 */
Credential *mint_credential (const Job *job, const Environment *environment, MintHold *hold,
                             GError **error);
