/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring.h"

#include "call.h"
#include "i18n.h"
#include "sandbox.h"

#include <string.h>

#define SCHEMA "xdg:schema"

void
keyring_state_clear (KeyringState *state)
{
  g_clear_pointer (&state->collection, g_free);
}

/* D-Bus knows no other text. */
static bool
check_item (const KeyringItem *item, const KeyringOptions *options, GError **error)
{
  const char *const *at = item->attributes;
  bool valid = item->label == NULL || g_utf8_validate (item->label, -1, NULL);

  g_return_val_if_fail (item->schema != NULL || (at != NULL && *at != NULL), false);
  for (; valid && at != NULL && *at != NULL; at++)
    valid = g_utf8_validate (*at, -1, NULL);
  return valid || trouble_set (options, TROUBLE_NOT_UTF8, NULL, error);
}

/* As libsecret and secret-tool put it: the schema is one attribute more. */
static GHashTable *
build_attributes (const KeyringItem *item, bool with_schema)
{
  GHashTable *attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (const char *const *at = item->attributes; at != NULL && at[0] != NULL; at += 2)
    g_hash_table_insert (attributes, g_strdup (at[0]), g_strdup (at[1]));
  if (with_schema && item->schema != NULL)
    g_hash_table_insert (attributes, g_strdup (SCHEMA), g_strdup (item->schema));
  return attributes;
}

static bool
is_locked (void *item)
{
  return SECRET_IS_ITEM (item) && secret_item_get_locked (item);
}

static KeyringMatch *
describe (SecretRetrievable *item)
{
  KeyringMatch *match = g_new0 (KeyringMatch, 1);

  match->label = secret_retrievable_get_label (item);
  match->attributes = secret_retrievable_get_attributes (item);
  match->modified = (int64_t) secret_retrievable_get_modified (item);
  match->locked = is_locked (item);
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
  const char *schema = own != NULL ? g_hash_table_lookup (own, SCHEMA) : NULL;

  if (is_locked (item))
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

/* ITEM as it is when it is not locked. NULL without an error: it is gone, or another than WANTED.
 */
static SecretRetrievable *
unlock (Call *call, SecretRetrievable *item, const KeyringItem *wanted, GError **error)
{
  g_autoptr (SecretItem) opened = NULL;

  if (!is_locked (item))
    return g_object_ref (item);
  if (!call_unlock (call, item, error))
    return NULL;
  opened = call_load_item (call, g_dbus_proxy_get_object_path (G_DBUS_PROXY (item)), error);
  return opened != NULL && suits (SECRET_RETRIEVABLE (opened), wanted)
             ? SECRET_RETRIEVABLE (g_steal_pointer (&opened))
             : NULL;
}

/* NULL without an error: as of unlock. */
static KeyringMatch *
open_item (Call *call, SecretRetrievable *item, const KeyringItem *wanted, GError **error)
{
  g_autoptr (SecretRetrievable) opened = unlock (call, item, wanted, error);
  g_autoptr (KeyringMatch) match = NULL;

  if (opened == NULL)
    return NULL;
  match = describe (opened);
  match->locked = false;
  match->secret = retrieve (call, opened, error);
  return match->secret != NULL ? g_steal_pointer (&match) : NULL;
}

static GPtrArray *
search (Call *call, const KeyringItem *item, GError **error)
{
  g_autoptr (GHashTable) attributes = build_attributes (item, !item->loose);
  GPtrArray *items = call_search (call, attributes, error);

  for (size_t i = items != NULL ? items->len : 0; i > 0; i--)
    if (!suits (items->pdata[i - 1], item))
      g_ptr_array_remove_index (items, (unsigned) i - 1);
  return items;
}

bool
keyring_find (const KeyringItem *item, const KeyringOptions *options, KeyringMatch **match,
              GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GError) trouble = NULL;
  KeyringMatch *found = NULL;

  if (!check_item (item, options, error) || !call_open (&call, options, true, error))
    return false;
  items = search (&call, item, error);
  if (items == NULL)
    return false;
  for (size_t i = 0; i < items->len && found == NULL && trouble == NULL; i++)
    found = open_item (&call, items->pdata[i], item, &trouble);
  if (trouble != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return false;
    }
  *match = found;
  return true;
}

/* Nobody is asked for what somebody else locked away and may not be asked for. */
static KeyringMatch *
list_item (Call *call, SecretRetrievable *item, const KeyringItem *wanted, bool secrets,
           GError **error)
{
  return secrets && (!is_locked (item) || call->options->interactive)
             ? open_item (call, item, wanted, error)
             : describe (item);
}

GPtrArray *
keyring_search (const KeyringItem *item, bool secrets, const KeyringOptions *options,
                GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GPtrArray) matches =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyring_match_free);
  g_autoptr (GError) trouble = NULL;

  if (!check_item (item, options, error) || !call_open (&call, options, secrets, error))
    return NULL;
  items = search (&call, item, error);
  if (items == NULL)
    return NULL;
  for (size_t i = 0; i < items->len && trouble == NULL; i++)
    {
      KeyringMatch *match = list_item (&call, items->pdata[i], item, secrets, &trouble);

      if (match != NULL)
        g_ptr_array_add (matches, match);
    }
  if (trouble == NULL)
    return g_steal_pointer (&matches);
  g_propagate_error (error, g_steal_pointer (&trouble));
  return NULL;
}

