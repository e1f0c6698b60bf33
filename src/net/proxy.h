/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The profile's `proxy`: a URL, or "environment". */
#pragma once

#include "profile.h"

/* PROXY receives its URL, NULL for none; the caller owns it. VARIABLES is where "environment" finds
 * https_proxy (or all_proxy) and no_proxy, by curl's rules. Error: config. */
bool proxy_find (const Profile *profile, const Url *url, char **variables, char **proxy,
                 GError **error);
