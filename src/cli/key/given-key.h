/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key of a new profile that was there before: whether it opens, and where its passphrase is. */
#pragma once

#include "environment.h"
#include "profile-draft.h"

/* Sets `passphrase` where DRAFT's key needs one and does not say where it is: a terminal ASKS,
 * until the key opens. Without one, what does not open is a note on stderr: it may be right where
 * the profile is used. Errors: usage (nobody says where it is), key and passphrase (on a terminal).
 */
bool given_key_settle (ProfileDraft *draft, const Environment *environment, bool asks,
                       GError **error);
