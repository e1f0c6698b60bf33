/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-private.h"

#include "error.h"
#include "i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
fail_errno (GError **error)
{
  int code = errno;

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("cannot read the key: %s"),
               g_strerror (code));
  if (error != NULL && code == ENOENT)
    error_add_hint (*error, _ ("check `key` in the profile, or the path as typed"));
  if (error != NULL && code == EACCES)
    error_add_hint (*error, _ ("the user who runs the tool must own the file, or be in its group"));
  return false;
}

/* FORBIDDEN: what others may not do. */
static bool
check_mode (const struct stat *status, mode_t forbidden, const char *path, GError **error)
{
  g_autofree char *quoted = NULL;

  if ((status->st_mode & forbidden) == 0)
    return true;
  quoted = g_shell_quote (path);
  if ((forbidden & S_IROTH) == 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("every user of this machine may write it (mode %04o)"),
                   (unsigned) (status->st_mode & 07777));
      if (error != NULL)
        error_add_hint (*error, "chmod o-w %s", quoted);
      return false;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("every user of this machine may read or write it (mode %04o)"),
               (unsigned) (status->st_mode & 07777));
  if (error != NULL)
    error_add_hint (
        *error, _ ("chmod 600 %s (for a Kubernetes secret volume: `defaultMode: 0400`)"), quoted);
  return false;
}

/* EXPOSURE NULL: that others may read it is an ERROR. */
static bool
check_status (int fd, const char *path, mode_t forbidden, GError **exposure, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return fail_errno (error);
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   S_ISDIR (status.st_mode) ? _ ("it is a folder, not a file")
                                            : _ ("it is not a regular file"));
      return false;
    }
  if (!check_mode (&status, forbidden, path, exposure != NULL ? exposure : error) &&
      exposure == NULL)
    return false;
  if (status.st_size > KEY_MAX_FILE)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("it is longer than %d bytes"),
                   KEY_MAX_FILE);
      return false;
    }
  return true;
}

static Secret *
read_open_file (int fd, const char *path, mode_t forbidden, GError **exposure, GError **error)
{
  Secret *content;

  if (!check_status (fd, path, forbidden, exposure, error))
    return NULL;
  content = secret_read_fd (fd, KEY_MAX_FILE, "key", error);
  if (content == NULL && error != NULL)
    (*error)->code = AVOUCH_ERROR_KEY;
  return content;
}

static Secret *
read_file (const char *path, mode_t forbidden, GError **exposure, GError **error)
{
  /* Links are followed on purpose (a Kubernetes secret is one). Without O_NONBLOCK a FIFO would
   * hang the open. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  Secret *content;

  if (fd < 0)
    {
      fail_errno (error);
      return NULL;
    }
  content = read_open_file (fd, path, forbidden, exposure, error);
  close (fd);
  return content;
}

Secret *
key_file_read (const char *path, GError **error)
{
  return read_file (path, S_IROTH | S_IWOTH, NULL, error);
}

Secret *
key_file_read_any (const char *path, GError **exposure, GError **error)
{
  return read_file (path, S_IROTH | S_IWOTH, exposure, error);
}

Secret *
key_file_read_public (const char *path, GError **error)
{
  return read_file (path, S_IWOTH, NULL, error);
}
