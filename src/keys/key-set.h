/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a signature may be verified with: public keys and shared secrets, from whatever holds one.
 */
#pragma once

#include "key.h"

#define KEY_SET_MAX_KEYS 256 /* those that can be used */

typedef struct {
  GPtrArray *keys;      /* Key *, public or a secret each; one at least */
  bool several;         /* a JWK set: its keys are told apart by their "kid" */
  GHashTable *unusable; /* "kid" → why: what a set holds besides */
} KeySet;

void key_set_free (KeySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeySet, key_set_free)

/* From a file or a PKCS#11 URI: a public key (PEM, DER, PKCS#1), a certificate (of several the
 * first), a JWK or JWK set, or any private key's container, of which only the public half is kept.
 * The file may be readable for all if nothing in it is secret. A certificate's dates are not looked
 * at. Errors: key, passphrase; each names the file or the URI. */
KeySet *key_set_load (const KeySource *source, GError **error);
/* What a server published: the same, but nothing that is secret. Error: key, naming no place. */
KeySet *key_set_read_published (const Secret *content, GError **error);
/* The public half of a private key; any other key as it is. Error: key. */
KeySet *key_set_of_key (Key *key, GError **error);
