/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where each of a profile's secrets lives; no secret is looked at. */
#pragma once

#include "keyring.h"
#include "status.h"

/* A table of them, for people; ENTRIES are StatusEntry. */
void secret_places_add (GString *text, const GPtrArray *entries);

/* The member "secrets". */
void secret_places_write (Writer *writer, const StatusEntry *entry);

/* Whether anything of the profile is in the keyring, or looked for there. */
bool secret_places_use_keyring (const Profile *profile);

/* What can be said of the keyring in two seconds, asking nobody to unlock it. */
typedef struct {
  bool used; /* by any profile: else nothing was looked at */
  KeyringState state;
  GError *trouble; /* why there is no STATE */
} KeyringView;

void keyring_view_clear (KeyringView *view);
void keyring_view_take (KeyringView *view, const GPtrArray *profiles);
/* A line; nothing where no profile uses it. */
void keyring_view_add (const KeyringView *view, GString *text);
/* The member "keyring"; null where no profile uses it. */
void keyring_view_write (const KeyringView *view, Writer *writer);
