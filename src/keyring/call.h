/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of the room: the bus, the service, and the steps that others are made of. */
#pragma once

#include "keyring.h"
#include "trouble.h"
#include "wait.h"

#include <libsecret/secret.h>

typedef struct {
  const KeyringOptions *options;
  Wait wait;
  GDBusConnection *bus;
  SecretService *service; /* NULL: within a sandbox, libsecret's own file (sandbox.h) */
  char *owner;            /* who held the service's name at the start */
} Call;

bool call_open (Call *call, const KeyringOptions *options, bool secrets, GError **error);
void call_close (Call *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_close)

/* What went wrong, told as one of the room's troubles; always false. Takes CAUSE, which may be NULL
 * where a step was abandoned. */
bool call_fail (Call *call, GError *cause, GError **error);

/* A list as libsecret's searches give it, as an array that owns what is in it. */
GPtrArray *call_take_list (GList *list);

/* What matches ATTRIBUTES; SecretRetrievable *, in the service's order. NULL with an error. */
GPtrArray *call_search (Call *call, GHashTable *attributes, bool all, GError **error);

/* Unlocks an item or a collection, by asking if need be. */
bool call_unlock (Call *call, void *object, GError **error);

/* The collection that the options name. NULL, without an error where it is the default one and
 * there is none. */
SecretCollection *call_find_collection (Call *call, GError **error);
