/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a profile can work, as far as that can be told without opening its key or the network. */
#pragma once

#include "profile.h"

/* HOME: what "~/" stands for, or NULL. Error: config. */
bool profile_check (const Profile *profile, const char *home, GError **error);
