/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of GitHub's REST API, as an App ("Generating a JSON Web Token (JWT) for a GitHub App" in
 * GitHub Docs) or with a token. */
#include "github-app.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

/* Seconds. The API takes no `exp` more than ten minutes ahead, and no `iat` that lies in its
 * future: half of that leaves as much for a clock that is wrong. */
enum {
  ISSUED_BEFORE = 60,
  LIFETIME = 300,
  MIN_LIFETIME = 30,
  MAX_LIFETIME = 600 - ISSUED_BEFORE,
};

static const char *const headers[] = {
  "Accept",
  "application/vnd.github+json", /* "Media types" in GitHub Docs */
  "X-GitHub-Api-Version",
  "2022-11-28",
  NULL,
};

bool
github_assertion_lifetime (const Profile *profile, int64_t *seconds, GError **error)
{
  return profile_get_seconds (profile, "assertion-lifetime", LIFETIME, MIN_LIFETIME, MAX_LIFETIME,
                              seconds, error);
}

const Algorithm *
github_algorithm (const Profile *profile, GError **error)
{
  const char *name = profile_get (profile, "algorithm");

  if (name == NULL || strcmp (name, "RS256") == 0)
    return algorithm_find ("RS256");
  profile_set_error (profile, "algorithm", error, _ ("GitHub takes RS256 only"));
  return NULL;
}

bool
github_check_key (const Key *key, GError **error)
{
  if (key_kind (key) == KEY_RSA)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("the key is not an RSA key, and GitHub makes no other for an App"));
  if (error != NULL)
    error_add_hint (*error, _ ("Settings > Developer settings > GitHub Apps > the App > Private "
                               "keys > Generate a private key"));
  return false;
}

static Secret *
sign (const IssuerContext *context, GError **error)
{
  const Algorithm *algorithm = github_algorithm (context->profile, error);
  g_autoptr (JsonObject) claims = json_object_new ();
  int64_t lifetime = 0;

  if (algorithm == NULL || !github_assertion_lifetime (context->profile, &lifetime, error) ||
      !github_check_key (context->key, error))
    return NULL;
  json_object_set_int_member (claims, "iat", context->now - ISSUED_BEFORE);
  json_object_set_int_member (claims, "exp", context->now + lifetime);
  json_object_set_string_member (claims, "iss", profile_get (context->profile, "client-id"));
  return jwt_sign (context->key, algorithm, NULL, claims, error);
}

bool
github_call_with (const Url *base, const char *method, const char *path, Secret *token,
                  IssuerCall *call, GError **error)
{
  Url *url = github_endpoint (base, path, error);

  if (url == NULL)
    return false;
  *call = (IssuerCall){
    .method = g_strdup (method),
    .url = url,
    .headers = g_strdupv ((char **) headers),
    .bearer = secret_ref (token),
  };
  return true;
}

bool
github_call_as_app (const IssuerContext *context, const char *method, const char *path,
                    Secret *body, IssuerCall *call, GError **error)
{
  g_autoptr (Url) base = github_api_url (context->profile, error);
  g_autoptr (Secret) assertion = base != NULL ? sign (context, error) : NULL;

  if (assertion == NULL || !github_call_with (base, method, path, assertion, call, error))
    return false;
  if (body != NULL)
    {
      call->content_type = g_strdup ("application/json");
      call->body = secret_ref (body);
    }
  return true;
}
