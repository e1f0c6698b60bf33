/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a token is for: an owner, and perhaps some of its repositories, by the profile or by the
 * path of what is asked for. */
#include "github-app.h"

#include "error.h"
#include "i18n.h"
#include "narrow.h"

#include <string.h>

enum {
  MAX_OWNER = 39,       /* bytes */
  MAX_REPOSITORY = 100, /* bytes */
};

void
github_target_clear (GithubTarget *target)
{
  g_free (target->owner);
  g_free (target->repository);
  g_strfreev (target->repositories);
  *target = (GithubTarget){ 0 };
}

/* An underscore stands before the short code of an enterprise's managed users. */
bool
github_is_owner (const char *name)
{
  size_t length = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_");

  return length > 0 && length <= MAX_OWNER && name[length] == '\0' && g_ascii_isalnum (name[0]);
}

bool
github_is_repository (const char *name)
{
  size_t length = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.");

  return length > 0 && length <= MAX_REPOSITORY && name[length] == '\0' &&
         strcmp (name, ".") != 0 && strcmp (name, "..") != 0;
}

/* A setting that names something, rather than leaving it to the request; NULL: it does not. */
static const char *
named (const Profile *profile, const char *key)
{
  return narrow_is_by_request (profile, key) ? NULL : profile_get (profile, key);
}

static char **
split_names (const char *text)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = g_strsplit_set (text, " \t", -1);

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_ptr_array_add (names, g_strdup (*word));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

static bool
check_owner (const Profile *profile, GError **error)
{
  const char *owner = named (profile, "owner");

  if (owner == NULL || github_is_owner (owner))
    return true;
  profile_set_error (profile, "owner", error, _ ("not the name of a user or organization"));
  if (error != NULL)
    error_add_hint (*error, _ ("write the first part of https://github.com/OWNER/REPOSITORY, or "
                               "\"request\" to take it from there"));
  return false;
}

static bool
check_repository (const Profile *profile, const char *name, GError **error)
{
  if (github_is_repository (name))
    return true;
  profile_set_error (profile, "repositories", error,
                     _ ("names of repositories, with blanks between, or \"request\""));
  if (error != NULL && strchr (name, '/') != NULL)
    error_add_hint (*error, _ ("write the names without their owner, and that as `owner`"));
  return false;
}

static bool
check_repositories (const Profile *profile, GError **error)
{
  const char *text = named (profile, "repositories");
  g_auto (GStrv) names = text != NULL ? split_names (text) : NULL;

  if (text == NULL)
    return true;
  if (names[0] == NULL)
    return check_repository (profile, "", error);
  if (g_strv_length (names) > GITHUB_MAX_REPOSITORIES)
    {
      profile_set_error (profile, "repositories", error, _ ("more than %d names"),
                         GITHUB_MAX_REPOSITORIES);
      return false;
    }
  for (char **name = names; *name != NULL; name++)
    if (!check_repository (profile, *name, error))
      return false;
  return true;
}

/* Names are one owner's: at any other that is asked for they would be refused. */
static bool
check_both (const Profile *profile, GError **error)
{
  if (!narrow_is_by_request (profile, "owner") || named (profile, "repositories") == NULL)
    return true;
  profile_set_error (profile, "repositories", error,
                     _ ("repositories by name are one owner's, and `owner` says any"));
  if (error != NULL)
    error_add_hint (*error,
                    _ ("name the owner, or write \"repositories = request\" for the one that is "
                       "asked for"));
  return false;
}

bool
github_target_check (const Profile *profile, GError **error)
{
  return check_owner (profile, error) && check_repositories (profile, error) &&
         check_both (profile, error);
}

/* git gives a path only where it is told to. */
static void
refuse_pathless (const Profile *profile, const Request *request, GError **error)
{
  g_autofree char *origin = url_origin (request->url);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("which repository the token is for cannot be told: %s has no OWNER/REPOSITORY"),
               origin);
  if (error != NULL)
    error_add_hint (*error,
                    _ ("type: avouch setup git %s (or: git config --global "
                       "credential.%s.useHttpPath true); by hand: --url %s/OWNER/REPOSITORY"),
                    profile_name (profile), origin, origin);
}

static void
refuse_names (GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("the path is none of a repository at GitHub: it begins with "
                          "OWNER/REPOSITORY, letters, digits, \"-\", \"_\" and \".\""));
}

static void
refuse_stranger (const Profile *profile, const char *owner, GError **error)
{
  profile_set_error (profile, "owner", error, _ ("the profile is not for repositories of %s"),
                     owner);
  if (error != NULL)
    error_add_hint (*error, _ ("write \"owner = request\", or add /%s to the URL in `serve`"),
                    profile_get (profile, "owner"));
}

/* A repository's wiki is a repository of its own to git, but not to the API; no other name may end
 * so. */
static void
drop_wiki (char *repository)
{
  static const char end[] = ".wiki";

  if (repository != NULL && g_str_has_suffix (repository, end) &&
      strlen (repository) > strlen (end))
    repository[strlen (repository) - strlen (end)] = '\0';
}

/* TARGET's owner and repository by the path; the owner that the profile names stays. */
static bool
read_path (const Profile *profile, const Request *request, GithubTarget *target, GError **error)
{
  bool by_repository = narrow_is_by_request (profile, "repositories");
  g_autofree char *owner = NULL;
  g_autofree char *repository = NULL;

  narrow_read (request, &owner, &repository);
  drop_wiki (repository);
  if (owner == NULL || (by_repository && repository == NULL))
    {
      refuse_pathless (profile, request, error);
      return false;
    }
  if (!github_is_owner (owner) || (repository != NULL && !github_is_repository (repository)))
    {
      refuse_names (error);
      return false;
    }
  if (target->owner != NULL && g_ascii_strcasecmp (target->owner, owner) != 0)
    {
      refuse_stranger (profile, owner, error);
      return false;
    }
  g_free (target->owner);
  target->owner = g_steal_pointer (&owner);
  if (by_repository)
    {
      const char *const only[] = { repository, NULL };

      target->repositories = g_strdupv ((char **) only);
      target->repository = g_steal_pointer (&repository);
    }
  return true;
}

bool
github_target_read (const Profile *profile, const Request *request, GithubTarget *target,
                    GError **error)
{
  g_auto (GithubTarget) read = { 0 };
  const char *names = named (profile, "repositories");

  if (!github_target_check (profile, error))
    return false;
  read.owner = g_strdup (named (profile, "owner"));
  if (names != NULL)
    read.repositories = split_names (names);
  if (request != NULL && request->url != NULL && narrow_is_by_path (profile) &&
      !read_path (profile, request, &read, error))
    return false;
  *target = read;
  read = (GithubTarget){ 0 };
  return true;
}
