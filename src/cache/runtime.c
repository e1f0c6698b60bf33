/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime.h"

#include "error.h"
#include "i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

static const char *
find_fault_of_parent (int fd, const RuntimeCandidate *candidate, uid_t uid)
{
  struct stat status;
  struct statfs filesystem;

  if (fstat (fd, &status) != 0 || fstatfs (fd, &filesystem) != 0)
    return g_strerror (errno);
  if (status.st_uid != (candidate->shared ? 0 : uid))
    return _ ("it belongs to another user");
  if (candidate->shared ? (status.st_mode & S_ISVTX) == 0
                        : (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return _ ("other users may write to it");
  if (filesystem.f_type != TMPFS_MAGIC && filesystem.f_type != RAMFS_MAGIC)
    return _ ("it is not kept in memory");
  return NULL;
}

static int
open_parent (const RuntimeCandidate *candidate, uid_t uid, const char **fault)
{
  int fd = open (candidate->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  *fault = fd < 0 ? g_strerror (errno) : find_fault_of_parent (fd, candidate, uid);
  if (*fault == NULL)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Judges what it holds open, never a name that may mean something else a moment later. */
static int
open_folder (int parent, const char *name)
{
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat (parent, name, flags);

  if (fd >= 0 || errno != ENOENT)
    return fd;
  if (mkdirat (parent, name, 0700) != 0 && errno != EEXIST)
    return -1;
  return openat (parent, name, flags);
}

/* COMMAND: what undoes it; NULL if nothing known does. */
static bool
fail_untrusted (const char *path, const char *fault, const char *command, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
               _ ("%s: cannot keep credentials there: %s"), path, fault);
  if (error != NULL && command != NULL)
    error_add_hint (*error, _ ("if nobody is after your credentials there, run: %s %s"), command,
                    path);
  return false;
}

static bool
fail_anothers (const char *path, GError **error)
{
  return fail_untrusted (path, _ ("it belongs to another user"), "sudo rm -r", error);
}

static bool
check_folder (int fd, uid_t uid, const char *path, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    return fail_untrusted (path, g_strerror (errno), NULL, error);
  if (status.st_uid != uid)
    return fail_anothers (path, error);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail_untrusted (path, _ ("other users may reach into it"), "chmod 700", error);
  return true;
}

/* Whether what cannot be opened is more than a mere lack: something else in the folder's place. */
static bool
is_taken (int parent, const char *name, uid_t uid, const char *path, GError **error)
{
  struct stat status;

  if (fstatat (parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return false;
  if (S_ISDIR (status.st_mode))
    return status.st_uid != uid && !fail_anothers (path, error);
  fail_untrusted (path,
                  S_ISLNK (status.st_mode) ? _ ("it is a symbolic link") : _ ("it is not a folder"),
                  "rm", error);
  return true;
}

/* -1 with ERROR unset, and a line in FAULTS, where the next candidate may be tried. */
static int
try_candidate (const RuntimeCandidate *candidate, uid_t uid, const char *path, GString *faults,
               GError **error)
{
  const char *fault;
  int parent = open_parent (candidate, uid, &fault);
  int folder = -1;

  if (parent >= 0)
    {
      folder = open_folder (parent, candidate->name);
      fault = folder < 0 ? g_strerror (errno) : NULL;
      if (folder < 0 && is_taken (parent, candidate->name, uid, path, error))
        fault = NULL;
      close (parent);
    }
  if (folder >= 0 && !check_folder (folder, uid, path, error))
    {
      close (folder);
      return -1;
    }
  if (fault != NULL)
    g_string_append_printf (faults, "%s%s: %s", faults->len > 0 ? "; " : "", candidate->parent,
                            fault);
  return folder;
}

int
runtime_open_among (const RuntimeCandidate *candidates, size_t count, uid_t uid, char **path,
                    GError **error)
{
  g_autoptr (GString) faults = g_string_new (NULL);

  for (size_t i = 0; i < count; i++)
    {
      g_autoptr (GError) trouble = NULL;

      if (candidates[i].parent == NULL)
        continue;
      g_autofree char *name = g_build_filename (candidates[i].parent, candidates[i].name, NULL);
      int folder = try_candidate (&candidates[i], uid, name, faults, &trouble);
      if (folder >= 0 && path != NULL)
        *path = g_steal_pointer (&name);
      if (folder >= 0)
        return folder;
      if (trouble != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&trouble));
          return -1;
        }
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
               _ ("no folder in memory to keep credentials in (%s)"), faults->str);
  if (error != NULL)
    error_add_hint (*error, "%s",
                    _ ("set XDG_RUNTIME_DIR to a tmpfs folder of your own, or write `cache = none` "
                       "in the profile"));
  return -1;
}

int
runtime_open (const Environment *environment, char **path, GError **error)
{
  char login[32], own[32];
  const RuntimeCandidate candidates[] = {
    { environment->runtime_dir, "avouch", false },
    { login, "avouch", false },
    { "/dev/shm", own, true },
  };

  g_snprintf (login, sizeof login, "/run/user/%u", (unsigned) environment->uid);
  g_snprintf (own, sizeof own, "avouch-%u", (unsigned) environment->uid);
  return runtime_open_among (candidates, G_N_ELEMENTS (candidates), environment->uid, path, error);
}
