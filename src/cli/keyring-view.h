/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of each collection of the keyring that a profile uses, told in a few seconds and asking
 * nobody to unlock it. */
#pragma once

#include "keyring.h"
#include "profile.h"
#include "writer.h"

typedef struct {
  const char *collection; /* as the profile's `keyring-collection` has it, borrowed; NULL: the
                             default one */
  KeyringState state;
  GError *trouble; /* why there is no STATE */
} KeyringView;

/* KeyringView, owned by the array, in the order of the PROFILES that use them; empty where none
 * does, and then the keyring is not asked. */
GPtrArray *keyring_views_take (const GPtrArray *profiles);

/* NULL: the profile has nothing in the keyring, and looks for nothing there. */
const KeyringView *keyring_views_find (const GPtrArray *views, const Profile *profile);

/* For programs: "unlocked", "locked" or "absent". */
const char *keyring_view_state (const KeyringView *view);

/* A line for each. */
void keyring_views_add (const GPtrArray *views, GString *text);
/* The member "keyring", of the first; null where no profile uses it. */
void keyring_views_write (const GPtrArray *views, Writer *writer);
