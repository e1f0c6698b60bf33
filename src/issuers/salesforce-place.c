/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where an org logs in. People copy the address that their browser shows, which is another one. */
#include "salesforce.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

typedef struct {
  const char *host;  /* how it ends; NULL: any host */
  const char *label; /* in its first label; NULL: any */
  const char *path;  /* in the path; NULL: any, or none */
  const char *wrong;
  const char *right; /* what its end should be instead; NULL: the host is right, the path is not */
} Mistake;

#define NO_PATH N_ ("an org's address has no path")

/* The first line that fits is taken. clang-format off: one line each. */
/* clang-format off */
static const Mistake mistakes[] = {
  { ".lightning.force.com", NULL, NULL, N_ ("this is where the org shows its pages, not where it logs in"), ".my.salesforce.com" },
  { ".my.salesforce-setup.com", NULL, NULL, N_ ("this is the address of Setup, not where the org logs in"), ".my.salesforce.com" },
  { "--c.vf.force.com", NULL, NULL, N_ ("this is where the org shows its pages, not where it logs in"), ".my.salesforce.com" },
  { ".my.salesforce.com", "--", NULL, N_ ("this is the old form of a sandbox's address"), ".sandbox.my.salesforce.com" },
  { NULL, NULL, "/services/", N_ ("this is an endpoint; avouch adds the path by itself"), NULL },
  { ".my.salesforce.com", NULL, "/", NO_PATH, NULL },
  { "login.salesforce.com", NULL, "/", NO_PATH, NULL },
  { "test.salesforce.com", NULL, "/", NO_PATH, NULL },
};
/* clang-format on */

/* The first label and the rest that ENDs the host: "acme--dev" of "acme--dev.my.salesforce.com". */
static bool
has_label (const char *host, const char *end, const char *part)
{
  size_t length = strcspn (host, ".");
  g_autofree char *label = g_strndup (host, length);

  return strcmp (host + length, end) == 0 && strstr (label, part) != NULL;
}

static bool
is_mistake (const Mistake *mistake, const Url *url)
{
  if (mistake->host != NULL && !g_str_has_suffix (url->host, mistake->host))
    return false;
  if (mistake->label != NULL && !has_label (url->host, mistake->host, mistake->label))
    return false;
  return mistake->path == NULL || strstr (url->path, mistake->path) != NULL;
}

/* As it was meant. */
static char *
correct (const Mistake *mistake, const Url *url)
{
  g_autofree char *origin = url_origin (url);
  const char *services = strstr (url->path, "/services/");

  if (mistake->right != NULL)
    return g_strdup_printf ("https://%.*s%s", (int) (strlen (url->host) - strlen (mistake->host)),
                            url->host, mistake->right);
  if (services == NULL)
    return g_steal_pointer (&origin);
  return g_strdup_printf ("%s%.*s", origin, (int) (services - url->path), url->path);
}

static const Mistake *
find_mistake (const Url *url)
{
  for (size_t i = 0; i < G_N_ELEMENTS (mistakes); i++)
    if (is_mistake (&mistakes[i], url))
      return &mistakes[i];
  return NULL;
}

char *
salesforce_meant_place (const Url *url)
{
  const Mistake *mistake = find_mistake (url);

  return mistake != NULL ? correct (mistake, url) : NULL;
}

static bool
check_mistakes (const Profile *profile, const Url *url, GError **error)
{
  const Mistake *mistake = find_mistake (url);
  g_autofree char *right = salesforce_meant_place (url);

  if (mistake == NULL)
    return true;
  profile_set_error (profile, "login-url", error, "%s", _ (mistake->wrong));
  if (error != NULL)
    error_add_hint (*error, _ ("write %s"), right);
  return false;
}

static Url *
parse (const Profile *profile, GError **error)
{
  const char *text = profile_get (profile, "login-url");
  g_autoptr (GError) reason = NULL;
  Url *url = url_parse (text, &reason);
  g_autofree char *shown = NULL;

  if (url != NULL)
    return url;
  profile_set_error (profile, "login-url", error, "%s", reason->message);
  if (error != NULL && strstr (text, "://") == NULL)
    {
      shown = text_clean (text, -1);
      error_add_hint (*error, _ ("write https://%s"), shown);
    }
  return NULL;
}

Url *
salesforce_login_url (const Profile *profile, GError **error)
{
  g_autoptr (Url) url = parse (profile, error);

  if (url == NULL)
    return NULL;
  if (url->query != NULL)
    {
      profile_set_error (profile, "login-url", error, _ ("it has a query (\"?\")"));
      return NULL;
    }
  while (g_str_has_suffix (url->path, "/"))
    url->path[strlen (url->path) - 1] = '\0';
  return check_mistakes (profile, url, error) ? g_steal_pointer (&url) : NULL;
}

Url *
salesforce_endpoint (const Url *login_url, const char *path, GError **error)
{
  g_autofree char *base = url_to_string (login_url);
  g_autofree char *text = g_strconcat (base, path, NULL);

  return url_parse (text, error);
}
