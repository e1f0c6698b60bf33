/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private key that a profile names, opened as the profile says. */
#pragma once

#include "environment.h"
#include "fetch-passphrase.h"
#include "key.h"

/* What the profile says of its key, for key_load: KEY borrows from SOURCE and from PATH, which the
 * caller owns. Error: config. */
bool profile_key_source (PassphraseSource *source, KeySource *key, char **path, GError **error);

/* `key`, `key-alias`, `secret-encoding`, and SOURCE for the passphrases, which are fetched only if
 * the container needs them. Errors: config, key, passphrase. */
Key *profile_key_load (PassphraseSource *source, GError **error);

/* For a program that a person typed: this process also looks up the passphrases of `env:` and `fd:`
 * in its own surroundings. Errors: config, key, passphrase. */
Key *profile_key_open (const Profile *profile, const Environment *environment, GError **error);

/* The passphrases that a key took. Start from { 0 }. */
typedef struct {
  Secret *passphrase;     /* NULL: was not needed */
  Secret *key_passphrase; /* likewise */
} ProfilePassphrases;
void profile_passphrases_clear (ProfilePassphrases *passphrases);

/* The same, and hands out what can be had only once: what was typed, or read from a descriptor. */
Key *profile_key_open_once (const Profile *profile, const Environment *environment,
                            ProfilePassphrases *once, GError **error);
