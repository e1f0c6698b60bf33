/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where each of a profile's secrets lives; no secret is looked at. */
#pragma once

#include "keyring-view.h"
#include "status.h"

/* A table of them, for people; ENTRIES are StatusEntry. */
void secret_places_add (GString *text, const GPtrArray *entries);

/* The member "secrets". KEYRING: the one that the profile uses; NULL: it uses none. */
void secret_places_write (Writer *writer, const StatusEntry *entry, const KeyringView *keyring);
