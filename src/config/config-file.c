/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config-file.h"

#include "config.h"
#include "error.h"
#include "i18n.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
refuse_file (const char *file, const char *why, GError **error)
{
  g_autofree char *shown = text_clean (file, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, "%s: %s", shown, why);
  return false;
}

static bool
check_file (const char *file, const struct stat *status, uid_t uid, GError **error)
{
  if (!S_ISREG (status->st_mode))
    return refuse_file (file, _ ("not a regular file"), error);
  if (status->st_uid != 0 && status->st_uid != uid)
    return refuse_file (file, _ ("belongs to another user"), error);
  if ((status->st_mode & S_IWOTH) != 0)
    {
      g_autofree char *shown = text_clean (file, -1);

      refuse_file (file, _ ("every user of this machine may write to it"), error);
      if (error != NULL)
        error_add_hint (*error, "chmod o-w %s", shown);
      return false;
    }
  if (status->st_size > CONFIG_MAX_FILE)
    {
      g_autofree char *why = g_strdup_printf (_ ("longer than %d bytes"), CONFIG_MAX_FILE);
      return refuse_file (file, why, error);
    }
  return true;
}

/* Fills TEXT, SIZE bytes; a file that has become shorter since is what it is. */
static bool
read_all (int fd, char *text, size_t size, size_t *length)
{
  size_t done = 0;

  while (done < size)
    {
      ssize_t count = read (fd, text + done, size - done);

      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        return false;
      if (count == 0)
        break;
      done += (size_t) count;
    }
  *length = done;
  return true;
}

static char *
read_opened (int fd, const char *file, uid_t uid, size_t *length, GError **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0)
    {
      refuse_file (file, g_strerror (errno), error);
      return NULL;
    }
  if (!check_file (file, &status, uid, error))
    return NULL;

  g_autofree char *text = g_malloc ((size_t) status.st_size + 1);
  if (!read_all (fd, text, (size_t) status.st_size, length))
    {
      refuse_file (file, g_strerror (errno), error);
      return NULL;
    }
  return g_steal_pointer (&text);
}

char *
config_file_read (const char *file, uid_t uid, size_t *length, GError **error)
{
  /* Not to hang on a FIFO before it is known to be one. */
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd < 0)
    {
      refuse_file (file, g_strerror (errno), error);
      return NULL;
    }
  char *text = read_opened (fd, file, uid, length, error);
  close (fd);
  return text;
}
