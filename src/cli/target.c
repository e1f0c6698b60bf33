/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include "error.h"
#include "i18n.h"
#include "profiles.h"
#include "route.h"

#include <string.h>

/* What a person mistyped is no tool's breach of protocol. */
static bool
fill_url (Request *request, const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;

  request->url = url_parse (text, &reason);
  if (request->url == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "--url: %s", reason->message);
  return request->url != NULL;
}

static bool
fill_name (Request *request, const char *name, const Environment *environment, GError **error)
{
  g_autoptr (Config) config = NULL;
  Profile *profile;

  if (name != NULL && config_is_profile_name (name))
    {
      request->profile = g_strdup (name);
      return true;
    }
  config = profiles_load (environment, error);
  profile = config != NULL ? profiles_choose (config, name, error) : NULL;
  if (profile != NULL)
    request->profile = g_strdup (profile_name (profile));
  return profile != NULL;
}

bool
target_fill (Request *request, const char *word, const char *url, const Environment *environment,
             GError **error)
{
  if (word != NULL && url != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("give a profile or --url, not both"));
      return false;
    }
  if (word != NULL && strstr (word, "://") != NULL)
    url = word;
  return url != NULL ? fill_url (request, url, error)
                     : fill_name (request, word, environment, error);
}

Profile *
target_profile (const Config *config, const Request *request, GError **error)
{
  g_autoptr (Profile) profile = NULL;

  if (request->url == NULL)
    return profiles_choose (config, request->profile, error);
  profile = route_find (config, request, error);
  return profile != NULL ? config_find (config, profile_name (profile)) : NULL;
}
