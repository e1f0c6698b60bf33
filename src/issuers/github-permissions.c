/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Permissions in the configuration's words, "contents:read issues:write", and in the API's. */
#include "github-app.h"

#include "error.h"
#include "i18n.h"
#include "strict.h"

#include <string.h>

#define NAME_CHARACTERS G_CSET_a_2_z G_CSET_DIGITS "_"

enum {
  MAX_PERMISSIONS = 100,
  MAX_NAME = 64, /* bytes */
};

static const char *const levels[] = { "read", "write", "admin", NULL };

static bool
is_name (const char *name)
{
  size_t length = strspn (name, NAME_CHARACTERS);

  return length > 0 && length <= MAX_NAME && name[length] == '\0';
}

static bool
refuse (const Profile *profile, const char *hint, GError **error)
{
  profile_set_error (profile, "permissions", error,
                     _ ("words such as contents:read, with blanks between"));
  if (error != NULL && hint != NULL)
    error_add_hint (*error, "%s", hint);
  return false;
}

static bool
add_permission (const Profile *profile, JsonObject *permissions, char *word, GError **error)
{
  char *level = strchr (word, ':');

  if (level != NULL)
    *level++ = '\0';
  if (strchr (word, '-') != NULL)
    return refuse (profile, _ ("the API's names have \"_\", not \"-\": pull_requests:write"),
                   error);
  if (level == NULL || !is_name (word) || !g_strv_contains (levels, level))
    return refuse (profile, _ ("a permission's name, \":\", and read, write or admin"), error);
  if (json_object_has_member (permissions, word))
    return refuse (profile, _ ("one of them is given twice"), error);
  json_object_set_string_member (permissions, word, level);
  return true;
}

JsonObject *
github_permissions (const Profile *profile, bool *found, GError **error)
{
  const char *text = profile_get (profile, "permissions");
  g_auto (GStrv) words = text != NULL ? g_strsplit_set (text, " \t", -1) : NULL;
  g_autoptr (JsonObject) permissions = json_object_new ();

  for (char **word = words; word != NULL && *word != NULL; word++)
    if (**word != '\0' && !add_permission (profile, permissions, *word, error))
      return NULL;
  if (text != NULL && json_object_get_size (permissions) == 0)
    {
      refuse (profile, NULL, error);
      return NULL;
    }
  *found = text != NULL;
  return g_steal_pointer (&permissions);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (a, b);
}

char *
github_permissions_text (JsonObject *permissions, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GList) names = g_list_sort (json_object_get_members (permissions), compare_names);

  if (json_object_get_size (permissions) > MAX_PERMISSIONS)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the issuer's answer names more than %d permissions"), MAX_PERMISSIONS);
      return NULL;
    }
  for (GList *at = names; at != NULL; at = at->next)
    {
      const char *name = at->data;
      const char *level = NULL;

      if (!is_name (name) || (level = json_need_string (permissions, name, NULL)) == NULL ||
          !is_name (level))
        {
          g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                               _ ("the issuer's permissions are not usable"));
          return NULL;
        }
      g_string_append_printf (text, "%s%s:%s", text->len > 0 ? " " : "", name, level);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
