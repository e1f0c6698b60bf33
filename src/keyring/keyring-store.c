/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* keyring_store: a service does less of it than the API promises. */
#include "keyring.h"

#include "i18n.h"
#include "item.h"
#include "sandbox.h"

#include <string.h>

/* Whether A has what B has and nothing more, the schema aside where that does not count. */
static bool
is_exactly (GHashTable *a, GHashTable *b, bool loose)
{
  unsigned left = g_hash_table_size (a) - (loose && g_hash_table_contains (a, ITEM_SCHEMA) ? 1 : 0);
  GHashTableIter iter;
  void *name, *value;

  g_hash_table_iter_init (&iter, b);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (loose && strcmp (name, ITEM_SCHEMA) == 0)
        continue;
      if (left == 0 || g_strcmp0 (g_hash_table_lookup (a, name), value) != 0)
        return false;
      left--;
    }
  return left == 0;
}

/* Those that ITEM replaces. Services differ in what "replace" means to them: some would replace an
 * item with more attributes too, which is another's. */
static GPtrArray *
find_former (Call *call, const KeyringItem *item, GHashTable *attributes, GError **error)
{
  GPtrArray *items = item_search (call, item, error);

  for (size_t i = items != NULL ? items->len : 0; i > 0; i--)
    {
      g_autoptr (GHashTable) own = secret_retrievable_get_attributes (items->pdata[i - 1]);

      if (own == NULL || !is_exactly (own, attributes, item->loose))
        g_ptr_array_remove_index (items, (unsigned) i - 1);
    }
  return items;
}

/* Programs that look at items show text as text. */
static SecretValue *
make_value (const Secret *secret)
{
  size_t length;
  const char *bytes = secret_bytes (secret, &length);
  bool text = g_utf8_validate_len (bytes, length, NULL);

  return secret_value_new (bytes, (gssize) length,
                           text ? "text/plain" : "application/octet-stream");
}

