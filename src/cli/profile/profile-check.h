/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a profile can work, as far as that can be told without opening its key or the network. */
#pragma once

#include "key.h"
#include "profile.h"

/* HOME: what "~/" stands for, or NULL. Error: config. */
bool profile_check (const Profile *profile, const char *home, GError **error);

/* Whether the profile's issuer and `algorithm` take this private key. Error: key. */
bool profile_check_key (const Profile *profile, const Key *key, GError **error);
