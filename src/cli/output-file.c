/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output-file.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_failed (const char *what, const char *action, GError **error)
{
  const char *why = g_strerror (errno);
  g_autofree char *shown = text_clean (what, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, "%s: %s: %s", shown, action, why);
}

static void
set_exists (const char *path, GError **error)
{
  g_autofree char *shown = text_clean (path, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s exists"), shown);
  if (error != NULL)
    error_add_hint (*error, _ ("--force replaces it"));
}

static bool
check_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (access (folder, W_OK | X_OK) == 0)
    return true;
  set_failed (path, _ ("cannot be made"), error);
  return false;
}

/* Before a call that cannot be taken back. */
bool
output_file_check (const char *path, bool force, GError **error)
{
  struct stat status;
  g_autofree char *shown = text_clean (path, -1);

  if (lstat (path, &status) != 0)
    return check_folder (path, error);
  if (S_ISREG (status.st_mode))
    {
      if (!force)
        set_exists (path, error);
      return force;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s is not a regular file"), shown);
  return false;
}

bool
output_file_open (OutputFile *file, GError **error)
{
  g_autofree char *pattern = NULL;

  if (file->path == NULL)
    {
      file->fd = STDOUT_FILENO;
      return true;
    }
  if (!output_file_check (file->path, file->force, error))
    return false;
  pattern = g_strconcat (file->path, ".XXXXXX", NULL);
  file->fd = g_mkstemp_full (pattern, O_WRONLY | O_CLOEXEC, 0666);
  if (file->fd < 0)
    {
      set_failed (file->path, _ ("cannot be made"), error);
      return false;
    }
  file->temporary = g_steal_pointer (&pattern);
  return true;
}

bool
output_file_write_fd (int fd, const char *bytes, size_t length, const char *what, GError **error)
{
  while (length > 0)
    {
      ssize_t count = write (fd, bytes, length);

      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        {
          set_failed (what, _ ("cannot write"), error);
          return false;
        }
      bytes += count;
      length -= (size_t) count;
    }
  return true;
}

bool
output_file_write (OutputFile *file, const char *bytes, size_t length, GError **error)
{
  return output_file_write_fd (file->fd, bytes, length,
                               file->path != NULL ? file->path : _ ("standard output"), error);
}

/* Some file systems cannot rename without replacing. */
static bool
rename_to (const char *from, const char *path, bool force)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, path, force ? 0 : RENAME_NOREPLACE) == 0)
    return true;
  return errno == EINVAL && access (path, F_OK) != 0 && g_rename (from, path) == 0;
}

bool
output_file_place (int fd, const char *from, const char *path, bool force, GError **error)
{
  if (fsync (fd) != 0)
    {
      set_failed (path, _ ("cannot write"), error);
      return false;
    }
  if (rename_to (from, path, force))
    return true;
  if (errno == EEXIST)
    set_exists (path, error);
  else
    set_failed (path, _ ("cannot be put in place"), error);
  return false;
}

bool
output_file_commit (OutputFile *file, GError **error)
{
  if (file->path == NULL)
    return true;
  if (!output_file_place (file->fd, file->temporary, file->path, file->force, error))
    return false;
  g_clear_pointer (&file->temporary, g_free);
  return true;
}

void
output_file_clear (OutputFile *file)
{
  if (file->path != NULL && file->fd >= 0)
    close (file->fd);
  if (file->temporary != NULL)
    g_unlink (file->temporary);
  g_clear_pointer (&file->temporary, g_free);
  file->fd = -1;
}
