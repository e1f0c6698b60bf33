/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known, without asking anybody, of the token that a profile alone leads to. */
#pragma once

#include "kept.h"

typedef struct {
  int64_t issued_at; /* unix seconds; 0: there is no token */
  int64_t expires_at;
  int64_t refresh_at;
  unsigned published; /* items in the keyring */
  GError *trouble;    /* why the keyring has not all that it should */
} TokenLife;

void token_life_clear (TokenLife *life);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TokenLife, token_life_clear)

/* CACHE may be NULL. One that would expire in a tool's hands counts as none. LIFE starts from { 0
 * }.
 */
void token_life_find (TokenLife *life, const Profile *profile, Cache *cache, int64_t now);
