/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What issuers told that is no secret and outlives a token. */
#include "cache-entry.h"
#include "digest.h"

#include <string.h>

#define KIND   "fact"
#define PREFIX "fact-"

char *
cache_fact_name (const Profile *profile, const char *name, const char *topic)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  digest_add_text (checksum, "avouch fact 1");
  profile_digest (profile, checksum);
  digest_add_text (checksum, name);
  digest_add_text (checksum, topic);
  return g_strdup (g_checksum_get_string (checksum));
}

static bool
is_live (const Record *record, int64_t now)
{
  int64_t learnt_at = 0;
  int64_t expires_at = 0;

  return record != NULL && strcmp (record_kind (record), KIND) == 0 &&
         record_get_int (record, "learnt-at", &learnt_at) &&
         record_get_int (record, "expires-at", &expires_at) && learnt_at <= now && expires_at > now;
}

char *
cache_load_fact (Cache *cache, const char *fact, int64_t now)
{
  g_autoptr (Record) record = cache_read_entry (cache, PREFIX, fact);

  return is_live (record, now) ? g_strdup (record_get (record, "value")) : NULL;
}

void
cache_store_fact (Cache *cache, const char *fact, const char *profile, const char *value,
                  int64_t now, int64_t lifetime)
{
  g_autoptr (Record) record = record_new (KIND);

  record_add (record, "profile", profile);
  record_add (record, "value", value);
  record_add_int (record, "learnt-at", now);
  record_add_int (record, "expires-at", now + lifetime);
  cache_write_entry (cache, PREFIX, fact, record, NULL);
}

void
cache_drop_fact (Cache *cache, const char *fact)
{
  cache_drop_entry (cache, PREFIX, fact);
}

void
cache_sweep_fact (Cache *cache, const char *name, int64_t now)
{
  g_autofree char *fact = cache_entry_hash (name, PREFIX, NULL);
  g_autoptr (Record) record = fact != NULL ? cache_read_entry (cache, PREFIX, fact) : NULL;

  if (fact != NULL && !is_live (record, now))
    cache_drop_fact (cache, fact);
}

bool
cache_forget_fact (Cache *cache, const char *name, const char *profile)
{
  g_autofree char *fact = cache_entry_hash (name, PREFIX, NULL);
  g_autoptr (Record) record = fact != NULL ? cache_read_entry (cache, PREFIX, fact) : NULL;

  if (fact == NULL)
    return false;
  if (profile == NULL || record == NULL || g_strcmp0 (record_get (record, "profile"), profile) == 0)
    cache_drop_fact (cache, fact);
  return true;
}
