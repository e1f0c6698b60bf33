/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one door: a request goes in, a credential comes out. Route, cache, mint. */
#pragma once

#include "cache.h"
#include "config.h"
#include "credential.h"
#include "request.h"

typedef struct {
  const Environment *environment;
  bool heal;      /* the tool never says that a token was refused: judge by its asking again */
  bool fresh;     /* pass over the cache, and store what comes */
  int verbose;    /* 0: silent on success */
  int timeout;    /* seconds, where a login may take less than the profile allows; 0: as it says */
  bool no_prompt; /* nobody may be asked for a passphrase, or to unlock the keyring */
  bool cached;    /* only what is cached: nothing is asked of anybody */
  /* What the caller has read already, for who asks for many profiles; NULL: it is read if needed.
   */
  const Config *config;
  int depth;  /* how many profiles led to this one by their `subject-token` */
  bool stays; /* the caller makes many calls: what they start is to be gone when they return */
  Secret *passphrase;     /* of the profile, where that was fetched and cannot be again; or NULL */
  Secret *key_passphrase; /* likewise */
} ObtainOptions;

/* A warm call reads no configuration. Errors: unserved (no profile may answer), and every other
 * kind, prefixed with the profile's name. */
Credential *obtain_credential (const Request *request, const ObtainOptions *options,
                               GError **error);

/* The tool says that this secret was refused (NULL: whatever is cached): drops it from the cache if
 * it is the one that is cached. Never mints, revokes or prints. Errors: unserved, config; refused,
 * for a secret so new that it is kept (see credential_is_settling). */
bool obtain_erase (const Request *request, const Secret *refused, const Environment *environment,
                   GError **error);

/* The issuer says that CREDENTIAL ends earlier than believed: corrects the cached one, if it is
 * still that. Errors: as of obtain_erase, and internal. */
bool obtain_shorten (const Request *request, const Credential *credential, int64_t expires_at,
                     const Environment *environment, GError **error);

/* The name under which a profile's token for this request is filed; the caller owns it. */
char *obtain_token_name (const Profile *profile, const Request *request);
/* The same where nothing narrows the request. A hold of the whole profile is filed there too. */
char *obtain_plain_name (const Profile *profile);

/* FAILURE as the answer to whoever asks while it holds. The caller owns it. */
GError *obtain_held_error (const Failure *failure, int64_t now);

/* Whether the profile's credentials are cached: its `cache` is "runtime" or "none"; if unset,
 * the former, but for a token of the caller's environment (see subject.h) the latter.
 * Error: config, for anything else. */
bool obtain_wants_cache (const Profile *profile, bool *wanted, GError **error);
