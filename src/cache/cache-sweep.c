/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listing the runtime folder, and keeping it small. */
#include "cache-entry.h"
#include "process.h"
#include "text.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  OLD_FAILURE = 60,   /* seconds after which nobody waits for its news */
  OLD_TEMPORARY = 60, /* seconds after which its writer is dead */
  SWEEP_PAUSE = 60,   /* seconds between two sweeps */
};

#define SWEPT "swept" /* a link to the time of the last sweep */

typedef void (*EntryAction) (Cache *cache, const char *name, void *data);

static void
remove_entry (Cache *cache, const char *name)
{
  unlinkat (cache->folder, name, 0);
}

static GPtrArray *
list_entries (Cache *cache)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  /* Opened anew: a listing's place belongs to the open file. */
  int fd = openat (cache->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *listing = fd >= 0 ? fdopendir (fd) : NULL;

  if (listing == NULL && fd >= 0)
    close (fd);
  if (listing == NULL)
    return names;
  for (struct dirent *entry; (entry = readdir (listing)) != NULL;)
    g_ptr_array_add (names, g_strdup (entry->d_name));
  closedir (listing);
  return names;
}

/* The names are taken down first: what ACTION removes must not disturb the listing. */
static void
for_each_entry (Cache *cache, EntryAction action, void *data)
{
  g_autoptr (GPtrArray) names = list_entries (cache);

  for (size_t i = 0; i < names->len; i++)
    action (cache, names->pdata[i], data);
}

typedef struct {
  CacheVisitor visitor;
  void *data;
} Visit;

static void
visit_entry (Cache *cache, const char *name, void *data)
{
  const Visit *visit = data;
  g_autofree char *token = cache_entry_hash (name, "token-", NULL);
  g_autoptr (Credential) credential = token != NULL ? cache_load (cache, token) : NULL;

  if (credential != NULL)
    visit->visitor (token, credential, visit->data);
}

void
cache_visit (Cache *cache, CacheVisitor visitor, void *data)
{
  Visit visit = { visitor, data };

  for_each_entry (cache, visit_entry, &visit);
}

