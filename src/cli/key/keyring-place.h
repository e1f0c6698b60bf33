/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A key that avouch makes or takes over, where it goes into the desktop's keyring; its certificate
 * is still a file. */
#pragma once

#include "key-place.h"

#define KEYRING_PLACE "keyring" /* the value of `--to` */

typedef struct {
  char *name;
  char *location; /* "keyring:NAME" */
  char *certificate;
  const char *collection; /* NULL: the default one */
  bool makes_folder;
} KeyringPlace;

void keyring_place_clear (KeyringPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KeyringPlace, keyring_place_clear)

/* CERTIFICATE: a path as typed, or NULL for the user's own folder of keys. Errors: usage, config.
 */
bool keyring_place_choose (const Environment *environment, const char *name,
                           const char *certificate, const char *collection, KeyringPlace *place,
                           GError **error);

/* That neither the item nor the certificate's file is there. Errors: key, passphrase. */
bool keyring_place_check (const KeyringPlace *place, GError **error);

/* KEY unencrypted, for the keyring encrypts it, and the certificate's file: both or neither. What
 * was written was read back. Errors: key, passphrase, internal. */
bool keyring_place_write (const KeyringPlace *place, const Key *key, GError **error);