static bool
make_default (Call *call, SecretCollection **collection, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *cause = NULL;

  if (!call->options->interactive)
    return trouble_set (call->options, TROUBLE_NO_DEFAULT, NULL, error);
  secret_collection_create (call->service, _ ("Default keyring"), SECRET_COLLECTION_DEFAULT,
                            SECRET_COLLECTION_CREATE_NONE, call->wait.cancellable, wait_ready,
                            &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    *collection = secret_collection_create_finish (result, &cause);
  return *collection != NULL || call_fail (call, cause, error);
}

/* The collection to keep an item in, unlocked. */
static SecretCollection *
open_collection (Call *call, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (SecretCollection) collection = call_find_collection (call, &trouble);

  if (trouble != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return NULL;
    }
  if (collection == NULL && !make_default (call, &collection, error))
    return NULL;
  if (secret_collection_get_locked (collection) && !call_unlock (call, collection, error))
    return NULL;
  return g_steal_pointer (&collection);
}

/* As CreateItem takes them. The caller owns it. */
static GHashTable *
build_properties (const KeyringItem *item, GHashTable *attributes)
{
  GHashTable *properties =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  GVariant *label = g_variant_new_string (item->label != NULL ? item->label : "");
  GVariantBuilder builder;
  GHashTableIter iter;
  void *name, *value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_hash_table_iter_init (&iter, attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_builder_add (&builder, "{ss}", name, value);
  g_hash_table_insert (properties, (void *) "org.freedesktop.Secret.Item.Label",
                       g_variant_ref_sink (label));
  g_hash_table_insert (properties, (void *) "org.freedesktop.Secret.Item.Attributes",
                       g_variant_ref_sink (g_variant_builder_end (&builder)));
  return properties;
}

/* Does not look at what it made: somebody else may have removed it already. */
static bool
create_item (Call *call, SecretCollection *collection, const KeyringItem *item,
             GHashTable *attributes, SecretValue *value, GError **error)
{
  g_autoptr (GHashTable) properties = build_properties (item, attributes);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *path = NULL;
  GError *cause = NULL;

  secret_service_create_item_dbus_path (
      call->service, g_dbus_proxy_get_object_path (G_DBUS_PROXY (collection)), properties, value,
      SECRET_ITEM_CREATE_NONE, call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    path = secret_service_create_item_dbus_path_finish (call->service, result, &cause);
  return path != NULL || call_fail (call, cause, error);
}

/* True without UPDATED: it is gone. */
static bool
update_item (Call *call, SecretItem *item, SecretValue *value, bool *updated, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) cause = NULL;

  secret_item_set_secret (item, value, call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  *updated = result != NULL && secret_item_set_secret_finish (item, result, &cause);
  return *updated || call_is_gone (call, cause) ||
         call_fail (call, g_steal_pointer (&cause), error);
}

static bool
is_within (void *item, SecretCollection *collection)
{
  const char *path = g_dbus_proxy_get_object_path (item);
  const char *folder = g_dbus_proxy_get_object_path (G_DBUS_PROXY (collection));

  return g_str_has_prefix (path, folder) && path[strlen (folder)] == '/';
}

/* The one of FORMER, taken out of it, that needs but another secret. */
static SecretItem *
take_same (GPtrArray *former, SecretCollection *collection, const char *schema)
{
  for (size_t i = 0; i < former->len; i++)
    {
      g_autoptr (GHashTable) own = secret_retrievable_get_attributes (former->pdata[i]);

      if (!item_is_locked (former->pdata[i]) && is_within (former->pdata[i], collection) &&
          g_strcmp0 (g_hash_table_lookup (own, ITEM_SCHEMA), schema) == 0)
        return g_ptr_array_steal_index (former, (unsigned) i);
    }
  return NULL;
}

static const char *
path_of (void *item)
{
  return g_dbus_proxy_get_object_path (item);
}

/* Two that store at once find nothing to replace, and each makes an item. Whoever sees both keeps
 * the same one: their paths never change, so that the last of them is nobody's to delete. */
static bool
delete_twins (Call *call, const KeyringItem *item, GHashTable *attributes, GError **error)
{
  g_autoptr (GPtrArray) twins = find_former (call, item, attributes, error);
  size_t last = 0;

  if (twins == NULL)
    return false;
  for (size_t i = 1; i < twins->len; i++)
    if (strcmp (path_of (twins->pdata[i]), path_of (twins->pdata[last])) > 0)
      last = i;
  for (size_t i = 0; i < twins->len; i++)
    if (i != last && !item_is_locked (twins->pdata[i]) &&
        !item_delete (call, twins->pdata[i], error))
      return false;
  return true;
}

static bool
store_in_service (Call *call, const KeyringItem *item, GHashTable *attributes, SecretValue *value,
                  GError **error)
{
  g_autoptr (SecretCollection) collection = open_collection (call, error);
  g_autoptr (GPtrArray) former = NULL;
  g_autoptr (SecretItem) same = NULL;
  bool updated = false;

  if (collection == NULL || (former = find_former (call, item, attributes, error)) == NULL ||
      !call_settle (call, false, error))
    return false;
  same = take_same (former, collection, item->schema);
  if (same != NULL && !update_item (call, same, value, &updated, error))
    return false;
  if (!updated && !create_item (call, collection, item, attributes, value, error))
    return false;
  for (size_t i = 0; i < former->len; i++)
    if (!item_is_locked (former->pdata[i]) && !item_delete (call, former->pdata[i], error))
      return false;
  return updated || delete_twins (call, item, attributes, error);
}

bool
keyring_store (const KeyringItem *item, const Secret *secret, const KeyringOptions *options,
               GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GHashTable) attributes = NULL;
  g_autoptr (SecretValue) value = NULL;

  if (!item_check (item, options, error))
    return false;
  if (secret_length (secret) > KEYRING_MAX_SECRET)
    return trouble_set (options, TROUBLE_TOO_LONG, NULL, error);
  if (!call_open (&call, options, true, error))
    return false;
  attributes = item_attributes (item, true);
  value = make_value (secret);
  return call.service != NULL ? store_in_service (&call, item, attributes, value, error)
                              : sandbox_store (&call, attributes, item->label, value, error);
}
