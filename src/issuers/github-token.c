/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An installation's token: how it is asked for, read and ended ("Create an installation access
 * token for an app" and "Revoke an installation access token" in GitHub Docs). */
#include "github-app.h"

#include "error.h"
#include "i18n.h"
#include "moment.h"
#include "strict.h"

#include <string.h>

enum {
  MAX_LIFETIME = 24 * 60 * 60, /* seconds; GitHub says one hour */
};

static void
add_repositories (JsonObject *body, char **names)
{
  JsonArray *array = json_array_new ();

  for (; *names != NULL; names++)
    json_array_add_string_element (array, *names);
  json_object_set_array_member (body, "repositories", array);
}

/* NULL: nothing narrows the token. */
static Secret *
write_body (JsonObject *body)
{
  g_autoptr (JsonNode) root = json_node_init_object (json_node_alloc (), body);
  g_autofree char *text = json_to_string (root, FALSE);

  return json_object_get_size (body) > 0 ? secret_new (text, strlen (text)) : NULL;
}

/* An id of digits alone: it is put into a path. */
static char *
find_path (const IssuerContext *context, GError **error)
{
  const char *id = issuer_fact (context, GITHUB_FACT_INSTALLATION);

  if (id != NULL && *id != '\0' && id[strspn (id, G_CSET_DIGITS)] == '\0')
    return g_strdup_printf ("/app/installations/%s/access_tokens", id);
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("the issuer's answer has no installation id"));
  return NULL;
}

bool
github_build (const IssuerContext *context, IssuerCall *call, GError **error)
{
  g_autofree char *path = find_path (context, error);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonObject) permissions = NULL;
  g_autoptr (Secret) body = NULL;
  g_auto (GithubTarget) target = { 0 };
  bool narrowed = false;

  if (path == NULL || !github_target_read (context->profile, context->request, &target, error) ||
      (permissions = github_permissions (context->profile, &narrowed, error)) == NULL)
    return false;
  if (target.repositories != NULL)
    add_repositories (object, target.repositories);
  if (narrowed)
    json_object_set_object_member (object, "permissions", g_steal_pointer (&permissions));
  body = write_body (object);
  return github_call_as_app (context, "POST", path, body, call, error);
}

static bool
refuse (const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's access token is not usable: %s"), why);
  return false;
}

/* Its length is credential_check's to judge. */
static bool
check_token (const Secret *token, GError **error)
{
  size_t length = 0;
  const char *bytes = secret_bytes (token, &length);

  if (length == 0)
    return refuse (_ ("it is empty"), error);
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isgraph (bytes[i]))
      return refuse (_ ("it holds a character that no token may have"), error);
  return true;
}

/* By this machine's clock: what matters is how long it lives from the answer's date on. */
static bool
read_expiry (const IssuerContext *context, const ExchangeAnswer *answer, JsonObject *object,
             int64_t *expires_at, GError **error)
{
  const char *text = json_need_string (object, "expires_at", error);
  int64_t end = 0;
  int64_t life;

  if (text == NULL)
    return false;
  if (!moment_parse_date (text, &end))
    return refuse (_ ("its `expires_at` is no date"), error);
  life = end - (answer->date != 0 ? answer->date : context->now);
  if (life <= 0)
    return refuse (_ ("it has ended already"), error);
  *expires_at = context->now + MIN (life, MAX_LIFETIME);
  return true;
}

static bool
add_permissions (Credential *credential, JsonObject *object, GError **error)
{
  JsonObject *permissions = NULL;
  g_autofree char *text = NULL;

  if (!json_optional_object (object, "permissions", &permissions, error))
    return false;
  if (permissions == NULL)
    return true;
  text = github_permissions_text (permissions, error);
  credential_add_detail (credential, "scope", text);
  return text != NULL;
}

/* What `avouch run` tells GitHub's own tools: gh sends the one token to github.com and the other to
 * an Enterprise Server ("gh environment" in GitHub CLI's manual). */
static void
add_places (Credential *credential, const Url *api_url)
{
  g_autofree char *host = github_web_host (api_url);
  g_autofree char *server = g_strdup_printf ("%s://%s", api_url->scheme, host);

  credential_add_detail (credential, "host", host);
  credential_add_detail (credential, github_is_cloud (api_url) ? "cloud" : "enterprise", host);
  credential_add_detail (credential, "server_url", server);
}

static void
add_target (Credential *credential, const IssuerContext *context, const GithubTarget *target)
{
  g_autofree char *names =
      target->repositories != NULL ? g_strjoinv (" ", target->repositories) : NULL;

  credential_add_detail (credential, "installation",
                         issuer_fact (context, GITHUB_FACT_INSTALLATION));
  credential_add_detail (credential, "owner", target->owner);
  credential_add_detail (credential, "repositories", names);
}

Credential *
github_read (const IssuerContext *context, const ExchangeAnswer *answer, GError **error)
{
  g_autoptr (Url) api_url = github_api_url (context->profile, error);
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_auto (GithubTarget) target = { 0 };
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (Secret) token = NULL;
  g_autoptr (Credential) credential = NULL;
  int64_t expires_at = 0;

  if (api_url == NULL || !github_target_read (context->profile, context->request, &target, error) ||
      (object = json_strict_object (body, length, error)) == NULL ||
      (token = json_take_secret (object, "token", error)) == NULL || !check_token (token, error) ||
      !read_expiry (context, answer, object, &expires_at, error))
    return NULL;
  credential = credential_new (CREDENTIAL_BEARER, profile_name (context->profile), token,
                               context->now, expires_at);
  credential->settled_at = context->now + GITHUB_SETTLING;
  if (!add_permissions (credential, object, error))
    return NULL;
  add_target (credential, context, &target);
  add_places (credential, api_url);
  return credential_check (credential, error) ? g_steal_pointer (&credential) : NULL;
}

bool
github_revoke (const IssuerContext *context, const Url *base, const Credential *credential,
               IssuerCall *call, GError **error)
{
  g_autoptr (Url) api_url = github_api_url (context->profile, error);

  return api_url != NULL &&
         github_call_with (base != NULL ? base : api_url, "DELETE", "/installation/token",
                           credential->secret, call, error);
}
