/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key pair of a new profile, where nobody names one: that of an earlier try, else a new one. */
#pragma once

#include "key-place.h"
#include "make.h"
#include "profile-draft.h"

typedef struct {
  KeyPlace place;
  PassphrasePlace passphrase;
  const KeyType *type;
  bool found; /* it is there already */
} NewKey;
void new_key_clear (NewKey *key);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NewKey, new_key_clear)

/* What "avouch key new NAME" makes for a DRAFT of that name, with a generated passphrase unless the
 * draft says where one is. KEY borrows from DRAFT. Errors: usage, config, key (a part of it is
 * there, or another file). */
bool new_key_choose (NewKey *key, const ProfileDraft *draft, const Environment *environment,
                     GError **error);

/* Makes the files, all or none, and says so on stderr: RSA of 2048 bits, which every
 * issuer takes, or what the draft's `algorithm` needs.
 * Errors: key, passphrase, internal. */
bool new_key_make (const NewKey *key, const Environment *environment, GError **error);

/* Sets `key`, and `passphrase` to its place. Error: usage. */
bool new_key_set (const NewKey *key, ProfileDraft *draft, const Environment *environment,
                  GError **error);
