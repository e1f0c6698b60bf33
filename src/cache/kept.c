/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kept.h"

#include "cache-entry.h"
#include "error-record.h"
#include "i18n.h"

#include <string.h>

#define KIND    "kept"
#define PREFIX  "kept-"
#define KEYRING "keyring"

bool
kept_is_cached (const Profile *profile)
{
  return g_strcmp0 (profile_get (profile, "cache"), KEYRING) == 0;
}

bool
kept_is_published (const Profile *profile)
{
  return g_strcmp0 (profile_get (profile, "publish"), KEYRING) == 0;
}

bool
kept_check (const Profile *profile, GError **error)
{
  const char *value = profile_get (profile, "publish");

  if (value == NULL || strcmp (value, KEYRING) == 0 || strcmp (value, "none") == 0)
    return true;
  profile_set_error (profile, "publish", error, _ ("neither \"keyring\" nor \"none\""));
  return false;
}

Kept *
kept_new (const Credential *credential)
{
  Kept *kept = g_new0 (Kept, 1);

  kept->profile = g_strdup (credential->profile);
  kept->issued_at = credential->issued_at;
  kept->refresh_at = credential->refresh_at;
  kept->expires_at = credential->expires_at;
  return kept;
}

void
kept_free (Kept *kept)
{
  g_free (kept->profile);
  g_clear_error (&kept->trouble);
  g_free (kept);
}

static Kept *
from_record (const Record *record)
{
  g_autoptr (Kept) kept = g_new0 (Kept, 1);
  int64_t cached = 0;
  int64_t published = 0;

  if (strcmp (record_kind (record), KIND) != 0 || record_get (record, "profile") == NULL ||
      !record_get_int (record, "issued-at", &kept->issued_at) ||
      !record_get_int (record, "refresh-at", &kept->refresh_at) ||
      !record_get_int (record, "expires-at", &kept->expires_at) ||
      !record_get_int (record, "cached", &cached) ||
      !record_get_int (record, "published", &published))
    return NULL;
  record_get_int (record, "rest-until", &kept->rest_until);
  kept->profile = g_strdup (record_get (record, "profile"));
  kept->cached = cached != 0;
  kept->published = (unsigned) CLAMP (published, 0, G_MAXINT);
  if (record_get (record, "message") != NULL)
    kept->trouble = error_record_get (record);
  return g_steal_pointer (&kept);
}

Kept *
kept_load (Cache *cache, const char *token, int64_t now)
{
  g_autoptr (Record) record = cache_read_entry (cache, PREFIX, token);
  g_autoptr (Kept) kept = record != NULL ? from_record (record) : NULL;

  return kept != NULL && kept->expires_at > now ? g_steal_pointer (&kept) : NULL;
}

void
kept_store (Cache *cache, const char *token, const Kept *kept)
{
  g_autoptr (Record) record = record_new (KIND);

  record_add (record, "profile", kept->profile);
  record_add_int (record, "issued-at", kept->issued_at);
  record_add_int (record, "refresh-at", kept->refresh_at);
  record_add_int (record, "expires-at", kept->expires_at);
  record_add_int (record, "rest-until", kept->rest_until);
  record_add_int (record, "cached", kept->cached);
  record_add_int (record, "published", kept->published);
  if (kept->trouble != NULL)
    error_record_add (record, kept->trouble);
  cache_write_entry (cache, PREFIX, token, record, NULL);
}

void
kept_drop (Cache *cache, const char *token)
{
  cache_drop_entry (cache, PREFIX, token);
}

void
cache_sweep_kept (Cache *cache, const char *name, int64_t now)
{
  g_autofree char *token = cache_entry_hash (name, PREFIX, NULL);
  g_autoptr (Kept) kept = token != NULL ? kept_load (cache, token, now) : NULL;

  if (token != NULL && kept == NULL)
    kept_drop (cache, token);
}

bool
cache_forget_kept (Cache *cache, const char *name, const char *profile)
{
  g_autofree char *token = cache_entry_hash (name, PREFIX, NULL);
  g_autoptr (Kept) kept = token != NULL ? kept_load (cache, token, 0) : NULL;

  if (token == NULL)
    return false;
  if (profile == NULL || kept == NULL || strcmp (kept->profile, profile) == 0)
    kept_drop (cache, token);
  return true;
}
