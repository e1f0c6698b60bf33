/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "item.h"

#include "sandbox.h"

#include <string.h>

/* D-Bus knows no other text. */
bool
item_check (const KeyringItem *item, const KeyringOptions *options, GError **error)
{
  const char *const *at = item->attributes;
  bool valid = item->label == NULL || g_utf8_validate (item->label, -1, NULL);

  g_return_val_if_fail (item->schema != NULL || (at != NULL && *at != NULL), false);
  for (; valid && at != NULL && *at != NULL; at++)
    valid = g_utf8_validate (*at, -1, NULL);
  return valid || trouble_set (options, TROUBLE_NOT_UTF8, NULL, error);
}

/* As libsecret and secret-tool put it: the schema is one attribute more. */
GHashTable *
item_attributes (const KeyringItem *item, bool with_schema)
{
  GHashTable *attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (const char *const *at = item->attributes; at != NULL && at[0] != NULL; at += 2)
    g_hash_table_insert (attributes, g_strdup (at[0]), g_strdup (at[1]));
  if (with_schema && item->schema != NULL)
    g_hash_table_insert (attributes, g_strdup (ITEM_SCHEMA), g_strdup (item->schema));
  return attributes;
}

bool
item_is_locked (void *item)
{
  return SECRET_IS_ITEM (item) && secret_item_get_locked (item);
}

KeyringMatch *
item_describe (SecretRetrievable *item)
{
  KeyringMatch *match = g_new0 (KeyringMatch, 1);

  match->label = secret_retrievable_get_label (item);
  match->attributes = secret_retrievable_get_attributes (item);
  match->modified = (int64_t) secret_retrievable_get_modified (item);
  match->locked = item_is_locked (item);
  if (match->attributes == NULL)
    match->attributes = g_hash_table_new (g_str_hash, g_str_equal);
  return match;
}

static Secret *
take_value (const Call *call, SecretValue *value, GError **error)
{
  gsize length = 0;
  const char *bytes = value != NULL ? secret_value_get (value, &length) : NULL;

  if (value == NULL || (bytes == NULL && length > 0))
    trouble_set (call->options, TROUBLE_NO_SECRET, NULL, error);
  else if (length > KEYRING_MAX_SECRET)
    trouble_set (call->options, TROUBLE_TOO_LONG, NULL, error);
  else
    return secret_new (bytes, length);
  return NULL;
}

/* NULL without an error: the item is gone. */
static Secret *
retrieve (Call *call, SecretRetrievable *item, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SecretValue) value = NULL;
  g_autoptr (GError) cause = NULL;

  secret_retrievable_retrieve_secret (item, call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    value = secret_retrievable_retrieve_secret_finish (item, result, &cause);
  if (result != NULL && cause == NULL)
    return take_value (call, value, error);
  if (!call_is_gone (call, cause))
    call_fail (call, g_steal_pointer (&cause), error);
  return NULL;
}

/* Whether it is what was asked for, whatever the service says. A locked item may not show its
 * attributes (GNOME Keyring's show none that were not seen before). */
static bool
suits (SecretRetrievable *item, const KeyringItem *wanted)
{
  g_autoptr (GHashTable) own = secret_retrievable_get_attributes (item);
  const char *schema = own != NULL ? g_hash_table_lookup (own, ITEM_SCHEMA) : NULL;

  if (item_is_locked (item))
    return true;
  if (own == NULL || (!wanted->loose && wanted->schema != NULL && schema != NULL &&
                      strcmp (schema, wanted->schema) != 0))
    return false;
  for (const char *const *at = wanted->attributes; at != NULL && at[0] != NULL; at += 2)
    if (g_strcmp0 (g_hash_table_lookup (own, at[0]), at[1]) != 0)
      return false;
  for (const char *const *at = wanted->lacks; at != NULL && *at != NULL; at++)
    if (g_hash_table_contains (own, *at))
      return false;
  return true;
}

SecretRetrievable *
item_unlock (Call *call, SecretRetrievable *item, const KeyringItem *wanted, GError **error)
{
  g_autoptr (SecretItem) opened = NULL;

  if (!item_is_locked (item))
    return g_object_ref (item);
  if (!call_unlock (call, item, error))
    return NULL;
  opened = call_load_item (call, g_dbus_proxy_get_object_path (G_DBUS_PROXY (item)), error);
  return opened != NULL && suits (SECRET_RETRIEVABLE (opened), wanted)
             ? SECRET_RETRIEVABLE (g_steal_pointer (&opened))
             : NULL;
}

KeyringMatch *
item_open (Call *call, SecretRetrievable *item, const KeyringItem *wanted, GError **error)
{
  g_autoptr (SecretRetrievable) opened = item_unlock (call, item, wanted, error);
  g_autoptr (KeyringMatch) match = NULL;

  if (opened == NULL)
    return NULL;
  match = item_describe (opened);
  match->locked = false;
  match->secret = retrieve (call, opened, error);
  return match->secret != NULL ? g_steal_pointer (&match) : NULL;
}

GPtrArray *
item_search (Call *call, const KeyringItem *item, GError **error)
{
  g_autoptr (GHashTable) attributes = item_attributes (item, !item->loose);
  GPtrArray *items = call_search (call, attributes, error);

  for (size_t i = items != NULL ? items->len : 0; i > 0; i--)
    if (!suits (items->pdata[i - 1], item))
      g_ptr_array_remove_index (items, (unsigned) i - 1);
  return items;
}

static bool
delete_from_service (Call *call, SecretItem *item, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) cause = NULL;

  secret_item_delete (item, call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  return (result != NULL && secret_item_delete_finish (item, result, &cause)) ||
         call_is_gone (call, cause) || call_fail (call, g_steal_pointer (&cause), error);
}

bool
item_delete (Call *call, SecretRetrievable *item, GError **error)
{
  return call->service != NULL ? delete_from_service (call, SECRET_ITEM (item), error)
                               : sandbox_delete (call, item, error);
}
