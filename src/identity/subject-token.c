/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "subject-token.h"

#include "error.h"
#include "i18n.h"
#include "subject.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Secret *
fail (const char *path, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("cannot read the token in %s: %s"),
               path, why);
  return NULL;
}

static Secret *
read_open_file (int fd, const char *path, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (Secret) content = NULL;
  struct stat status;

  if (fstat (fd, &status) != 0)
    return fail (path, g_strerror (errno), error);
  if (!S_ISREG (status.st_mode))
    return fail (path, _ ("it is not a regular file"), error);
  content = secret_read_fd (fd, SUBJECT_MAX_LENGTH + strlen ("\r\n"), path, &trouble);
  if (content != NULL)
    return subject_take (content, path, error);
  trouble->code = AVOUCH_ERROR_PASSPHRASE;
  g_propagate_error (error, g_steal_pointer (&trouble));
  return NULL;
}

static Secret *
read_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  Secret *token;

  if (fd < 0)
    return fail (path, g_strerror (errno), error);
  token = read_open_file (fd, path, error);
  close (fd);
  return token;
}

static Secret *
read_below_home (const Profile *profile, const char *path, const char *home, GError **error)
{
  g_autofree char *whole = home != NULL ? g_strconcat (home, path + 1, NULL) : NULL;

  if (whole != NULL)
    return read_file (whole, error);
  profile_set_error (profile, SUBJECT_SETTING, error,
                     _ ("\"~/\" cannot be resolved: HOME is not set and no home folder is known"));
  return NULL;
}

bool
subject_token_read (const Profile *profile, const char *home, Secret **token, GError **error)
{
  SubjectKind kind;
  const char *argument;

  *token = NULL;
  if (!subject_parse (profile, &kind, &argument, error))
    return false;
  if (kind != SUBJECT_FILE)
    return true;
  *token = argument[0] == '~' ? read_below_home (profile, argument, home, error)
                              : read_file (argument, error);
  return *token != NULL;
}
