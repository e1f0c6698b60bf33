/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people type or copy out of a browser where GitHub's own words are asked for, and what they
 * are to do there ("Registering a GitHub App" and "Managing private keys for GitHub Apps" in GitHub
 * Docs). */
#include "github-app.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

enum { SECRET_LENGTH = 40 /* hexadecimal digits of a client secret; a client id has 20 */ };

static char *
mend_client_id (const char *typed, GError **error)
{
  if (strlen (typed) == SECRET_LENGTH &&
      typed[strspn (typed, G_CSET_DIGITS "ABCDEFabcdef")] == '\0')
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s: %s", "client-id",
                   _ ("this is a client secret, which avouch needs none of"));
      if (error != NULL)
        error_add_hint (*error, _ ("the client ID stands above it, and begins with Iv"));
      return NULL;
    }
  return g_strdup (typed);
}

/* "@octo", and what a browser shows, become the name. */
static char *
mend_owner (const char *typed)
{
  static const char page[] = "https://github.com/";

  if (*typed == '@')
    return g_strdup (typed + 1);
  if (g_str_has_prefix (typed, page))
    return g_strndup (typed + strlen (page), strcspn (typed + strlen (page), "/?#"));
  return g_strdup (typed);
}

char *
github_mend (const char *setting, const char *value, GError **error)
{
  if (strcmp (setting, "client-id") == 0)
    return mend_client_id (value, error);
  if (strcmp (setting, "owner") == 0)
    return mend_owner (value);
  return g_strdup (value);
}

char *
github_guide (const char *login_url G_GNUC_UNUSED, const char *username G_GNUC_UNUSED,
              const char *certificate G_GNUC_UNUSED)
{
  return g_strdup (_ (
      "At GitHub, as the owner of an account or organization (an App that is there does as\n"
      "well):\n"
      "\n"
      "  1. Open https://github.com/settings/apps/new (for an organization: its Settings >\n"
      "     Developer settings > GitHub Apps > New GitHub App). Any name and homepage will do;\n"
      "     switch Webhook > Active off.\n"
      "  2. Under Permissions > Repository permissions choose what the token may do: Contents\n"
      "     is what git needs. Press Create GitHub App.\n"
      "  3. Copy the client ID; avouch has no use for a client secret.\n"
      "  4. Under Private keys press Generate a private key: the browser saves a PEM file. Move\n"
      "     it to ~/.config/avouch/keys, for no other's eyes (chmod 600). No certificate is\n"
      "     needed.\n"
      "  5. Under Install App, install it where the repositories are.\n"));
}
