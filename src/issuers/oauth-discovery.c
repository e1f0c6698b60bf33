/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the tokens are: named, or told by the issuer (OpenID Connect Discovery 1.0, RFC 8414). */
#include "error.h"
#include "i18n.h"
#include "oauth.h"
#include "strict.h"
#include "text.h"

#include <string.h>

#define WELL_KNOWN "/.well-known/"
#define OPENID     WELL_KNOWN "openid-configuration"
#define ENDPOINT   "token_endpoint"

enum { LIFETIME = 60 * 60 /* seconds */ };

static Url *
parse_setting (const Profile *profile, const char *key, GError **error)
{
  g_autoptr (GError) reason = NULL;
  Url *url = url_parse (profile_get (profile, key), &reason);

  if (url == NULL)
    profile_set_error (profile, key, error, "%s", reason->message);
  return url;
}

static Url *
parse_discover (const Profile *profile, GError **error)
{
  g_autoptr (Url) url = parse_setting (profile, "discover", error);

  if (url != NULL && url->query != NULL)
    {
      profile_set_error (profile, "discover", error, _ ("it has a query (\"?\")"));
      return NULL;
    }
  return g_steal_pointer (&url);
}

/* Only where the token's endpoint may be written in place of all else. */
Url *
oauth_place (const Profile *profile, GError **error)
{
  return profile_get (profile, "token-url") != NULL ? parse_setting (profile, "token-url", error)
                                                    : parse_discover (profile, error);
}

bool
oauth_check_place (const Profile *profile, GError **error)
{
  bool named = profile_get (profile, "token-url") != NULL;
  bool told = profile_get (profile, "discover") != NULL;
  g_autoptr (Url) url = NULL;

  if (named == told)
    {
      profile_set_error (profile, named ? "discover" : "token-url", error,
                         named ? _ ("token-url says already where the tokens are")
                               : _ ("neither token-url nor discover says where the tokens are"));
      if (error != NULL)
        error_add_hint (*error, _ ("\"token-url\" is the endpoint itself, \"discover\" the "
                                   "issuer's URL, from which avouch finds it"));
      return false;
    }
  url = oauth_place (profile, error);
  return url != NULL;
}

Url *
oauth_token_url (const IssuerContext *context, GError **error)
{
  const char *told = issuer_fact (context, ENDPOINT);

  return told != NULL ? url_parse (told, error)
                      : parse_setting (context->profile, "token-url", error);
}

static void
strip_slash (char *path)
{
  size_t length = strlen (path);

  if (length > 0 && path[length - 1] == '/')
    path[length - 1] = '\0';
}

/* Where the document is: below the issuer's URL, or where `discover` says itself; RFC 8414 section
 * 3 puts the issuer's path behind the well-known one. */
static char *
document_path (const Url *url)
{
  g_autofree char *path = g_strdup (url->path);

  if (strstr (path, WELL_KNOWN) != NULL)
    return g_steal_pointer (&path);
  strip_slash (path);
  return g_strconcat (path, OPENID, NULL);
}

/* URL without the well-known part: whose document it is. */
static void
strip_well_known (Url *url)
{
  char *start = strstr (url->path, WELL_KNOWN);

  if (start != NULL)
    {
      const char *name = start + strlen (WELL_KNOWN);
      const char *rest = name + strcspn (name, "/");

      memmove (start, rest, strlen (rest) + 1);
    }
  strip_slash (url->path);
}

static char *
find_topic (const IssuerContext *context, G_GNUC_UNUSED GError **error)
{
  return g_strdup (profile_get (context->profile, "discover"));
}

static bool
build (const IssuerContext *context, IssuerCall *call, GError **error)
{
  static const char *const headers[] = { "Accept", "application/json", NULL };
  g_autoptr (Url) url = parse_discover (context->profile, error);
  char *path;

  if (url == NULL)
    return false;
  path = document_path (url);
  g_free (url->path);
  url->path = path;
  *call = (IssuerCall){
    .method = g_strdup ("GET"),
    .url = g_steal_pointer (&url),
    .headers = g_strdupv ((char **) headers),
  };
  return true;
}

/* Both read alike, so that "https://ID.example:443" is "https://id.example"; a slash at the end is
 * passed over, for the document is the same with it and without. */
static bool
check_issuer (const IssuerContext *context, JsonObject *document, GError **error)
{
  const char *told = json_need_string (document, "issuer", error);
  g_autoptr (Url) asked = told != NULL ? parse_discover (context->profile, error) : NULL;
  g_autoptr (Url) answered = told != NULL ? url_parse (told, NULL) : NULL;
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;

  if (asked == NULL)
    return false;
  strip_well_known (asked);
  expected = url_to_string (asked);
  if (answered != NULL)
    {
      strip_slash (answered->path);
      found = url_to_string (answered);
    }
  if (g_strcmp0 (expected, found) == 0)
    return true;
  g_autofree char *shown = text_clean_told (told);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
               _ ("the issuer calls itself %s, and %s was asked"), shown, expected);
  if (error != NULL)
    error_add_hint (*error, _ ("write `discover` as the issuer calls itself, if that is whom you "
                               "mean"));
  return false;
}

/* What is asked by https is not answered by a place without. */
static char *
read_endpoint (const IssuerContext *context, JsonObject *document, GError **error)
{
  const char *told = json_need_string (document, ENDPOINT, error);
  g_autoptr (Url) asked = told != NULL ? parse_discover (context->profile, error) : NULL;
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = asked != NULL ? url_parse (told, &reason) : NULL;
  g_autofree char *text = url != NULL ? url_to_string (url) : NULL;

  if (asked == NULL)
    return NULL;
  if (url != NULL && strcmp (url->scheme, "http") == 0 && strcmp (asked->scheme, "https") == 0)
    g_set_error (&reason, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("it is not https"));
  else if (url != NULL && strlen (text) > ISSUER_MAX_FACT)
    g_set_error (&reason, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("it is too long"));
  if (reason == NULL)
    return g_steal_pointer (&text);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("the issuer's %s is not usable: %s"),
               ENDPOINT, reason->message);
  return NULL;
}

static char *
read_document (const IssuerContext *context, const ExchangeAnswer *answer, GError **error)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (GError) reason = NULL;
  g_autoptr (JsonObject) document = json_strict_object (body, length, &reason);

  if (document != NULL)
    return check_issuer (context, document, error) ? read_endpoint (context, document, error)
                                                   : NULL;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's own description cannot be read: %s"), reason->message);
  if (error != NULL)
    error_add_hint (*error, _ ("is `discover` the issuer's URL?"));
  return NULL;
}

static GError *
explain (const IssuerContext *context, const ExchangeAnswer *answer,
         G_GNUC_UNUSED IssuerRefusal *refusal)
{
  g_autoptr (Url) url = parse_discover (context->profile, NULL);
  g_autofree char *path = url != NULL ? document_path (url) : NULL;
  GError *error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                   _ ("the issuer does not describe itself at %s (HTTP %u)"), path, answer->status);

  error_add_hint (error, _ ("is `discover` the issuer's URL? it may also be the whole URL of the "
                            "description, as https://HOST/.well-known/oauth-authorization-server; "
                            "or set token-url instead"));
  return error;
}

const IssuerFact oauth_facts[] = {
  { ENDPOINT, LIFETIME, find_topic, build, read_document, explain, true },
  { NULL, 0, NULL, NULL, NULL, NULL, false },
};
