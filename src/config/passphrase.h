/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings `passphrase`, `key-passphrase` and `client-secret`: where one comes from, never what
 * it is. */
#pragma once

#include "profile.h"
#include "secret.h"

typedef enum {
  PASSPHRASE_NONE,    /* not set */
  PASSPHRASE_KEYRING, /* the Secret Service */
  PASSPHRASE_PROMPT,  /* asked for */
  PASSPHRASE_FILE,    /* argument: a path, perhaps with "~/" */
  PASSPHRASE_ENV,     /* argument: a variable of the caller's environment */
  PASSPHRASE_FD,      /* argument: an open descriptor of the caller */
} PassphraseKind;

#define CLIENT_SECRET_SETTING "client-secret"

#define PASSPHRASE_MAX_LENGTH 4096 /* bytes, the line's end not counted */

/* VALUE as the setting has it; ARGUMENT is borrowed from it. False: it is none of the forms. */
bool passphrase_find_form (const char *value, PassphraseKind *kind, const char **argument);

/* "keyring PLACE" is the place that is asked where the keyring gives nothing; the one before it is
 * passphrase_asks_keyring's. ARGUMENT is borrowed from the profile; NULL where the kind has none.
 * Error: config, naming file and line but not the value: people paste the passphrase itself there.
 */
bool passphrase_parse (const Profile *profile, const char *key, PassphraseKind *kind,
                       const char **argument, GError **error);

/* The setting is "keyring", or "keyring" and another place. */
bool passphrase_asks_keyring (const Profile *profile, const char *key);

/* What only the caller's process can reach (`env:`, `fd:`); SECRET is NULL where avouch-mint
 * fetches the passphrase itself or none is set. INHERITED: the caller's environment. Errors:
 * config; passphrase (not there, empty, too long, control characters), naming the place; after
 * "keyring", what is not there is no error yet. */
bool passphrase_resolve (const Profile *profile, const char *key, char **inherited, Secret **secret,
                         GError **error);

/* The variable NAME of INHERITED. Error: passphrase, naming WHAT. */
Secret *passphrase_from_environment (const char *name, const char *what, char **inherited,
                                     GError **error);

/* The one line that BYTES hold, without the line feed (or CR LF) at its end. Error: passphrase
 * (empty, too long, control characters), naming WHAT. */
Secret *passphrase_take (const char *bytes, size_t length, const char *what, GError **error);

/* Error: passphrase, saying how to open it. */
bool passphrase_fd_is_open (int fd, GError **error);

/* Reads one from FD to its end: a file's content or a pipe's, without the line feed (or CR LF) at
 * its end. Error: passphrase, naming WHAT. */
Secret *passphrase_read (int fd, const char *what, GError **error);
