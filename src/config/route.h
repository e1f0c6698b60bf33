/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which profile may answer a request. */
#pragma once

#include "config.h"
#include "request.h"

/* The profile that REQUEST names (and, if it also has a URL, may serve), else the one whose most
 * specific pattern matches. A profile whose `git-username` is not the one asked for does not
 * count. The caller owns the reference.
 * Errors: unserved (nothing matches; the message lists what the named profile serves), config (no
 * such profile; or a tie, naming both profiles). */
Profile *route_find (const Config *config, const Request *request, GError **error);

/* Whether any profile serves some path of ORIGIN. */
bool route_serves_origin (const Config *config, const Url *origin);
