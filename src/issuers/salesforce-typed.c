/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people type, or copy out of a browser, where Salesforce's own words are asked for. */
#include "salesforce.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

#define LOGIN_HOST_END ".my.salesforce.com"

enum {
  CONSUMER_SECRET_LENGTH = 64, /* hexadecimal digits; a consumer key has others, too */
  MAX_MISTAKES = 4,            /* in one URL */
};

/* Salesforce's, and no org's. */
static const char *const foreign_hosts[] = {
  "salesforce.com",
  "www.salesforce.com",
  "help.salesforce.com",
  "developer.salesforce.com",
};

static char *
set_usage (const char *setting, const char *why, const char *hint, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s: %s", setting, why);
  if (error != NULL)
    error_add_hint (*error, "%s", hint);
  return NULL;
}

/* "acme" and "acme.my.salesforce.com" become URLs. The caller owns it. */
static char *
add_scheme (const char *typed)
{
  if (strstr (typed, "://") != NULL)
    return g_strdup (typed);
  if (typed[strspn (typed, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-")] == '\0')
    return g_strconcat ("https://", typed, LOGIN_HOST_END, NULL);
  return g_strconcat ("https://", typed, NULL);
}

static bool
is_foreign (const char *host)
{
  for (size_t i = 0; i < G_N_ELEMENTS (foreign_hosts); i++)
    if (strcmp (host, foreign_hosts[i]) == 0)
      return true;
  return false;
}

static void
drop_slashes (Url *url)
{
  while (g_str_has_suffix (url->path, "/"))
    url->path[strlen (url->path) - 1] = '\0';
}

/* Mistakes may come together: a page of a sandbox with its old address. */
static Url *
follow (Url *url)
{
  for (size_t i = 0; i < MAX_MISTAKES; i++)
    {
      g_autofree char *meant = NULL;
      Url *next;

      drop_slashes (url);
      meant = salesforce_meant_place (url);
      next = meant != NULL ? url_parse (meant, NULL) : NULL;
      if (next == NULL)
        break;
      url_free (url);
      url = next;
    }
  return url;
}

static char *
mend_login_url (const char *typed, GError **error)
{
  g_autofree char *text = add_scheme (typed);
  g_autofree char *meant = NULL;
  g_autoptr (Url) url = NULL;

  text[strcspn (text, "?#")] = '\0';
  url = url_parse (text, NULL);
  if (url == NULL) /* for the check of the whole profile to explain */
    return g_strdup (typed);
  if (is_foreign (url->host))
    return set_usage ("login-url", _ ("this site belongs to no org"),
                      _ ("it has the form https://NAME.my.salesforce.com: Setup > My Domain"),
                      error);
  url = follow (g_steal_pointer (&url));
  meant = url_to_string (url);
  /* A trailing slash alone is no mistake. */
  return g_str_has_prefix (typed, meant) && strcmp (typed + strlen (meant), "/") == 0
             ? g_strdup (typed)
             : g_steal_pointer (&meant);
}

static char *
mend_client_id (const char *typed, GError **error)
{
  if (strlen (typed) == CONSUMER_SECRET_LENGTH &&
      typed[strspn (typed, G_CSET_DIGITS "ABCDEFabcdef")] == '\0')
    return set_usage ("client-id", _ ("this is a consumer secret, which avouch needs none of"),
                      _ ("the consumer key is the other one: it begins with 3MVG"), error);
  return g_strdup (typed);
}

static char *
mend_username (const char *typed, GError **error)
{
  if (strchr (typed, '@') == NULL)
    return set_usage ("username", _ ("a user name of Salesforce has an \"@\""),
                      _ ("it has the form of a mail address, and is often not one: Setup > Users"),
                      error);
  return g_strdup (typed);
}

char *
salesforce_mend (const char *setting, const char *value, GError **error)
{
  if (*value == '\0')
    return g_strdup (value);
  if (strcmp (setting, "login-url") == 0)
    return mend_login_url (value, error);
  if (strcmp (setting, "client-id") == 0)
    return mend_client_id (value, error);
  if (strcmp (setting, "username") == 0)
    return mend_username (value, error);
  return g_strdup (value);
}
