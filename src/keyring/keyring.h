/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passphrases from the desktop's Secret Service (GNOME Keyring, KWallet, KeePassXC). */
#pragma once

#include "secret.h"

/* The items avouch looks for have the schema "avouch.Passphrase" and two attributes:
 *     profile   the profile's name
 *     purpose   "keystore" or "key"
 * as `secret-tool store --label=… xdg:schema avouch.Passphrase profile NAME purpose keystore` makes
 * them. */
#define KEYRING_SCHEMA  "avouch.Passphrase"
#define KEYRING_TIMEOUT 30 /* seconds for the whole look-up, the desktop's own prompt included */

/* Waits at most TIMEOUT seconds. INTERACTIVE: the desktop may ask the user to unlock the keyring.
 * Errors, each with a hint: passphrase (no bus, no service, locked, dismissed, no such item, not
 * one line, time over, or this build has no keyring support). */
Secret *keyring_lookup_passphrase (const char *profile, const char *purpose, bool interactive,
                                   int timeout, GError **error);
