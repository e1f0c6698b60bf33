/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keep.h"

#include "error.h"
#include "kept.h"
#include "obtain.h"
#include "process.h"
#include "stored-token.h"

#include <string.h>

enum { REST = 10 /* seconds after a renewal that failed */ };

void
keep_clear (Keep *keep)
{
  g_clear_error (&keep->trouble);
}

/* The first is the reason of those that follow. */
static void
note (Keep *keep, GError *trouble)
{
  keep->unreachable = true;
  if (keep->trouble == NULL)
    keep->trouble = trouble;
  else
    g_error_free (trouble);
}

static bool
may_rest (const Keep *keep)
{
  int64_t now = process_now ();
  g_autoptr (Kept) kept =
      keep->cache != NULL ? kept_load (keep->cache, keep->job->token, now) : NULL;

  /* One that is longer was begun before the clock was set back. */
  return kept != NULL && kept->rest_until > now && kept->rest_until <= now + REST;
}

static void
remember (Keep *keep, const Credential *credential, bool cached, unsigned published)
{
  g_autoptr (Kept) kept = kept_new (credential);

  if (keep->cache == NULL)
    return;
  kept->cached = cached;
  kept->published = published;
  kept->trouble = keep->trouble != NULL ? g_error_copy (keep->trouble) : NULL;
  kept_store (keep->cache, keep->job->token, kept);
}

/* After a new login of the desktop's user, the runtime folder knows nothing of it. */
static void
remember_found (Keep *keep, const Credential *credential)
{
  g_autoptr (Kept) kept =
      keep->cache != NULL ? kept_load (keep->cache, keep->job->token, process_now ()) : NULL;

  if (kept == NULL || kept->issued_at != credential->issued_at)
    remember (keep, credential, true, 0);
}

static bool
is_of_subject (const Keep *keep, const Credential *found)
{
  g_autofree char *basis = job_basis (keep->job, keep->environment);

  return g_strcmp0 (found->basis, basis) == 0;
}

Credential *
keep_find (Keep *keep, bool *renew)
{
  const Job *job = keep->job;
  GError *trouble = NULL;
  Credential *found;

  *renew = true;
  if (!kept_is_cached (job->profile) || job->fresh)
    return NULL;
  found = stored_token_load (job->profile, job->token, &trouble);
  if (trouble != NULL)
    note (keep, trouble);
  if (found == NULL || !is_of_subject (keep, found))
    {
      g_clear_pointer (&found, credential_free);
      return NULL;
    }
  remember_found (keep, found);
  *renew = credential_is_due (found, process_now ()) && !may_rest (keep);
  return found;
}

void
keep_rest (Keep *keep)
{
  int64_t now = process_now ();
  g_autoptr (Kept) kept =
      keep->cache != NULL ? kept_load (keep->cache, keep->job->token, now) : NULL;

  if (kept == NULL)
    return;
  kept->rest_until = now + REST;
  kept_store (keep->cache, keep->job->token, kept);
}

void
keep_store (Keep *keep, const Credential *credential)
{
  const Job *job = keep->job;
  GError *trouble = NULL;

  if (!kept_is_cached (job->profile) || keep->unreachable)
    return;
  if (!stored_token_keep (job->profile, job->token, credential, &trouble))
    note (keep, trouble);
}

/* Other programs look for a place, and not for an audience or a scope. */
static bool
is_plain (const Job *job)
{
  g_autofree char *plain = obtain_plain_name (job->profile);

  return strcmp (plain, job->token) == 0;
}

void
keep_publish (Keep *keep, const Credential *credential)
{
  const Profile *profile = keep->job->profile;
  bool cached = kept_is_cached (profile) && !keep->unreachable;
  bool publishes = kept_is_published (profile) && is_plain (keep->job);
  GError *trouble = NULL;
  unsigned count = 0;

  if (!kept_is_cached (profile) && !publishes)
    return;
  if (publishes && !keep->unreachable &&
      !stored_token_publish (profile, credential, &count, &trouble))
    note (keep, trouble);
  remember (keep, credential, cached, count);
}

bool
keep_erase (Keep *keep, GError **error)
{
  const Job *job = keep->job;

  unsigned erased;

  if (!stored_token_erase (job->profile, job->token, job->refused, &erased, error))
    return false;
  if (keep->cache != NULL && erased > 0)
    kept_drop (keep->cache, job->token);
  return true;
}
