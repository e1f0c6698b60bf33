/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cache.h"

#include "cache-entry.h"
#include "error-record.h"
#include "error.h"
#include "i18n.h"
#include "runtime.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  MAX_TARGET = 256, /* bytes of a link of ours */
};

Cache *
cache_open (const Environment *environment, GError **error)
{
  g_autofree char *path = NULL;
  int folder = runtime_open (environment, &path, error);

  if (folder < 0)
    return NULL;
  Cache *cache = g_new0 (Cache, 1);
  cache->folder = folder;
  cache->uid = environment->uid;
  cache->path = g_steal_pointer (&path);
  return cache;
}

void
cache_close (Cache *cache)
{
  close (cache->folder);
  g_free (cache->path);
  g_free (cache);
}

const char *
cache_path (const Cache *cache)
{
  return cache->path;
}

char *
cache_entry_name (const char *prefix, const char *hash)
{
  return g_strconcat (prefix, hash, NULL);
}

char *
cache_entry_hash (const char *name, const char *prefix, const char **followed)
{
  if (!g_str_has_prefix (name, prefix))
    return NULL;
  const char *hash = name + strlen (prefix);
  const char *rest = hash + strspn (hash, "0123456789abcdef");
  if (rest - hash != TEXT_SHA256_LENGTH || *rest != (followed != NULL ? '-' : '\0'))
    return NULL;
  if (followed != NULL)
    *followed = rest + 1;
  return g_strndup (hash, TEXT_SHA256_LENGTH);
}

static void
name_temporary (char name[32])
{
  uint64_t number = 0;

  /* O_EXCL and symlink(2) guard what chance does not. */
  if (getrandom (&number, sizeof number, GRND_NONBLOCK) != sizeof number)
    number = (uint64_t) g_get_monotonic_time () ^ ((uint64_t) getpid () << 40);
  snprintf (name, 32, ".tmp-%016llx", (unsigned long long) number);
}

/* Renames, also over an empty folder; what cannot be put there is gone, and errno says why. */
static bool
put_in_place (Cache *cache, const char *temporary, const char *name)
{
  if (renameat (cache->folder, temporary, cache->folder, name) == 0 ||
      (errno == EISDIR && unlinkat (cache->folder, name, AT_REMOVEDIR) == 0 &&
       renameat (cache->folder, temporary, cache->folder, name) == 0))
    return true;
  int reason = errno;
  unlinkat (cache->folder, temporary, 0);
  errno = reason;
  return false;
}

char *
cache_read_link (Cache *cache, const char *name)
{
  char target[MAX_TARGET];
  ssize_t length = readlinkat (cache->folder, name, target, sizeof target);

  return length > 0 && length < MAX_TARGET ? g_strndup (target, (size_t) length) : NULL;
}

void
cache_write_link (Cache *cache, const char *name, const char *target)
{
  char temporary[32];

  if (symlinkat (target, cache->folder, name) == 0 || errno != EEXIST)
    return;
  g_autofree char *present = cache_read_link (cache, name);
  if (g_strcmp0 (present, target) == 0)
    return;
  name_temporary (temporary);
  if (symlinkat (target, cache->folder, temporary) == 0)
    put_in_place (cache, temporary, name);
}

char *
cache_recall (Cache *cache, const char *question)
{
  g_autofree char *name = cache_entry_name ("ask-", question);
  g_autofree char *target = cache_read_link (cache, name);

  return target != NULL ? cache_entry_hash (target, "token-", NULL) : NULL;
}

void
cache_remember (Cache *cache, const char *question, const char *token)
{
  g_autofree char *name = cache_entry_name ("ask-", question);
  g_autofree char *target = cache_entry_name ("token-", token);

  cache_write_link (cache, name, target);
}

/* Entries are replaced whole and never written to again, so one read gets all, or what it gets is
 * no record. */
static Secret *
read_bytes (int fd, size_t size)
{
  g_auto (SecretBuffer) buffer = { 0 };
  ssize_t count = read (fd, secret_buffer_reserve (&buffer, size), size);

  if (count < 0)
    return NULL;
  secret_buffer_advance (&buffer, (size_t) count);
  return secret_buffer_end (&buffer);
}