static bool
has_entry (Cache *cache, const char *prefix, const char *token)
{
  g_autofree char *name = cache_entry_name (prefix, token);

  return faccessat (cache->folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Here, or in the keyring. */
static bool
has_token (Cache *cache, const char *token)
{
  return has_entry (cache, "token-", token) || has_entry (cache, "kept-", token);
}

/* A lock file goes only by the hand that holds its lock, which cache_lock relies on. */
static void
remove_lock (Cache *cache, const char *token)
{
  g_autofree char *name = cache_entry_name ("lock-", token);
  int lock = cache_lock (cache, token, 0, NULL);

  if (lock < 0)
    return;
  remove_entry (cache, name);
  close (lock);
}

typedef struct {
  const char *profile; /* NULL: all */
  unsigned count;
} Forgetting;

static bool
is_to_be_forgotten (Cache *cache, const char *token, const char *profile)
{
  g_autoptr (Credential) credential = profile != NULL ? cache_load (cache, token) : NULL;

  return profile == NULL || (credential != NULL && strcmp (credential->profile, profile) == 0);
}

/* What helps to find, guard or heal tokens, but is none. */
static void
forget_helpmates (Cache *cache, const char *name)
{
  const char *parent;
  g_autofree char *question = cache_entry_hash (name, "ask-", NULL);
  g_autofree char *healed = cache_entry_hash (name, "healed-", NULL);
  g_autofree char *vain = cache_entry_hash (name, "vain-", NULL);
  g_autofree char *seen = cache_entry_hash (name, "seen-", &parent);
  g_autofree char *lock = cache_entry_hash (name, "lock-", NULL);

  if (lock != NULL)
    remove_lock (cache, lock);
  else if (question != NULL || healed != NULL || vain != NULL || seen != NULL ||
           g_str_has_prefix (name, ".tmp-") || strcmp (name, SWEPT) == 0)
    remove_entry (cache, name);
}

static void
forget_entry (Cache *cache, const char *name, void *data)
{
  Forgetting *forgetting = data;

  if (cache_forget_fact (cache, name, forgetting->profile) ||
      cache_forget_kept (cache, name, forgetting->profile))
    return;
  g_autofree char *token = cache_entry_hash (name, "token-", NULL);
  g_autofree char *failure = cache_entry_hash (name, "failure-", NULL);

  if (token != NULL && is_to_be_forgotten (cache, token, forgetting->profile))
    forgetting->count += cache_drop (cache, token);
  /* It names no profile; and to have it asked once more is what somebody who forgets wants. */
  else if (failure != NULL)
    remove_entry (cache, name);
  else if (forgetting->profile == NULL)
    forget_helpmates (cache, name);
}

unsigned
cache_forget (Cache *cache, const char *profile)
{
  Forgetting forgetting = { profile, 0 };

  for_each_entry (cache, forget_entry, &forgetting);
  return forgetting.count;
}

static bool
is_live_token (Cache *cache, const char *token, int64_t now)
{
  g_autoptr (Credential) credential = cache_load (cache, token);

  return credential != NULL && credential->expires_at > now &&
         !credential_is_from_later (credential, now);
}

static bool
is_live_failure (Cache *cache, const char *token, int64_t now)
{
  g_autoptr (Failure) failure = cache_load_failure (cache, token, now * 1000 + 999);

  return failure != NULL &&
         (failure->held_until > now || failure->failed_at / 1000 + OLD_FAILURE > now);
}

/* Looks again under the lock: a mint may be putting a new one in the old one's place. */
static void
sweep_token (Cache *cache, const char *token, int64_t now)
{
  g_autofree char *name = cache_entry_name ("lock-", token);

  if (is_live_token (cache, token, now))
    return;
  int lock = cache_lock (cache, token, 0, NULL);
  if (lock < 0)
    return;
  bool live = is_live_token (cache, token, now);
  bool failed = is_live_failure (cache, token, now);
  if (!live)
    cache_drop (cache, token);
  if (!failed)
    cache_drop_failure (cache, token);
  if (!live && !failed)
    remove_entry (cache, name);
  close (lock);
}

static void
sweep_temporary (Cache *cache, const char *name, int64_t now)
{
  struct stat status;

  if (fstatat (cache->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      status.st_mtime + OLD_TEMPORARY <= now)
    remove_entry (cache, name);
}

static void
sweep_file (Cache *cache, const char *name, void *data)
{
  static const char *const prefixes[] = { "token-", "failure-", "lock-" };
  const int64_t *now = data;

  for (size_t i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autofree char *token = cache_entry_hash (name, prefixes[i], NULL);

      if (token != NULL)
        sweep_token (cache, token, *now);
    }
  cache_sweep_fact (cache, name, *now);
  cache_sweep_kept (cache, name, *now);
  if (g_str_has_prefix (name, ".tmp-"))
    sweep_temporary (cache, name, *now);
}

static void
sweep_link (Cache *cache, const char *name, void *data G_GNUC_UNUSED)
{
  const char *parent = NULL;
  g_autofree char *question = cache_entry_hash (name, "ask-", NULL);
  g_autofree char *healed = cache_entry_hash (name, "healed-", NULL);
  g_autofree char *vain = cache_entry_hash (name, "vain-", NULL);
  g_autofree char *seen = cache_entry_hash (name, "seen-", &parent);
  g_autofree char *answer = question != NULL ? cache_recall (cache, question) : NULL;
  const char *token = healed != NULL ? healed : vain != NULL ? vain : seen != NULL ? seen : answer;

  if (question == NULL && token == NULL)
    return;
  if (token == NULL || !has_token (cache, token) ||
      (seen != NULL && !process_name_is_alive (parent)))
    remove_entry (cache, name);
}

void
cache_sweep (Cache *cache, int64_t now)
{
  for_each_entry (cache, sweep_file, &now);
  for_each_entry (cache, sweep_link, NULL);
}

static bool
was_swept (Cache *cache, int64_t now)
{
  g_autofree char *mark = cache_read_link (cache, SWEPT);
  int64_t time;

  return mark != NULL && text_parse_int (mark, 0, now, &time) && now - time < SWEEP_PAUSE;
}

void
cache_sweep_if_due (Cache *cache, int64_t now)
{
  g_autofree char *mark = g_strdup_printf ("%lld", (long long) now);

  if (was_swept (cache, now))
    return;
  cache_write_link (cache, SWEPT, mark);
  cache_sweep (cache, now);
}
