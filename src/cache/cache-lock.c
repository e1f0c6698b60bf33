/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One mint for many callers: who holds lock-HASH mints. The lock belongs to the open file, so that
 * avouch-mint inherits it, and whoever dies lets go of it. */
#include "cache-entry.h"
#include "error.h"
#include "i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Waiting for a lock by F_OFD_SETLKW knows no deadline but a signal, whose handler would be the
 * whole process's; so ask again and again, soon at first: most mints take some 50 ms. */
enum {
  FIRST_PAUSE = 1000, /* microseconds */
  LONGEST_PAUSE = 20000,
};

static bool
take_lock (int fd)
{
  struct flock whole_file = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  return fcntl (fd, F_OFD_SETLK, &whole_file) == 0;
}

/* Whoever sweeps may have removed the file between our open and our lock: then others lock another
 * file of that name, and ours keeps nobody out. */
static bool
is_current (const Cache *cache, const char *name, int fd)
{
  struct stat held, named;

  return fstat (fd, &held) == 0 &&
         fstatat (cache->folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/* Takes the lock if it is free. FD stays open from try to try; false with errno, which is EAGAIN
 * while another holds the lock. */
static bool
try_lock (const Cache *cache, const char *name, int *fd)
{
  const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

  for (;;)
    {
      if (*fd < 0)
        *fd = openat (cache->folder, name, flags, 0600);
      if (*fd < 0 || !take_lock (*fd))
        return false;
      if (is_current (cache, name, *fd))
        return true;
      close (*fd);
      *fd = -1;
    }
}

static bool
wait_for_lock (const Cache *cache, const char *name, int64_t wait_ms, int *fd)
{
  int64_t deadline = g_get_monotonic_time () + wait_ms * 1000;
  int64_t pause = FIRST_PAUSE;

  while (!try_lock (cache, name, fd))
    {
      if (errno != EAGAIN)
        return false;
      int64_t left = deadline - g_get_monotonic_time ();
      errno = EAGAIN;
      if (left <= 0)
        return false;
      g_usleep ((gulong) MIN (pause, left));
      pause = MIN (pause * 2, LONGEST_PAUSE);
    }
  return true;
}

int
cache_lock (Cache *cache, const char *token, int64_t wait_ms, GError **error)
{
  g_autofree char *name = cache_entry_name ("lock-", token);
  int fd = -1;

  if (wait_for_lock (cache, name, wait_ms, &fd))
    return fd;
  int reason = errno;
  if (fd >= 0)
    close (fd);
  if (reason != EAGAIN)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s/%s: cannot lock: %s"),
                 cache->path, name, g_strerror (reason));
  return -1;
}
