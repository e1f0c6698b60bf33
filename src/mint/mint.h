/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One job: key, assertion, exchange, credential. */
#pragma once

#include "environment.h"
#include "job.h"

/* HOLD receives, with an error only, for how many seconds nobody should try again. Errors: every
 * kind but unserved. The caller owns the credential. */
Credential *mint_credential (const Job *job, const Environment *environment, int64_t *hold,
                             GError **error);
