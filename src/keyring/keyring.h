/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The desktop's Secret Service (GNOME Keyring, KWallet, KeePassXC): items that are found by their
 * attributes. Each call opens the service, does its work, and is given up when its time is over,
 * whatever the service does.
 *
 * Errors of every call, each of kind passphrase and with a hint: no bus, no service, no default
 * collection, locked, dismissed, time over, a service that dies or breaks its protocol, a secret of
 * more than KEYRING_MAX_SECRET bytes, an attribute or label that is not UTF-8, or a build without
 * keyring support. That there is no such item is no error. */
#pragma once

#include "keyring-item.h"

/* Keeps SECRET. An item with exactly these attributes is replaced, one with more is not. */
bool keyring_store (const KeyringItem *item, const Secret *secret, const KeyringOptions *options,
                    GError **error);

/* The first item that matches and can be read, unlocked if need be, with its secret; the caller
 * owns it. MATCH is NULL if there is none, which is no error. */
bool keyring_find (const KeyringItem *item, const KeyringOptions *options, KeyringMatch **match,
                   GError **error);

/* All that match: KeyringMatch *, owned by the array; empty if there is none. With SECRETS each is
 * unlocked, or stays locked where nobody may be asked; without, nobody is ever asked.
 *
 * One that cannot be read is left out, and an error only where no other has a secret. PASSED_OVER
 * (may be NULL) receives why the first of them was, for the caller to free; NULL: none was. */
GPtrArray *keyring_search (const KeyringItem *item, bool secrets, const KeyringOptions *options,
                           char **passed_over, GError **error);

/* Judges an item before it is erased. */
typedef bool (*KeyringJudge) (const KeyringMatch *match, void *data);

/* Erases all that match and, where there is a JUDGE, that it agrees to, seeing their secrets. One
 * that it cannot be shown is an error only where it agrees to no other. ERASED (may be NULL)
 * receives how many. */
bool keyring_erase (const KeyringItem *item, KeyringJudge judge, void *data,
                    const KeyringOptions *options, unsigned *erased, GError **error);

/* Where keyring_store would keep an item; asks nobody. */
typedef struct {
  char *collection; /* its label */
  bool locked;
  bool portal; /* within a sandbox: a file that is encrypted with the secret portal's key */
} KeyringState;

void keyring_state_clear (KeyringState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KeyringState, keyring_state_clear)
bool keyring_state (const KeyringOptions *options, KeyringState *state, GError **error);

/* A profile's passphrase: the items have the schema "avouch.Passphrase" and two attributes:
 *     profile   the profile's name
 *     purpose   "keystore" or "key"
 * as `secret-tool store --label=… xdg:schema avouch.Passphrase profile NAME purpose keystore` makes
 * them. */
#define KEYRING_SCHEMA "avouch.Passphrase"

/* Waits at most TIMEOUT seconds. INTERACTIVE: as in KeyringOptions. Errors: those above, and
 * passphrase (no such item, not one line). */
Secret *keyring_lookup_passphrase (const char *profile, const char *purpose, bool interactive,
                                   int timeout, GError **error);
