/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of the room: the bus, the service, and the steps that others are made of. */
#pragma once

#include "keyring.h"
#include "trouble.h"
#include "wait.h"

/* Items by their paths: they have been there since libsecret 0.18. */
#define SECRET_API_SUBJECT_TO_CHANGE
#include <libsecret/secret.h>

typedef struct {
  const KeyringOptions *options;
  Wait wait;
  GDBusConnection *bus;
  SecretService *service; /* NULL: within a sandbox, libsecret's own file (sandbox.h) */
  char *owner;            /* who held the service's name at the start */
  GError *passed_over;    /* why the first item was left out that could not be read; NULL: none */
  bool over;              /* the service is of no use for the rest of the call */
} Call;

bool call_open (Call *call, const KeyringOptions *options, bool secrets, GError **error);
void call_close (Call *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_close)

/* What went wrong, told as one of the room's troubles; always false. Takes CAUSE, which may be NULL
 * where a step was abandoned. */
bool call_fail (Call *call, GError *cause, GError **error);

/* Leaves out the item that TROUBLE (taken; NULL: none) is about. False where there is no use in
 * looking at the next: the service is gone, or somebody said no. */
bool call_pass_over (Call *call, GError *trouble);
/* Whether the call comes to an answer: something was FOUND, or nothing was left out. */
bool call_settle (Call *call, bool found, GError **error);

/* Whether CAUSE is that there is no such item any more: another program may remove one at any
 * time. */
bool call_is_gone (Call *call, const GError *cause);

/* What matches ATTRIBUTES, as the service says; SecretRetrievable *, in the service's order, those
 * that are locked last. NULL with an error. */
GPtrArray *call_search (Call *call, GHashTable *attributes, GError **error);

/* The item as it is now. NULL without an error: it is gone. */
SecretItem *call_load_item (Call *call, const char *path, GError **error);

/* Unlocks an item or a collection, by asking if need be. */
bool call_unlock (Call *call, void *object, GError **error);

/* The collection that the options name. NULL, without an error where it is the default one and
 * there is none. */
SecretCollection *call_find_collection (Call *call, GError **error);
