/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "introspection.h"

#include "error.h"
#include "i18n.h"
#include "told.h"

void
introspection_free (Introspection *introspection)
{
  g_free (introspection->username);
  g_free (introspection->scope);
  g_free (introspection->client_id);
  g_free (introspection->token_type);
  g_free (introspection);
}

/* `active` is the one member that there must be (RFC 7662 section 2.2). */
static bool
read_active (JsonObject *object, bool *active, GError **error)
{
  JsonNode *node = json_object_get_member (object, "active");

  if (node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    {
      *active = json_node_get_boolean (node);
      return true;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer does not say whether the token is active"));
  return false;
}

static bool
read_end (JsonObject *object, const ExchangeAnswer *answer, int64_t now, Introspection *told,
          GError **error)
{
  int64_t issuers_now = answer->date != 0 ? answer->date : now;
  int64_t end = 0;

  if (!told_time (object, "exp", &end, &told->ends, error))
    return false;
  if (!told->ends)
    return true;
  told->left = MAX (end - issuers_now, 0);
  told->expires_at = now + told->left;
  return true;
}

Introspection *
introspection_read (const ExchangeAnswer *answer, int64_t now, GError **error)
{
  g_autoptr (Introspection) told = g_new0 (Introspection, 1);
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (JsonObject) object = json_strict_object (body, length, error);

  if (object == NULL || !read_active (object, &told->active, error) ||
      !read_end (object, answer, now, told, error) ||
      !told_text (object, "username", &told->username, error) ||
      !told_text (object, "scope", &told->scope, error) ||
      !told_text (object, "client_id", &told->client_id, error) ||
      !told_text (object, "token_type", &told->token_type, error))
    return NULL;
  return g_steal_pointer (&told);
}
