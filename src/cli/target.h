/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command is for: a profile, or the place that is to be reached, for which a profile
 * answers. */
#pragma once

#include "config.h"
#include "request.h"

/* For a table of options; OFFSET: of a char * in the command's values. */
/* clang-format off */
#define TARGET_URL_OPTION(OFFSET) \
  { "url", 'u', OPTION_STRING, (OFFSET), N_ ("URL"), \
    N_ ("the place to be reached: the profile that serves it answers") }
/* clang-format on */

/* WORD: the profile's name, or a URL typed in its place; URL: what --url gave. Without either (both
 * NULL) REQUEST is for the only profile there is. The configuration is read only where it must be.
 * Errors: usage (both, no URL), and as of profiles_choose. */
bool target_fill (Request *request, const char *word, const char *url,
                  const Environment *environment, GError **error);

/* The profile that answers REQUEST. Borrowed from CONFIG. Errors: as of route_find and
 * profiles_choose. */
Profile *target_profile (const Config *config, const Request *request, GError **error);
