/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Within a sandbox (Flatpak) that keeps the Secret Service away, libsecret's password functions
 * keep items in a file of the application's own, encrypted with a key that the secret portal hands
 * out. It knows no collections, and nothing in it is locked. */
#pragma once

#include "call.h"

/* Whether libsecret would use that file. */
bool sandbox_has_portal (Call *call);

GPtrArray *sandbox_search (Call *call, GHashTable *attributes, GError **error);
bool sandbox_store (Call *call, GHashTable *attributes, const char *label, SecretValue *value,
                    GError **error);
/* libsecret removes what has the same attributes and more with it: that is put back, as changed
 * now. */
bool sandbox_delete (Call *call, SecretRetrievable *item, GError **error);
