/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hold that the issuer put on an account (too many logins): it counts for every profile that logs
 * the same account in at the same place, lest a loop over profiles go on where one must wait. */
#pragma once

#include "cache.h"
#include "profile.h"

/* NULL where nothing is held, or the profile's issuer does not tell accounts apart. */
Failure *login_hold_load (Cache *cache, const Profile *profile);
void login_hold_store (Cache *cache, const Profile *profile, const Failure *failure);
