/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where GitHub's API is: its own, that of an enterprise with data residency (api.NAME.ghe.com), or
 * an Enterprise Server's (https://HOST/api/v3). */
#include "github-app.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

#define API_HOST     "api.github.com"
#define DEFAULT_URL  "https://" API_HOST
#define API_PREFIX   "api."
#define CLOUD_SUFFIX ".ghe.com"
#define SERVER_PATH  "/api/v3"

static bool
has_api_prefix (const char *host)
{
  return g_str_has_prefix (host, API_PREFIX);
}

bool
github_is_cloud (const Url *api_url)
{
  return strcmp (api_url->host, API_HOST) == 0 ||
         (has_api_prefix (api_url->host) && g_str_has_suffix (api_url->host, CLOUD_SUFFIX));
}

char *
github_web_host (const Url *api_url)
{
  const char *host = api_url->host + (github_is_cloud (api_url) ? strlen (API_PREFIX) : 0);

  return api_url->port == url_default_port (api_url->scheme)
             ? g_strdup (host)
             : g_strdup_printf ("%s:%u", host, api_url->port);
}

/* The pages' address in place of the API's; NULL: it is none of these. The caller owns it. */
static char *
meant_place (const Url *url)
{
  if (strcmp (url->host, "github.com") == 0 || strcmp (url->host, "www.github.com") == 0)
    return g_strdup (DEFAULT_URL);
  if (g_str_has_suffix (url->host, CLOUD_SUFFIX) && !has_api_prefix (url->host))
    return g_strconcat ("https://" API_PREFIX, url->host, NULL);
  if (!github_is_cloud (url) && (url->path[0] == '\0' || strcmp (url->path, "/api") == 0))
    {
      g_autofree char *origin = url_origin (url);

      return g_strconcat (origin, SERVER_PATH, NULL);
    }
  return NULL;
}

static bool
check_place (const Profile *profile, const Url *url, GError **error)
{
  g_autofree char *meant = meant_place (url);

  if (url->query != NULL)
    {
      profile_set_error (profile, "api-url", error, _ ("it has a query (\"?\")"));
      return false;
    }
  if (meant == NULL)
    return true;
  profile_set_error (profile, "api-url", error,
                     _ ("this is where GitHub's pages are, not its API"));
  if (error != NULL)
    error_add_hint (*error, _ ("write %s"), meant);
  return false;
}

Url *
github_api_url (const Profile *profile, GError **error)
{
  const char *text = profile_get (profile, "api-url");
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = url_parse (text != NULL ? text : DEFAULT_URL, &reason);

  if (url == NULL)
    {
      profile_set_error (profile, "api-url", error, "%s", reason->message);
      return NULL;
    }
  while (g_str_has_suffix (url->path, "/"))
    url->path[strlen (url->path) - 1] = '\0';
  return check_place (profile, url, error) ? g_steal_pointer (&url) : NULL;
}

Url *
github_endpoint (const Url *base, const char *path, GError **error)
{
  g_autofree char *start = url_to_string (base);
  g_autofree char *text = g_strconcat (start, path, NULL);

  return url_parse (text, error);
}
