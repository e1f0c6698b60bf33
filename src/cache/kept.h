/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens in the desktop's keyring, where only avouch-mint and avouch reach them: what a profile
 * says of it, and what the runtime folder knows of each. */
#pragma once

#include "cache.h"

/* `cache` is "keyring": that is the token's only place. */
bool kept_is_cached (const Profile *profile);
/* `publish` is "keyring": each token is also written where other programs look. */
bool kept_is_published (const Profile *profile);
/* `publish` is "keyring", "none" or unset. Error: config. */
bool kept_check (const Profile *profile, GError **error);

/* No secret is in it. */
typedef struct {
  char *profile;
  int64_t issued_at; /* unix seconds, all of them */
  int64_t refresh_at;
  int64_t expires_at;
  int64_t rest_until; /* a renewal failed: none before that */
  bool cached;        /* the keyring has it, under "token" */
  unsigned published; /* items that other programs find */
  GError *trouble;    /* why the keyring has not all that it should; NULL: it has */
} Kept;

Kept *kept_new (const Credential *credential);
void kept_free (Kept *kept);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Kept, kept_free)

/* kept-HASH in the runtime folder. NULL for a miss of any kind, or one whose token has expired. */
Kept *kept_load (Cache *cache, const char *token, int64_t now);
/* Failing to is no error: it is only told less, and renewed more often. */
void kept_store (Cache *cache, const char *token, const Kept *kept);
void kept_drop (Cache *cache, const char *token);
