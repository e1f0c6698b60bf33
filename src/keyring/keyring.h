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

#include "secret.h"

#include <stdint.h>

#define KEYRING_TIMEOUT    30          /* seconds for a whole call, the desktop's prompt included */
#define KEYRING_MAX_SECRET (64 * 1024) /* bytes */

/* What is kept or looked for. */
typedef struct {
  const char *schema;            /* the attribute "xdg:schema"; NULL: none is kept, any is found */
  bool loose;                    /* SCHEMA is kept, but any is found and replaced */
  const char *const *attributes; /* NAME, VALUE, …, NULL; an item may have more than these. NULL:
                                    every item of SCHEMA, which must then be given */
  const char *label;             /* what people see in their keyring program; for keyring_store */
} KeyringItem;

typedef struct {
  bool interactive;       /* the desktop may ask the user to unlock or make a collection */
  int timeout;            /* seconds for the whole call; 0: KEYRING_TIMEOUT */
  const char *collection; /* where to keep: a label, an alias or an object's path; NULL: the default
                             one. Items are found in all */
  const char *instead;    /* for hints: what works where the keyring does not, as a sentence's part
                             ("`passphrase = file:PATH` works …"); NULL: nothing */
} KeyringOptions;

/* An item that was found. */
typedef struct {
  char *label;
  GHashTable *attributes; /* char * to char *, "xdg:schema" among them */
  bool locked;
  int64_t modified; /* unix seconds; 0: not known */
  Secret *secret;   /* any bytes, a NUL too; NULL: locked, or not asked for */
} KeyringMatch;

void keyring_match_free (KeyringMatch *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyringMatch, keyring_match_free)
/* NULL if it has no such attribute. Borrowed. */
const char *keyring_match_get (const KeyringMatch *match, const char *attribute);

/* Keeps SECRET. An item with exactly these attributes is replaced, one with more is not. */
bool keyring_store (const KeyringItem *item, const Secret *secret, const KeyringOptions *options,
                    GError **error);

/* The first item that matches, unlocked if need be, with its secret; the caller owns it. MATCH is
 * NULL if there is none, which is no error. */
bool keyring_find (const KeyringItem *item, const KeyringOptions *options, KeyringMatch **match,
                   GError **error);

/* All that match: KeyringMatch *, owned by the array; empty if there is none. With SECRETS each is
 * unlocked, or stays locked where nobody may be asked; without, nobody is ever asked. */
GPtrArray *keyring_search (const KeyringItem *item, bool secrets, const KeyringOptions *options,
                           GError **error);

/* Judges an item before it is erased. */
typedef bool (*KeyringJudge) (const KeyringMatch *match, void *data);

/* Erases all that match and, where there is a JUDGE, that it agrees to, seeing their secrets.
 * ERASED (may be NULL) receives how many. */
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