/* Whether A has what B has and nothing more, the schema aside where that does not count. */
static bool
is_exactly (GHashTable *a, GHashTable *b, bool loose)
{
  unsigned left = g_hash_table_size (a) - (loose && g_hash_table_contains (a, SCHEMA) ? 1 : 0);
  GHashTableIter iter;
  void *name, *value;

  g_hash_table_iter_init (&iter, b);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      if (loose && strcmp (name, SCHEMA) == 0)
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
  GPtrArray *items = search (call, item, error);

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

/* One that somebody else has just deleted is gone as well. */
static bool
delete_item (Call *call, SecretItem *item, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) cause = NULL;

  secret_item_delete (item, call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  return (result != NULL && secret_item_delete_finish (item, result, &cause)) ||
         call_is_gone (call, cause) || call_fail (call, g_steal_pointer (&cause), error);
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

      if (!is_locked (former->pdata[i]) && is_within (former->pdata[i], collection) &&
          g_strcmp0 (g_hash_table_lookup (own, SCHEMA), schema) == 0)
        return g_ptr_array_steal_index (former, (unsigned) i);
    }
  return NULL;
}

static bool
store_in_service (Call *call, const KeyringItem *item, GHashTable *attributes, SecretValue *value,
                  GError **error)
{
  g_autoptr (SecretCollection) collection = open_collection (call, error);
  g_autoptr (GPtrArray) former = NULL;
  g_autoptr (SecretItem) same = NULL;
  bool updated = false;

  if (collection == NULL || (former = find_former (call, item, attributes, error)) == NULL)
    return false;
  same = take_same (former, collection, item->schema);
  if (same != NULL && !update_item (call, same, value, &updated, error))
    return false;
  if (!updated && !create_item (call, collection, item, attributes, value, error))
    return false;
  for (size_t i = 0; i < former->len; i++)
    if (!is_locked (former->pdata[i]) && !delete_item (call, former->pdata[i], error))
      return false;
  return true;
}

bool
keyring_store (const KeyringItem *item, const Secret *secret, const KeyringOptions *options,
               GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GHashTable) attributes = NULL;
  g_autoptr (SecretValue) value = NULL;

  if (!check_item (item, options, error))
    return false;
  if (secret_length (secret) > KEYRING_MAX_SECRET)
    return trouble_set (options, TROUBLE_TOO_LONG, NULL, error);
  if (!call_open (&call, options, true, error))
    return false;
  attributes = build_attributes (item, true);
  value = make_value (secret);
  return call.service != NULL ? store_in_service (&call, item, attributes, value, error)
                              : sandbox_store (&call, attributes, item->label, value, error);
}

/* Whether ITEM is to go; false with an error where that cannot be told. */
static bool
is_condemned (Call *call, SecretRetrievable *item, const KeyringItem *wanted, KeyringJudge judge,
              void *data, GError **error)
{
  g_autoptr (SecretRetrievable) opened = NULL;
  g_autoptr (KeyringMatch) match = NULL;

  if (judge == NULL)
    return (opened = unlock (call, item, wanted, error)) != NULL;
  match = open_item (call, item, wanted, error);
  return match != NULL && judge (match, data);
}

bool
keyring_erase (const KeyringItem *item, KeyringJudge judge, void *data,
               const KeyringOptions *options, unsigned *erased, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GError) trouble = NULL;
  unsigned count = 0;

  if (!check_item (item, options, error) || !call_open (&call, options, judge != NULL, error) ||
      (items = search (&call, item, error)) == NULL)
    return false;
  for (size_t i = 0; i < items->len && trouble == NULL; i++)
    if (is_condemned (&call, items->pdata[i], item, judge, data, &trouble) &&
        (call.service != NULL ? delete_item (&call, items->pdata[i], &trouble)
                              : sandbox_delete (&call, items->pdata[i], &trouble)))
      count++;
  if (trouble != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return false;
    }
  if (erased != NULL)
    *erased = count;
  return true;
}

bool
keyring_state (const KeyringOptions *options, KeyringState *state, GError **error)
{
  g_auto (Call) call = { 0 };
  g_autoptr (SecretCollection) collection = NULL;
  g_autoptr (GError) trouble = NULL;

  if (!call_open (&call, options, false, error))
    return false;
  if (call.service == NULL)
    {
      *state = (KeyringState){ .collection = g_strdup (""), .portal = true };
      return true;
    }
  collection = call_find_collection (&call, &trouble);
  if (collection == NULL && trouble == NULL)
    trouble_set (options, TROUBLE_NO_DEFAULT, NULL, &trouble);
  if (collection == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return false;
    }
  *state = (KeyringState){
    .collection = secret_collection_get_label (collection),
    .locked = secret_collection_get_locked (collection),
  };
  return true;
}
