/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "instance.h"

#include "error.h"
#include "i18n.h"
#include "issuer.h"
#include "text.h"

#include <string.h>

static bool
is_same_origin (const Url *a, const Url *b)
{
  return strcmp (a->scheme, b->scheme) == 0 && strcmp (a->host, b->host) == 0 && a->port == b->port;
}

/* Who issued the token: NULL where that is not known. */
static Url *
find_place (const Profile *profile)
{
  const char *name = profile_get (profile, "issuer");
  const Issuer *issuer = name != NULL ? issuer_find (name) : NULL;

  return issuer != NULL ? issuer_place (issuer, profile, NULL) : NULL;
}

bool
instance_may_reach (const Profile *profile, const Url *url)
{
  const GPtrArray *serve = profile_serve (profile);
  g_autoptr (Url) login = find_place (profile);

  for (size_t i = 0; i < serve->len; i++)
    if (pattern_matches (serve->pdata[i], url))
      return true;
  return login != NULL && is_same_origin (login, url);
}

bool
instance_check (const Profile *profile, const Url *url, GError **error)
{
  g_autofree char *origin = NULL;
  g_autofree char *shown = NULL;

  if (instance_may_reach (profile, url))
    return true;
  origin = url_origin (url);
  shown = text_clean (origin, -1);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("%s: the token is for %s, which the profile does not serve"),
               profile_name (profile), shown);
  if (error != NULL)
    error_add_hint (*error, _ ("if that is your org, add it to `serve` under [%s]: %s"),
                    profile_name (profile), shown);
  return false;
}

static Url *
parse_base (const Profile *profile, const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;
  Url *url = url_parse (text, &reason);

  if (url == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("%s: the instance URL is not usable: %s"), profile_name (profile),
                   reason->message);
      return NULL;
    }
  g_clear_pointer (&url->query, g_free);
  while (g_str_has_suffix (url->path, "/"))
    url->path[strlen (url->path) - 1] = '\0';
  return url;
}

/* The origin that all of `serve` is at; NULL: there is none, or more than one. */
static char *
served_origin (const Profile *profile)
{
  const GPtrArray *serve = profile_serve (profile);
  g_autofree char *first = serve->len > 0 ? pattern_origin (serve->pdata[0]) : NULL;

  for (size_t i = 1; i < serve->len && first != NULL; i++)
    {
      g_autofree char *origin = pattern_origin (serve->pdata[i]);

      if (g_strcmp0 (origin, first) != 0)
        return NULL;
    }
  return g_steal_pointer (&first);
}

bool
instance_is_served (const Profile *profile)
{
  const char *name = profile_get (profile, "issuer");
  const Issuer *issuer = name != NULL ? issuer_find (name) : NULL;

  return issuer != NULL && issuer->apart;
}

/* The pattern may have a path: whether it serves what is asked for is judged then. */
static Url *
served_base (const Profile *profile, GError **error)
{
  g_autofree char *origin = served_origin (profile);
  bool several = profile_serve (profile)->len > 0;

  if (origin != NULL)
    return url_parse (origin, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               several
                   ? _ ("%s: `serve` names more than one place, and the path does not say which")
                   : _ ("%s: the profile has no `serve`, which says where the token is for"),
               profile_name (profile));
  if (error != NULL && several)
    error_add_hint (*error, _ ("write the whole URL: https://HOST/PATH"));
  return NULL;
}

Url *
instance_base (const Profile *profile, const Credential *credential, GError **error)
{
  const char *named = credential_detail (credential, "instance_url");

  if (named == NULL && instance_is_served (profile))
    return served_base (profile, error);
  g_autoptr (Url) place = named == NULL ? find_place (profile) : NULL;
  g_autofree char *text = place != NULL ? url_to_string (place) : g_strdup (named);
  g_autoptr (Url) base = NULL;

  if (text == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("%s: its issuer names no place where the token can be used"),
                   profile_name (profile));
      return NULL;
    }
  base = parse_base (profile, text, error);
  if (base == NULL || !instance_check (profile, base, error))
    return NULL;
  return g_steal_pointer (&base);
}

Url *
instance_login_endpoint (const Profile *profile, const char *path, GError **error)
{
  g_autoptr (Url) login = parse_base (profile, profile_get (profile, "login-url"), error);
  g_autofree char *base = login != NULL ? url_to_string (login) : NULL;
  g_autofree char *text = g_strconcat (base != NULL ? base : "", path, NULL);

  return login != NULL ? url_parse (text, error) : NULL;
}

/* Not `id`, which names the user as a URL: it is commonly at the vendor's login host. */
bool
instance_check_details (const Profile *profile, const Credential *credential, GError **error)
{
  static const char *const names[] = { "instance_url", "sfdc_community_url" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *text = credential_detail (credential, names[i]);
      g_autoptr (Url) url = text != NULL ? parse_base (profile, text, error) : NULL;

      if (text != NULL && (url == NULL || !instance_check (profile, url, error)))
        return false;
    }
  return true;
}
