/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The passphrases that avouch-mint fetches itself, and those that came with the job. */
#pragma once

#include "job.h"

typedef struct {
  const Job *job;
  const char *home; /* for "~/" in file:PATH */
  int timeout;      /* seconds that the desktop's keyring may take */
  int64_t typed_in; /* out: microseconds that a person took to type; they count for nothing */
} PassphraseSource;

bool fetch_passphrase_is_configured (const Job *job);

/* A KeyPassphrase; DATA is a PassphraseSource. WHAT "key" is answered by `key-passphrase` where
 * that is set, everything else by `passphrase`. Errors: config, passphrase. */
Secret *fetch_passphrase (const char *what, void *data, GError **error);
