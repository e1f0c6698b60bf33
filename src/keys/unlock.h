/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a reader may ask and spend to open one container. */
#pragma once

#include "key.h"

#include <stdint.h>

/* PBKDF rounds of one load, all parts of the container together. GnuTLS has no bound of its own: a
 * hostile file could ask for 2^31. keytool writes 10,000, and OWASP's advice is 600,000. */
#define UNLOCK_MAX_ITERATIONS 5000000
/* Bytes of one derivation with scrypt, all in all: what openssl opens, whose default for a new key
 * takes half of it. */
#define UNLOCK_MAX_MEMORY (32 * 1024 * 1024)

typedef struct {
  const KeySource *source;
  Secret *passphrase;     /* once asked for; NULL before */
  Secret *key_passphrase; /* likewise, where the key has its own */
  bool verified;          /* the container's own check found the passphrase right */
  bool no_passphrase;     /* found to be encrypted under GnuTLS's NULL password */
  unsigned iterations;    /* spent so far */
  bool inspects;          /* what can be told without the passphrase is wanted, and no key used */
} Unlock;

void unlock_clear (Unlock *unlock);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Unlock, unlock_clear)

/* The passphrase, asked for at the first call only. Borrowed. WHAT: "keystore" or "key", which
 * shares the keystore's unless it has its own. Error: passphrase (none configured), or the
 * caller's own. */
const char *unlock_passphrase (Unlock *unlock, const char *what, GError **error);
/* Whether a container may be told of although nothing proves that nobody changed it. */
bool unlock_may_pass (const Unlock *unlock);
/* Before a derivation of ITERATIONS rounds. Error: key, where the limit is passed. */
bool unlock_spend (Unlock *unlock, uint64_t iterations, GError **error);
/* Before a derivation that takes this many bytes. Error: as above. */
bool unlock_allows_memory (uint64_t bytes, GError **error);
/* Error: passphrase. Always returns false. */
bool unlock_refused (GError **error);
/* The same for a key, which may lie in a container that did open. */
bool unlock_key_refused (const Unlock *unlock, GError **error);
