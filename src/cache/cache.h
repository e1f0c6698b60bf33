/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Credentials, questions and refusals in the runtime folder.
 *
 *     ask-HASH      a symbolic link: the question HASH is answered by the token its target names
 *     token-HASH    a credential's record
 *     failure-HASH  how the last mint for that token failed
 *     kept-HASH     what is known of a token that the keyring has (see kept.h)
 *     fact-HASH     what an issuer told that is no secret: an id, an endpoint
 *     lock-HASH     held by whoever mints that token; empty
 *     seen-HASH-…   a symbolic link: which token a parent process was given (see heal.h)
 *     healed-HASH   a symbolic link: when that token was last dropped for a parent's asking again
 *     vain-HASH     a symbolic link: when the one that replaced that token was refused as well
 *     swept         a symbolic link: when the folder was last swept
 *
 * HASH is a SHA-256 in hexadecimal: the question's, the fact's, else the token's. Files are 0600
 * and replaced by rename; what cannot be read whole is a miss. */
#pragma once

#include "credential.h"
#include "environment.h"
#include "profile.h"

typedef struct _Cache Cache;

Cache *cache_open (const Environment *environment, GError **error);
void cache_close (Cache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cache, cache_close)
const char *cache_path (const Cache *cache);

/* The token that a question was last answered by (64 hex digits; the caller owns it), or NULL. */
char *cache_recall (Cache *cache, const char *question);
/* Remembers it; failing to is no error. */
void cache_remember (Cache *cache, const char *question, const char *token);

/* NULL for a miss of any kind. */
Credential *cache_load (Cache *cache, const char *token);
/* Ends what a failure held back. Error: internal (disk full, …); the former content then still
 * stands. */
bool cache_store (Cache *cache, const char *token, const Credential *credential, GError **error);
bool cache_drop (Cache *cache, const char *token);

/* How a mint failed. */
typedef struct {
  int64_t failed_at;  /* unix milliseconds */
  int64_t held_until; /* unix seconds: until then nobody asks again */
  bool profile_wide;  /* nor for anything else of the profile */
  GError *error;
} Failure;
void failure_free (Failure *failure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Failure, failure_free)

/* NULL for a miss of any kind, or for one from later than NOW (unix milliseconds): it was written
 * before the clock was set back, and holds nobody. */
Failure *cache_load_failure (Cache *cache, const char *token, int64_t now);
void cache_store_failure (Cache *cache, const char *token, const Failure *failure);
void cache_drop_failure (Cache *cache, const char *token);

/* The name under which a profile's fact NAME of TOPIC is filed; the caller owns it. */
char *cache_fact_name (const Profile *profile, const char *name, const char *topic);
/* NULL for a miss of any kind. The caller owns it. */
char *cache_load_fact (Cache *cache, const char *fact, int64_t now);
/* Failing to is no error: it is asked again. LIFETIME in seconds. */
void cache_store_fact (Cache *cache, const char *fact, const char *profile, const char *value,
                       int64_t now, int64_t lifetime);
void cache_drop_fact (Cache *cache, const char *fact);

/* An open-file-description lock on lock-HASH: a descriptor (inheritable on purpose by the caller),
 * or -1. WAIT_MS 0: try once. Error only for what is not simply "held by another"; a time-out
 * leaves ERROR unset. */
int cache_lock (Cache *cache, const char *token, int64_t wait_ms, GError **error);

/* Every readable credential with its token's hash: for status and forget. */
typedef void (*CacheVisitor) (const char *token, const Credential *credential, void *data);
void cache_visit (Cache *cache, CacheVisitor visitor, void *data);
/* Removes what avouch wrote: all of it, or one profile's. Returns how many credentials. */
unsigned cache_forget (Cache *cache, const char *profile);
/* Removes expired tokens, links to nothing, old failures, and what dead parents left. */
void cache_sweep (Cache *cache, int64_t now);
/* The same, unless somebody did within the last minute: what logs in for a thousand profiles shall
 * not look at a thousand entries a thousand times. */
void cache_sweep_if_due (Cache *cache, int64_t now);
