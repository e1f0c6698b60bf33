/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of each profile's login. */
#pragma once

#include "kept.h"
#include "profile.h"
#include "writer.h"

typedef struct {
  Profile *profile;
  Credential *credential; /* for the profile as it stands; NULL: none is cached */
  Kept *kept;             /* what the keyring has of it; NULL: nothing is known of that */
  Failure *failure;       /* of the last login; NULL: it did not fail, or long ago */
  bool out_of_reach;      /* what KEPT tells of is in a keyring that does not hand it out now */
  unsigned others;        /* cached besides: of its earlier settings, another audience or scope */
} StatusEntry;

/* A StatusEntry a profile, in their order; CACHE may be NULL. The caller owns it. */
GPtrArray *status_gather (const GPtrArray *profiles, Cache *cache);

/* NOW is unix milliseconds. The caller owns it. */
char *status_text (const StatusEntry *entry, int64_t now);
/* What the last login failed for, in full, its hint on a second line; NULL if there is nothing to
 * tell. The caller owns it. */
char *status_trouble (const StatusEntry *entry, int64_t now);
/* The members "state", "others", and where they apply "expires_at", "failure", …. */
void status_write (Writer *writer, const StatusEntry *entry, int64_t now);