Record *
cache_read_entry (Cache *cache, const char *prefix, const char *hash)
{
  g_autofree char *name = cache_entry_name (prefix, hash);
  g_autoptr (Secret) bytes = NULL;
  struct stat status;
  /* O_NONBLOCK: a FIFO in its place must not hold us. */
  int fd = openat (cache->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == cache->uid &&
      (status.st_mode & (S_IRWXG | S_IRWXO)) == 0 && status.st_size <= RECORD_MAX_LENGTH)
    bytes = read_bytes (fd, (size_t) status.st_size);
  close (fd);
  return bytes != NULL ? record_decode (bytes, NULL) : NULL;
}

static bool
write_temporary (Cache *cache, const char *name, const Secret *bytes, const char *what,
                 GError **error)
{
  int fd = openat (cache->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot write: %s"), what,
                   g_strerror (errno));
      return false;
    }
  bool written = secret_write_fd (bytes, fd, what, error);
  close (fd);
  if (!written)
    unlinkat (cache->folder, name, 0);
  return written;
}

bool
cache_write_entry (Cache *cache, const char *prefix, const char *hash, const Record *record,
                   GError **error)
{
  g_autofree char *name = cache_entry_name (prefix, hash);
  g_autofree char *path = g_build_filename (cache->path, name, NULL);
  g_autoptr (Secret) bytes = record_encode (record, error);
  char temporary[32];

  if (bytes == NULL)
    return false;
  name_temporary (temporary);
  if (!write_temporary (cache, temporary, bytes, path, error))
    return false;
  if (put_in_place (cache, temporary, name))
    return true;
  int reason = errno;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot write: %s"), path,
               g_strerror (reason));
  if (error != NULL && (reason == ENOTEMPTY || reason == EEXIST))
    error_add_hint (*error,
                    _ ("avouch did not put there what is there: look at it, and remove it"));
  return false;
}

bool
cache_drop_entry (Cache *cache, const char *prefix, const char *hash)
{
  g_autofree char *name = cache_entry_name (prefix, hash);

  return unlinkat (cache->folder, name, 0) == 0;
}

Credential *
cache_load (Cache *cache, const char *token)
{
  g_autoptr (Record) record = cache_read_entry (cache, "token-", token);

  return record != NULL ? credential_from_record (record, NULL) : NULL;
}

bool
cache_store (Cache *cache, const char *token, const Credential *credential, GError **error)
{
  g_autoptr (Record) record = credential_to_record (credential);

  if (!cache_write_entry (cache, "token-", token, record, error))
    return false;
  cache_drop_failure (cache, token);
  return true;
}

bool
cache_drop (Cache *cache, const char *token)
{
  return cache_drop_entry (cache, "token-", token);
}

void
failure_free (Failure *failure)
{
  g_clear_error (&failure->error);
  g_free (failure);
}

Failure *
cache_load_failure (Cache *cache, const char *token, int64_t now)
{
  g_autoptr (Record) record = cache_read_entry (cache, "failure-", token);
  g_autoptr (Failure) failure = g_new0 (Failure, 1);

  int64_t wide = 0;

  if (record == NULL || strcmp (record_kind (record), "failure") != 0 ||
      !record_get_int (record, "failed-at", &failure->failed_at) || failure->failed_at > now ||
      !record_get_int (record, "held-until", &failure->held_until))
    return NULL;
  failure->profile_wide = record_get_int (record, "profile-wide", &wide) && wide != 0;
  failure->error = error_record_get (record);
  return g_steal_pointer (&failure);
}

void
cache_store_failure (Cache *cache, const char *token, const Failure *failure)
{
  g_autoptr (Record) record = record_new ("failure");

  error_record_add (record, failure->error);
  record_add_int (record, "failed-at", failure->failed_at);
  record_add_int (record, "held-until", failure->held_until);
  record_add_int (record, "profile-wide", failure->profile_wide);
  cache_write_entry (cache, "failure-", token, record, NULL);
}

void
cache_drop_failure (Cache *cache, const char *token)
{
  cache_drop_entry (cache, "failure-", token);
}
