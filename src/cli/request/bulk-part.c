/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bulk-part.h"

#include "error.h"
#include "i18n.h"
#include "output-file.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
set_failed (const BulkPart *part, AvouchError kind, const char *why, GError **error)
{
  g_autofree char *shown = text_clean (part->path, -1);

  g_set_error (error, AVOUCH_ERROR, kind, "%s: %s", shown, why);
  return false;
}

/* Whether PART's file still has its name. Another run may have put it in its place, or dropped it,
 * after we opened it and before the lock was ours: it is no longer to be written to. */
static bool
is_in_place (const BulkPart *part, struct stat *status)
{
  struct stat named;

  return fstat (part->fd, status) == 0 && lstat (part->path, &named) == 0 &&
         named.st_dev == status->st_dev && named.st_ino == status->st_ino;
}

/* Nobody writes here beside us: the lock goes with the process. */
static bool
open_file (BulkPart *part, struct stat *status, GError **error)
{
  const struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd = open (part->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);

  if (fd < 0)
    return set_failed (part, AVOUCH_ERROR_INTERNAL, g_strerror (errno), error);
  part->fd = fd;
  if (fstat (fd, status) != 0 || !S_ISREG (status->st_mode))
    return set_failed (part, AVOUCH_ERROR_USAGE, _ ("it is not a regular file"), error);
  if (fcntl (fd, F_OFD_SETLK, &lock) != 0 || !is_in_place (part, status))
    return set_failed (part, AVOUCH_ERROR_USAGE, _ ("another avouch is writing it"), error);
  return true;
}

static void
describe (BulkState *state, const Api *api, const BulkOptions *options)
{
  state->profile = g_strdup (profile_name (api->profile));
  state->instance = url_to_string (api->base);
  state->version = g_strdup (options->version);
  state->account = g_strdup (credential_detail (api->credential, "id"));
  state->query = text_sha256 (options->query, strlen (options->query));
}

static bool
set_foreign (const BulkPart *part, GError **error)
{
  set_failed (part, AVOUCH_ERROR_USAGE, _ ("it is not of this query"), error);
  if (error != NULL)
    error_add_hint (*error, _ ("--restart begins anew"));
  return false;
}

/* Whether the run that left FOUND had put the file in its place, and died before it could say so.
 */
static bool
was_finished (const BulkState *found, const struct stat *status)
{
  return found->complete && status->st_size == 0;
}

/* What an earlier run left becomes PART's state if it is of the same question. */
static bool
take_up (BulkPart *part, const struct stat *status, GError **error)
{
  BulkState found = { 0 };
  bool is_there = false;

  if (!bulk_state_load (part->state_path, &found, &is_there, error))
    {
      bulk_state_clear (&found);
      return false;
    }
  if (is_there && was_finished (&found, status))
    {
      bulk_state_clear (&found);
      return true;
    }
  if (is_there ? !bulk_state_is_same (&found, &part->state) : status->st_size > 0)
    {
      bulk_state_clear (&found);
      return set_foreign (part, error);
    }
  if (!is_there)
    return true;
  bulk_state_clear (&part->state);
  part->state = found;
  if (status->st_size >= part->state.offset)
    return true;
  /* Somebody emptied or removed the file: the job's result is still to be had. */
  g_clear_pointer (&part->state.locator, g_free);
  part->state.offset = part->state.pages = part->state.records = 0;
  part->state.complete = false;
  return true;
}

/* The state first: should we die in between, what is left is not gone on with. */
static bool
take_up_or_restart (BulkPart *part, const struct stat *status, bool restart, GError **error)
{
  if (!restart)
    return take_up (part, status, error);
  g_unlink (part->state_path);
  return true;
}

bool
bulk_part_rewind (BulkPart *part, GError **error)
{
  if (part->path == NULL)
    return true;
  if (ftruncate (part->fd, part->state.offset) == 0 &&
      lseek (part->fd, part->state.offset, SEEK_SET) == part->state.offset)
    return true;
  return set_failed (part, AVOUCH_ERROR_INTERNAL, g_strerror (errno), error);
}

bool
bulk_part_open (BulkPart *part, const Api *api, const BulkOptions *options, GError **error)
{
  struct stat status;

  describe (&part->state, api, options);
  if (options->output == NULL)
    return true;
  if (!output_file_check (options->output, options->force, error))
    return false;
  part->path = g_strconcat (options->output, ".part", NULL);
  part->state_path = g_strconcat (part->path, ".json", NULL);
  return open_file (part, &status, error) &&
         take_up_or_restart (part, &status, options->restart, error) &&
         bulk_part_rewind (part, error);
}

/* The bytes before the state that counts on them. */
static bool
save (BulkPart *part, GError **error)
{
  if (part->path == NULL)
    return true;
  if (fdatasync (part->fd) != 0)
    return set_failed (part, AVOUCH_ERROR_INTERNAL, g_strerror (errno), error);
  return bulk_state_save (part->state_path, &part->state, error);
}

bool
bulk_part_begin (BulkPart *part, const char *job, GError **error)
{
  part->state.job = g_strdup (job);
  return save (part, error);
}

bool
bulk_part_read_header (const BulkPart *part, char **header, GError **error)
{
  g_autofree char *line = g_malloc0 (BULK_MAX_HEADER + 2);
  ssize_t count = pread (part->fd, line, BULK_MAX_HEADER + 1, 0);
  char *end = count > 0 ? memchr (line, '\n', (size_t) count) : NULL;

  if (end == NULL)
    return set_foreign (part, error);
  *header = g_strndup (line, (size_t) (end - line));
  return true;
}

bool
bulk_part_add (BulkPart *part, const BulkPage *page, GError **error)
{
  BulkState *state = &part->state;

  g_free (state->locator);
  state->locator = g_strdup (page->next);
  state->complete = page->next == NULL;
  state->offset += page->bytes;
  state->records += page->records;
  state->pages++;
  return save (part, error);
}

/* The file last, since the lock is its: no other run's state is to be removed. Empty, it needs
 * none.
 */
void
bulk_part_discard (BulkPart *part)
{
  if (part->path == NULL || ftruncate (part->fd, 0) != 0)
    return;
  g_unlink (part->state_path);
  g_unlink (part->path);
  g_clear_pointer (&part->path, g_free);
}

bool
bulk_part_finish (BulkPart *part, const BulkOptions *options, GError **error)
{
  if (part->path == NULL)
    return true;
  if (!output_file_place (part->fd, part->path, options->output, options->force, error))
    return false;
  g_unlink (part->state_path);
  return true;
}

void
bulk_part_clear (BulkPart *part)
{
  if (part->fd != STDOUT_FILENO)
    close (part->fd);
  g_free (part->path);
  g_free (part->state_path);
  bulk_state_clear (&part->state);
}
