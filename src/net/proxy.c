/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proxy.h"

#include <string.h>

/* The first that is set; of two spellings lower case counts first, as for curl. */
static const char *
variable (char **variables, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      const char *value = g_environ_getenv (variables, *names);

      if (value != NULL && *value != '\0')
        return value;
    }
  return NULL;
}

/* "*", a host, or a domain with or without its leading dot. */
static bool
is_exempt (const char *host, const char *list)
{
  g_auto (GStrv) entries = g_strsplit_set (list, ", \t", -1);

  for (char **entry = entries; *entry != NULL; entry++)
    {
      const char *domain = **entry == '.' ? *entry + 1 : *entry;
      size_t length = strlen (domain);
      size_t all = strlen (host);

      if (strcmp (domain, "*") == 0)
        return true;
      if (length > 0 && length <= all && g_ascii_strcasecmp (host + all - length, domain) == 0 &&
          (length == all || host[all - length - 1] == '.'))
        return true;
    }
  return false;
}

static char *
from_environment (const Url *url, char **variables)
{
  static const char *const proxies[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                         NULL };
  static const char *const exempt[] = { "no_proxy", "NO_PROXY", NULL };
  const char *proxy = variable (variables, proxies);
  const char *list = variable (variables, exempt);

  if (proxy == NULL || (list != NULL && is_exempt (url->host, list)))
    return NULL;
  return strstr (proxy, "://") != NULL ? g_strdup (proxy) : g_strconcat ("http://", proxy, NULL);
}

bool
proxy_find (const Profile *profile, const Url *url, char **variables, char **proxy, GError **error)
{
  const char *value = profile_get (profile, "proxy");

  *proxy = NULL;
  /* Plain http goes to this machine alone (url.h): a proxy would have the assertion in clear. */
  if (value == NULL || strcmp (value, "none") == 0 || strcmp (url->scheme, "http") == 0)
    return true;
  if (!profile_check_proxy (profile, error))
    return false;
  *proxy =
      strcmp (value, "environment") == 0 ? from_environment (url, variables) : g_strdup (value);
  return true;
}
