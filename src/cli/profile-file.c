/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile-file.h"

#include "error.h"
#include "i18n.h"
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
set_failed (const char *path, int number, GError **error)
{
  bool exists = number == EEXIST;

  g_set_error (error, AVOUCH_ERROR, exists ? AVOUCH_ERROR_CONFIG : AVOUCH_ERROR_INTERNAL,
               _ ("%s: cannot be made: %s"), path, g_strerror (number));
  if (error != NULL && exists)
    error_add_hint (*error, _ ("choose another --file, or add the profile there by hand: --dry-run "
                               "prints it"));
}

static bool
write_temporary (int folder, const char *name, const char *text, GError **error)
{
  g_autoptr (Secret) content = secret_new (text, strlen (text));
  int fd = openat (folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool written;

  if (fd < 0)
    {
      set_failed (name, errno, error);
      return false;
    }
  written = secret_write_fd (content, fd, name, error);
  if (written && fsync (fd) != 0)
    {
      set_failed (name, errno, error);
      written = false;
    }
  close (fd);
  return written;
}

/* A link and not a rename, which would replace what another process made meanwhile. */
static bool
put_in_place (int folder, const char *temporary, const char *path, const char *text, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  bool done = write_temporary (folder, temporary, text, error);

  if (done && linkat (folder, temporary, folder, name, 0) != 0)
    {
      set_failed (path, errno, error);
      done = false;
    }
  unlinkat (folder, temporary, 0);
  return done;
}

bool
profile_file_write (const char *path, const char *text, GError **error)
{
  g_autofree char *folder_path = g_path_get_dirname (path);
  g_autofree char *temporary =
      g_strdup_printf (".avouch-%08x%08x", g_random_int (), g_random_int ());
  int folder;
  bool done;

  if (g_mkdir_with_parents (folder_path, 0700) != 0 ||
      (folder = open (folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
    {
      set_failed (folder_path, errno, error);
      return false;
    }
  done = put_in_place (folder, temporary, path, text, error);
  close (folder);
  return done;
}
