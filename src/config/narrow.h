/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings that leave it to the request's path what a token is for: `repositories = request` asks
 * for one token a repository, `owner = request` for one an owner. */
#pragma once

#include "profile.h"
#include "request.h"

#define NARROW_MAX_SEGMENT 255 /* bytes of an owner's or a repository's name */

/* The first two segments of the request's path, as URLs of git servers have them; ".git" at the end
 * of the second is taken off. Each is NULL where the request has no such segment, or one that is
 * longer than NARROW_MAX_SEGMENT. The caller owns both. */
void narrow_read (const Request *request, char **owner, char **repository);

/* Whether the setting KEY leaves it to the request. */
bool narrow_is_by_request (const Profile *profile, const char *key);
/* Whether any does: then tools are to tell the path. */
bool narrow_is_by_path (const Profile *profile);

/* What PROFILE's token is narrowed to by the path of this request: "owner" or "owner/repository";
 * "" for a place without a path, which must not be given what was fetched for no place at all;
 * NULL: by nothing. The caller owns it. */
char *narrow_path (const Profile *profile, const Request *request);
