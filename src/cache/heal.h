/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kubectl never says that a token was refused: it just starts the plugin again. It keeps a token in
 * memory for as long as the token lives, so the same parent asking again means a 401. */
#pragma once

#include "cache.h"

/* Notes that PARENT is being given CREDENTIAL, and tells whether it had been given this very one
 * before, i.e. whether it should be dropped and minted anew. True at most once a parent in a
 * token's life (some clients start the plugin at every load of their configuration), and at most
 * once in ten seconds for a token, whoever asks. */
bool heal_is_refused (Cache *cache, const char *token, const Credential *credential,
                      const char *parent, int64_t now);
/* Notes what PARENT was given in its place. */
void heal_note (Cache *cache, const char *token, const Credential *credential, const char *parent,
                bool healed);

/* For whoever is told of a 401: one more login for TOKEN was of no use, so that for a minute there
 * is none on another 401. */
void heal_note_vain (Cache *cache, const char *token, int64_t now);
bool heal_is_vain (Cache *cache, const char *token, int64_t now);
