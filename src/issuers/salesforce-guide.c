/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an administrator does in Salesforce's console, so that a new key may log in ("Create a Local
 * External Client App" and "Configure the External Client App OAuth Settings" in Salesforce Help).
 */
#include "salesforce.h"

#include "i18n.h"

#include <string.h>

#define LOGIN_HOST_END ".my.salesforce.com"
#define SETUP_HOST_END ".my.salesforce-setup.com"
#define APPS_PAGE      "/lightning/setup/ManageExternalClientApplication/home"

/* The page of Setup, where the login URL tells which host it is on. The caller owns it. */
static char *
apps_page (const char *login_url)
{
  g_autoptr (Url) url = url_parse (login_url, NULL);

  if (url == NULL || !g_str_has_suffix (url->host, LOGIN_HOST_END))
    return NULL;
  return g_strdup_printf ("https://%.*s" SETUP_HOST_END APPS_PAGE,
                          (int) (strlen (url->host) - strlen (LOGIN_HOST_END)), url->host);
}

char *
salesforce_guide (const char *login_url, const char *username, const char *certificate)
{
  g_autofree char *page = apps_page (login_url);

  return g_strdup_printf (
      _ ("In Salesforce, as an administrator (a connected app that is there does as well):\n"
         "\n"
         "  1. Open Setup > External Client App Manager%s%s\n"
         "     and press New External Client App. Any name will do.\n"
         "  2. Under OAuth Settings, enable OAuth. Callback URL: https://localhost/\n"
         "     (it is asked for, and never used). Scopes: api and refresh_token.\n"
         "  3. Under Flow Enablement, enable the JWT bearer flow, and upload\n"
         "       %s\n"
         "     Press Create.\n"
         "  4. Under Policies, choose \"Admin approved users are pre-authorized\", and add a\n"
         "     permission set or a profile of %s.\n"
         "  5. Under Settings > OAuth Settings, press Consumer Key and Secret, and copy the\n"
         "     consumer key; avouch has no use for the secret.\n"
         "\n"
         "A new app takes up to ten minutes to be known everywhere.\n"),
      page != NULL ? ":\n       " : "", page != NULL ? page : "", certificate, username);
}
