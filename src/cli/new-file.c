/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "new-file.h"

#include "i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* One of the files on its way. */
typedef struct {
  const NewFile *file;
  int folder;      /* -1: not opened */
  char *name;      /* in FOLDER */
  char *temporary; /* likewise */
  bool written;    /* TEMPORARY is there */
  bool placed;     /* NAME is, and is ours */
} Draft;

typedef struct {
  Draft *list;
  size_t count;
  AvouchError occupied;
} Drafts;

static bool
set_failed (const char *path, int number, AvouchError occupied, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, number == EEXIST ? (int) occupied : AVOUCH_ERROR_INTERNAL,
               _ ("%s: cannot be made: %s"), path, g_strerror (number));
  return false;
}

bool
new_files_check (const NewFile *files, size_t count, AvouchError occupied, GError **error)
{
  struct stat status;

  for (size_t i = 0; i < count; i++)
    if (lstat (files[i].path, &status) == 0)
      return set_failed (files[i].path, EEXIST, occupied, error);
  return true;
}

static void
drafts_begin (Drafts *drafts, const NewFile *files)
{
  drafts->list = g_new0 (Draft, drafts->count);
  for (size_t i = 0; i < drafts->count; i++)
    {
      Draft *draft = &drafts->list[i];

      draft->file = &files[i];
      draft->folder = -1;
      draft->name = g_path_get_basename (files[i].path);
      draft->temporary = g_strdup_printf (".avouch-%08x%08x", g_random_int (), g_random_int ());
    }
}

static void
drafts_end (Drafts *drafts)
{
  for (size_t i = 0; i < drafts->count; i++)
    {
      Draft *draft = &drafts->list[i];

      if (draft->written)
        unlinkat (draft->folder, draft->temporary, 0);
      if (draft->folder >= 0)
        close (draft->folder);
      g_free (draft->name);
      g_free (draft->temporary);
    }
  g_free (drafts->list);
}

static bool
open_folder (Draft *draft, GError **error)
{
  g_autofree char *path = g_path_get_dirname (draft->file->path);

  draft->folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (draft->folder >= 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot be written to: %s"), path,
               g_strerror (errno));
  return false;
}

static bool
write_temporary (Draft *draft, const Drafts *drafts, GError **error)
{
  const char *path = draft->file->path;
  int fd = openat (draft->folder, draft->temporary,
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, draft->file->mode);
  bool done;

  if (fd < 0)
    return set_failed (path, errno, drafts->occupied, error);
  draft->written = true;
  done = secret_write_fd (draft->file->content, fd, path, error);
  if (done && fsync (fd) != 0)
    done = set_failed (path, errno, drafts->occupied, error);
  close (fd);
  return done;
}

/* A link and not a rename, which would replace what another process made meanwhile. */
static bool
put_in_place (Draft *draft, const Drafts *drafts, GError **error)
{
  if (linkat (draft->folder, draft->temporary, draft->folder, draft->name, 0) != 0)
    return set_failed (draft->file->path, errno, drafts->occupied, error);
  draft->placed = true;
  return true;
}

static bool
write_all (Drafts *drafts, GError **error)
{
  for (size_t i = 0; i < drafts->count; i++)
    if (!open_folder (&drafts->list[i], error) ||
        !write_temporary (&drafts->list[i], drafts, error))
      return false;
  for (size_t i = 0; i < drafts->count; i++)
    if (!put_in_place (&drafts->list[i], drafts, error))
      return false;
  return true;
}

static void
take_back (const Drafts *drafts)
{
  for (size_t i = 0; i < drafts->count; i++)
    if (drafts->list[i].placed)
      unlinkat (drafts->list[i].folder, drafts->list[i].name, 0);
}

/* Somebody who presses Ctrl-C finds all of the files or none, and no temporary one. */
static void
hold_signals (sigset_t *before)
{
  sigset_t held;

  sigemptyset (&held);
  sigaddset (&held, SIGHUP);
  sigaddset (&held, SIGINT);
  sigaddset (&held, SIGQUIT);
  sigaddset (&held, SIGTERM);
  sigprocmask (SIG_BLOCK, &held, before);
}

bool
new_files_write (const NewFile *files, size_t count, AvouchError occupied, GError **error)
{
  Drafts drafts = { .count = count, .occupied = occupied };
  sigset_t before;
  bool done;

  hold_signals (&before);
  drafts_begin (&drafts, files);
  done = write_all (&drafts, error);
  if (!done)
    take_back (&drafts);
  drafts_end (&drafts);
  sigprocmask (SIG_SETMASK, &before, NULL);
  return done;
}
