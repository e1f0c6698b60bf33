/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "narrow.h"

#include <string.h>

#define BY_REQUEST "request"
#define GIT_SUFFIX ".git"

/* The next segment of a path, and what comes after it. */
static char *
take_segment (const char **at)
{
  const char *start = *at + (**at == '/');
  size_t length = strcspn (start, "/");

  *at = start + length;
  return length > 0 && length <= NARROW_MAX_SEGMENT ? g_strndup (start, length) : NULL;
}

void
narrow_read (const Request *request, char **owner, char **repository)
{
  const char *at = request->url != NULL ? request->url->path : "";

  *owner = take_segment (&at);
  *repository = *owner != NULL ? take_segment (&at) : NULL;
  if (*repository != NULL && g_str_has_suffix (*repository, GIT_SUFFIX) &&
      strlen (*repository) > strlen (GIT_SUFFIX))
    (*repository)[strlen (*repository) - strlen (GIT_SUFFIX)] = '\0';
}

bool
narrow_is_by_request (const Profile *profile, const char *key)
{
  return g_strcmp0 (profile_get (profile, key), BY_REQUEST) == 0;
}

bool
narrow_is_by_path (const Profile *profile)
{
  return narrow_is_by_request (profile, "owner") || narrow_is_by_request (profile, "repositories");
}

char *
narrow_path (const Profile *profile, const Request *request)
{
  bool by_repository = narrow_is_by_request (profile, "repositories");
  g_autofree char *owner = NULL;
  g_autofree char *repository = NULL;

  if (request->url == NULL || !narrow_is_by_path (profile))
    return NULL;
  narrow_read (request, &owner, &repository);
  if (owner == NULL)
    return g_strdup ("");
  if (!by_repository || repository == NULL)
    return g_steal_pointer (&owner);
  return g_strdup_printf ("%s/%s", owner, repository);
}
