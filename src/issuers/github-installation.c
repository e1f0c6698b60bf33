/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of the App's installations a token is for: its id, by the repository, the owner, or because
 * there is only one. */
#include "github-app.h"

#include "error.h"
#include "i18n.h"
#include "strict.h"

#include <string.h>

enum {
  REMEMBERED = 24 * 60 * 60, /* seconds; an installation keeps its id until it is removed */
  PAGE = 30,                 /* installations in one answer */
  MAX_LISTED = 10,
};

/* One installation serves all repositories of an owner, whose name is the same in any case. */
static char *
find_topic (const IssuerContext *context, GError **error)
{
  g_auto (GithubTarget) target = { 0 };

  if (!github_target_read (context->profile, context->request, &target, error))
    return NULL;
  return target.owner != NULL ? g_ascii_strdown (target.owner, -1) : g_strdup ("");
}

/* By "Get a repository installation", "Get a user installation" (which GitHub's own action
 * create-github-app-token asks for organizations too) and "List installations for the authenticated
 * app". */
static char *
find_path (const GithubTarget *target)
{
  if (target->owner == NULL)
    return g_strdup_printf ("/app/installations?per_page=%d", PAGE);
  if (target->repository == NULL)
    return g_strdup_printf ("/users/%s/installation", target->owner);
  return g_strdup_printf ("/repos/%s/%s/installation", target->owner, target->repository);
}

static bool
build (const IssuerContext *context, IssuerCall *call, GError **error)
{
  g_auto (GithubTarget) target = { 0 };
  g_autofree char *path = NULL;

  if (!github_target_read (context->profile, context->request, &target, error))
    return false;
  path = find_path (&target);
  return github_call_as_app (context, "GET", path, NULL, call, error);
}

static char *
read_id (JsonObject *installation, GError **error)
{
  int64_t id = 0;
  bool found = false;

  if (!json_optional_int (installation, "id", &id, &found, error))
    return NULL;
  if (found && id > 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("the issuer's answer has no installation id"));
  return NULL;
}

/* Whose it is; NULL where that is nothing to show. */
static const char *
read_owner (JsonObject *installation)
{
  JsonObject *account = NULL;
  const char *login = NULL;

  if (json_optional_object (installation, "account", &account, NULL) && account != NULL)
    login = json_need_string (account, "login", NULL);
  return login != NULL && github_is_owner (login) ? login : NULL;
}

static JsonObject *
element (JsonArray *installations, unsigned index, GError **error)
{
  JsonNode *node = json_array_get_element (installations, index);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("the issuer's answer makes no sense"));
  return NULL;
}

static char *
list_owners (JsonArray *installations)
{
  g_autoptr (GString) owners = g_string_new (NULL);
  unsigned count = json_array_get_length (installations);
  unsigned listed = 0;

  for (unsigned i = 0; i < count && listed < MAX_LISTED; i++)
    {
      JsonObject *installation = element (installations, i, NULL);
      const char *owner = installation != NULL ? read_owner (installation) : NULL;

      if (owner != NULL)
        g_string_append_printf (owners, "%s%s", listed++ > 0 ? ", " : "", owner);
    }
  if (listed < count)
    g_string_append (owners, ", …");
  return g_string_free (g_steal_pointer (&owners), FALSE);
}

static void
refuse_many (const IssuerContext *context, JsonArray *installations, GError **error)
{
  g_autofree char *owners = list_owners (installations);

  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                       _ ("the App has more than one installation, and nothing says for which the "
                          "token is"));
  if (error != NULL)
    error_add_hint (*error,
                    _ ("give --url https://HOST/OWNER/REPOSITORY, or \"owner = NAME\" under [%s], "
                       "one of: %s"),
                    profile_name (context->profile), owners);
}

static void
refuse_none (GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                       _ ("the App is installed nowhere"));
  if (error != NULL)
    error_add_hint (*error, _ ("Settings > Developer settings > GitHub Apps > the App > Install "
                               "App: choose the account and its repositories"));
}

static char *
read_only_one (const IssuerContext *context, JsonNode *root, GError **error)
{
  JsonArray *installations = json_node_get_array (root);
  unsigned count = json_array_get_length (installations);
  JsonObject *installation = NULL;

  if (count == 0)
    refuse_none (error);
  else if (count > 1)
    refuse_many (context, installations, error);
  else
    installation = element (installations, 0, error);
  return installation != NULL ? read_id (installation, error) : NULL;
}

/* An object for an owner or a repository, and a list for the App. */
static char *
read_answer (const IssuerContext *context, const ExchangeAnswer *answer, GError **error)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (JsonNode) root = NULL;

  if (!json_strict_check (body, length, error))
    return NULL;
  root = json_from_string (body, NULL);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return read_id (json_node_get_object (root), error);
  if (root != NULL && JSON_NODE_HOLDS_ARRAY (root))
    return read_only_one (context, root, error);
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("the issuer's answer makes no sense"));
  return NULL;
}

const IssuerFact github_facts[] = {
  {
      .name = GITHUB_FACT_INSTALLATION,
      .lifetime = REMEMBERED,
      .topic = find_topic,
      .build = build,
      .read = read_answer,
  },
  { .name = NULL },
};
