/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One item of the keyring, from being looked for to being deleted. */
#pragma once

#include "call.h"

#define ITEM_SCHEMA "xdg:schema"

/* Whether D-Bus can carry the item's text. */
bool item_check (const KeyringItem *item, const KeyringOptions *options, GError **error);

/* char * to char *; the caller owns it. */
GHashTable *item_attributes (const KeyringItem *item, bool with_schema);

/* What suits WANTED, whatever else the service finds: SecretRetrievable *. NULL with an error. */
GPtrArray *item_search (Call *call, const KeyringItem *wanted, GError **error);

bool item_is_locked (void *item);

/* ITEM as it is when it is not locked. NULL without an error: it is gone, or another than WANTED.
 */
SecretRetrievable *item_unlock (Call *call, SecretRetrievable *item, const KeyringItem *wanted,
                                GError **error);

/* Without its secret; the caller owns it. */
KeyringMatch *item_describe (SecretRetrievable *item);

/* Unlocked, with its secret. NULL without an error: as of item_unlock. */
KeyringMatch *item_open (Call *call, SecretRetrievable *item, const KeyringItem *wanted,
                         GError **error);

/* One that somebody else has just deleted is gone as well. */
bool item_delete (Call *call, SecretRetrievable *item, GError **error);
