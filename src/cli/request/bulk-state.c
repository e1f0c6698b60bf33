/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bulk-state.h"

#include "bulk-job.h"
#include "bulk-page.h"
#include "error.h"
#include "i18n.h"
#include "output-file.h"
#include "strict.h"
#include "text.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMAT = 1 };

#define MAX_COUNT (INT64_C (1) << 60) /* leaves room to add to */

typedef struct {
  const char *name;
  size_t offset;
  bool optional;
} Text;

typedef struct {
  const char *name;
  size_t offset;
} Number;

static const Text texts[] = {
  { "profile", offsetof (BulkState, profile), false },
  { "instance", offsetof (BulkState, instance), false },
  { "account", offsetof (BulkState, account), true },
  { "apiVersion", offsetof (BulkState, version), false },
  { "querySha256", offsetof (BulkState, query), false },
  { "job", offsetof (BulkState, job), false },
  { "locator", offsetof (BulkState, locator), true },
};

static const Number numbers[] = {
  { "offset", offsetof (BulkState, offset) },
  { "pages", offsetof (BulkState, pages) },
  { "records", offsetof (BulkState, records) },
};

static char **
text_of (const BulkState *state, const Text *text)
{
  return (char **) (void *) ((char *) state + text->offset);
}

static int64_t *
number_of (const BulkState *state, const Number *number)
{
  return (int64_t *) (void *) ((char *) state + number->offset);
}

static bool
read_texts (JsonObject *object, BulkState *state, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *value = NULL;

      if (texts[i].optional ? !json_optional_string (object, texts[i].name, &value, error)
                            : (value = json_need_string (object, texts[i].name, error)) == NULL)
        return false;
      *text_of (state, &texts[i]) = g_strdup (value);
    }
  return true;
}

static bool
are_counts (const BulkState *state)
{
  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (*number_of (state, &numbers[i]) < 0 || *number_of (state, &numbers[i]) > MAX_COUNT)
      return false;
  return true;
}

static bool
read_numbers (JsonObject *object, BulkState *state, GError **error)
{
  int64_t format = 0;
  int64_t complete = 0;
  bool found;

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!json_optional_int (object, numbers[i].name, number_of (state, &numbers[i]), &found, error))
      return false;
  if (!json_optional_int (object, "format", &format, &found, error) ||
      !json_optional_int (object, "complete", &complete, &found, error))
    return false;
  state->complete = complete != 0;
  if (format == FORMAT && are_counts (state) && bulk_job_is_id (state->job) &&
      (state->locator == NULL || bulk_page_is_locator (state->locator)))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("a value in it is not usable"));
  return false;
}

static Secret *
read_file (const char *path, bool *found, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status;
  Secret *content = NULL;

  *found = fd >= 0;
  if (fd < 0 && errno == ENOENT)
    return NULL;
  if (fd < 0 || fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("it is not a regular file"));
  else
    content = secret_read_fd (fd, BULK_STATE_MAX_FILE, "JSON", error);
  if (fd >= 0)
    close (fd);
  return content;
}

static bool
parse (const Secret *content, BulkState *state, GError **error)
{
  size_t length;
  const char *text = secret_bytes (content, &length);
  g_autoptr (JsonObject) object = json_strict_object (text, length, error);

  return object != NULL && read_texts (object, state, error) && read_numbers (object, state, error);
}

bool
bulk_state_load (const char *path, BulkState *state, bool *found, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Secret) content = read_file (path, found, &reason);
  g_autofree char *shown = text_clean (path, -1);

  if ((content == NULL && reason == NULL) || (content != NULL && parse (content, state, &reason)))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("%s cannot be used: %s"), shown,
               reason->message);
  if (error != NULL)
    error_add_hint (*error, _ ("--restart begins anew"));
  return false;
}

static Secret *
format (const BulkState *state)
{
  g_auto (SecretBuffer) buffer = { 0 };
  Writer writer = { .buffer = &buffer };

  writer_open (&writer, NULL, '{');
  writer_int (&writer, "format", FORMAT);
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    writer_string (&writer, texts[i].name, *text_of (state, &texts[i]));
  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    writer_int (&writer, numbers[i].name, *number_of (state, &numbers[i]));
  writer_int (&writer, "complete", state->complete);
  writer_close (&writer, '}');
  return secret_buffer_end (&buffer);
}

/* One name for all times, so that a run that is killed meanwhile leaves at most one; whoever saves
 * has the lock. */
static int
open_temporary (const char *temporary)
{
  g_unlink (temporary);
  return open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

bool
bulk_state_save (const char *path, const BulkState *state, GError **error)
{
  g_autoptr (Secret) content = format (state);
  g_autofree char *temporary = g_strconcat (path, ".new", NULL);
  size_t length;
  const char *text = secret_bytes (content, &length);
  int fd = open_temporary (temporary);
  bool saved;

  if (fd < 0)
    {
      g_autofree char *shown = text_clean (path, -1);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot be made: %s"), shown,
                   g_strerror (errno));
      return false;
    }
  saved = output_file_write_fd (fd, text, length, path, error) &&
          output_file_place (fd, temporary, path, true, error);
  close (fd);
  if (!saved)
    g_unlink (temporary);
  return saved;
}

bool
bulk_state_is_same (const BulkState *a, const BulkState *b)
{
  return strcmp (a->profile, b->profile) == 0 && strcmp (a->instance, b->instance) == 0 &&
         g_strcmp0 (a->account, b->account) == 0 && strcmp (a->version, b->version) == 0 &&
         strcmp (a->query, b->query) == 0;
}

void
bulk_state_clear (BulkState *state)
{
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*text_of (state, &texts[i]));
  *state = (BulkState){ 0 };
}
