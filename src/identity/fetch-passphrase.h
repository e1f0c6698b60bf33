/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The passphrases of a profile: those that somebody fetched before, and all others from where the
 * profile says they are. */
#pragma once

#include "environment.h"
#include "profile.h"
#include "secret.h"

typedef struct {
  const Profile *profile;
  Secret *passphrase;     /* what `passphrase` gave already (`env:`, `fd:`); NULL: nothing yet */
  Secret *key_passphrase; /* likewise, of `key-passphrase` */
  Secret *client_secret;  /* likewise, of `client-secret` */
  bool keep;              /* put what is fetched into these two; the caller then drops it */
  const Environment *environment; /* for what a path begins with */
  int timeout;                    /* seconds that the desktop's keyring may take */
  bool no_prompt;                 /* nobody may be asked */
  int64_t typed_in; /* out: microseconds that a person took to type; they count for nothing */
} PassphraseSource;

/* Whether the desktop may ask the user to unlock its keyring for us: it needs a display for that,
 * and nobody waits for a mint in the background, which leads a session of its own (spawn.h). */
bool fetch_may_interact (const PassphraseSource *source);

bool fetch_passphrase_is_configured (const Profile *profile);

/* A KeyPassphrase; DATA is a PassphraseSource. WHAT "key" is answered by `key-passphrase` where
 * that is set, everything else by `passphrase`. Errors: config, passphrase. */
Secret *fetch_passphrase (const char *what, void *data, GError **error);

/* What `client-secret` gives; NULL without an error where that is not set. Errors: config,
 * passphrase. The caller owns it. */
Secret *fetch_client_secret (const PassphraseSource *source, GError **error);

/* By the rules of a key file: PATH is a regular file that others may neither read nor write. Error:
 * passphrase, naming PATH. */
Secret *fetch_passphrase_file (const char *path, GError **error);
