/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of a checked object, by name and type. */
#include "strict.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

/* NULL for a missing member and for null, which JSON writers use alike. */
static JsonNode *
find_member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

/* NAME is one that our code asks for, never the document's. */
static bool
wrong_type (const char *name, const char *expected, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("the JSON member \"%s\" is not %s"),
               name, expected);
  return false;
}

bool
json_optional_string (JsonObject *object, const char *name, const char **value, GError **error)
{
  JsonNode *node = find_member (object, name);

  *value = NULL;
  if (node == NULL)
    return true;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return wrong_type (name, _ ("a string"), error);
  *value = json_node_get_string (node);
  return true;
}

const char *
json_need_string (JsonObject *object, const char *name, GError **error)
{
  const char *value;

  if (!json_optional_string (object, name, &value, error))
    return NULL;
  if (value == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                 _ ("the JSON member \"%s\" is missing"), name);
  return value;
}

bool
json_optional_bool (JsonObject *object, const char *name, bool *value, bool *found, GError **error)
{
  JsonNode *node = find_member (object, name);

  *found = false;
  if (node == NULL)
    return true;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return wrong_type (name, _ ("true or false"), error);
  *value = json_node_get_boolean (node);
  *found = true;
  return true;
}

bool
json_optional_int (JsonObject *object, const char *name, int64_t *value, bool *found,
                   GError **error)
{
  JsonNode *node = find_member (object, name);

  *found = false;
  if (node == NULL)
    return true;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return wrong_type (name, _ ("a whole number"), error);
  *value = json_node_get_int (node);
  *found = true;
  return true;
}

bool
json_optional_object (JsonObject *object, const char *name, JsonObject **value, GError **error)
{
  JsonNode *node = find_member (object, name);

  *value = NULL;
  if (node == NULL)
    return true;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return wrong_type (name, _ ("an object"), error);
  *value = json_node_get_object (node);
  return true;
}

/* json-glib has no call that wipes: its copy belongs to a heap block of its own, which nobody else
 * refers to, so it is overwritten in place before the member is dropped. (The copies its scanner
 * made on the way were freed before we could see them; the processes that parse tokens are short
 * and not dumpable.) */
Secret *
json_take_secret (JsonObject *object, const char *name, GError **error)
{
  const char *value = json_need_string (object, name, error);
  Secret *secret;

  if (value == NULL)
    return NULL;
  secret = secret_new (value, strlen (value));
  secret_wipe ((char *) value, strlen (value));
  json_object_remove_member (object, name);
  return secret;
}
