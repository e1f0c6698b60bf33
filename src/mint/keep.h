/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a job's token is in the desktop's keyring. */
#pragma once

#include "cache.h"
#include "job.h"

typedef struct {
  const Job *job;
  const Environment *environment;
  Cache *cache;     /* NULL: there is no folder for what is known of it */
  GError *trouble;  /* why the keyring has not all that it should */
  bool unreachable; /* it failed before: it is not asked again */
} Keep;

void keep_clear (Keep *keep);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keep, keep_clear)

/* The one that the keyring has, if the profile wants that and the job does not forbid it. RENEW: it
 * is in its last fifth, and another should be had. The caller owns it; NULL: none, for whatever
 * reason. */
Credential *keep_find (Keep *keep, bool *renew);
/* The renewal failed: none for a while. */
void keep_rest (Keep *keep);

/* Puts a new one where the profile wants it. What goes wrong is only noted: a credential that
 * cannot be stored is no less one. */
void keep_store (Keep *keep, const Credential *credential);
/* The same where other programs look for it; and notes in the runtime folder what is where. */
void keep_publish (Keep *keep, const Credential *credential);

/* Errors: of keyring.h. */
bool keep_erase (Keep *keep, GError **error);
