/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Behind cache.h: the runtime folder's entries. */
#pragma once

#include "cache.h"

struct _Cache {
  int folder;
  uid_t uid;
  char *path;
};

/* PREFIX and a hash; the caller owns it. */
char *cache_entry_name (const char *prefix, const char *hash);
/* The hash in the name of an entry PREFIX-HASH, or with FOLLOWED, PREFIX-HASH-FOLLOWED; NULL for
 * any other name. The caller owns it; FOLLOWED is borrowed from NAME. */
char *cache_entry_hash (const char *name, const char *prefix, const char **followed);

/* The record of an entry; NULL: it is missing, or not whole, or not ours alone. */
Record *cache_read_entry (Cache *cache, const char *prefix, const char *hash);
/* Replaces the entry whole. Error: internal. */
bool cache_write_entry (Cache *cache, const char *prefix, const char *hash, const Record *record,
                        GError **error);
/* Whether there was one. */
bool cache_drop_entry (Cache *cache, const char *prefix, const char *hash);

/* Removes the entry of that name if it is a fact that has had its time. */
void cache_sweep_fact (Cache *cache, const char *name, int64_t now);
/* Removes it if it is a fact of PROFILE (NULL: of any). Whether it is a fact at all. */
bool cache_forget_fact (Cache *cache, const char *name, const char *profile);

/* The same for what is known of a token in the keyring (kept.h). */
void cache_sweep_kept (Cache *cache, const char *name, int64_t now);
bool cache_forget_kept (Cache *cache, const char *name, const char *profile);

/* A symbolic link's target (the caller owns it), or NULL. */
char *cache_read_link (Cache *cache, const char *name);
/* Replaces what stood there; failing to is silent: links only make things faster or kinder. */
void cache_write_link (Cache *cache, const char *name, const char *target);
