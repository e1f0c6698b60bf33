/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sandbox.h"

#define PORTAL      "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"

/* The only one that libsecret takes: with another its password functions would turn to the service,
 * and ask whom they like. */
enum { PORTAL_VERSION = 1 };

/* libsecret wants to know each attribute's name before. */
static void
describe_attributes (GHashTable *attributes, SecretSchema *schema)
{
  GHashTableIter iter;
  void *name;
  size_t count = 0;

  *schema = (SecretSchema){ .name = g_hash_table_lookup (attributes, "xdg:schema"),
                            .flags = SECRET_SCHEMA_DONT_MATCH_NAME };
  if (schema->name == NULL)
    schema->name = "org.freedesktop.Secret.Generic";
  g_hash_table_iter_init (&iter, attributes);
  while (count < G_N_ELEMENTS (schema->attributes) && g_hash_table_iter_next (&iter, &name, NULL))
    schema->attributes[count++] = (SecretSchemaAttribute){ name, SECRET_SCHEMA_ATTRIBUTE_STRING };
}

static bool
answers (Call *call)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) version = NULL;

  g_dbus_connection_call (call->bus, PORTAL, PORTAL_PATH, "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", "org.freedesktop.portal.Secret", "version"),
                          G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, -1,
                          call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    answer = g_dbus_connection_call_finish (call->bus, result, NULL);
  if (answer == NULL)
    return false;
  g_variant_get (answer, "(v)", &version);
  return g_variant_is_of_type (version, G_VARIANT_TYPE_UINT32) &&
         g_variant_get_uint32 (version) == PORTAL_VERSION;
}

/* The variable is for tests: programs take it out of their environment. */
bool
sandbox_has_portal (Call *call)
{
  return g_strcmp0 (g_getenv ("SECRET_BACKEND"), "file") == 0 ||
         (g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS) && answers (call));
}

/* What libsecret says of the portal, and of the file that it opens with the portal's key. */
static bool
fail (Call *call, GError *cause, GError **error)
{
  g_autoptr (GError) given = NULL;
  bool of_file;

  if (cause == NULL || (cause->domain != SECRET_ERROR && cause->domain != G_IO_ERROR) ||
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return call_fail (call, cause, error);
  given = cause;
  of_file = cause->domain == SECRET_ERROR
                ? cause->code == SECRET_ERROR_INVALID_FILE_FORMAT
                : cause->code != G_IO_ERROR_CANCELLED && cause->code != G_IO_ERROR_FAILED;
  call->over = true;
  return trouble_set (call->options, of_file ? TROUBLE_FILE : TROUBLE_NO_KEY, cause->message,
                      error);
}

/* From here on libsecret is given no GCancellable: while it waits for the portal it disconnects
 * from one in the very callback of its being cancelled, and never comes back (0.20.5). What is late
 * is abandoned instead (wait.c). */

/* A list as libsecret's searches give it, as an array that owns what is in it. */
static GPtrArray *
take_list (GList *list)
{
  GPtrArray *array = g_ptr_array_new_with_free_func (g_object_unref);

  for (GList *at = list; at != NULL; at = at->next)
    g_ptr_array_add (array, at->data);
  g_list_free (list);
  return array;
}

GPtrArray *
sandbox_search (Call *call, GHashTable *attributes, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  SecretSchema schema;
  GError *cause = NULL;
  GList *items = NULL;

  describe_attributes (attributes, &schema);
  secret_password_searchv (&schema, attributes, SECRET_SEARCH_ALL, NULL, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    items = secret_password_search_finish (result, &cause);
  if (result != NULL && cause == NULL)
    return take_list (items);
  fail (call, cause, error);
  return NULL;
}

bool
sandbox_store (Call *call, GHashTable *attributes, const char *label, SecretValue *value,
               GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  SecretSchema schema;
  GError *cause = NULL;

  describe_attributes (attributes, &schema);
  secret_password_storev_binary (&schema, attributes, SECRET_COLLECTION_DEFAULT,
                                 label != NULL ? label : "", value, NULL, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL && secret_password_store_finish (result, &cause))
    return true;
  return fail (call, cause, error);
}

static bool
clear (Call *call, GHashTable *attributes, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  SecretSchema schema;
  GError *cause = NULL;

  describe_attributes (attributes, &schema);
  secret_password_clearv (&schema, attributes, NULL, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    secret_password_clear_finish (result, &cause);
  return (result != NULL && cause == NULL) || fail (call, cause, error);
}

/* One that would go with another, whole. */
typedef struct {
  GHashTable *attributes;
  char *label;
  SecretValue *value;
} Kept;

static void
kept_free (Kept *kept)
{
  g_clear_pointer (&kept->attributes, g_hash_table_unref);
  g_clear_pointer (&kept->value, secret_value_unref);
  g_free (kept->label);
  g_free (kept);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Kept, kept_free)

static Kept *
take_kept (Call *call, SecretRetrievable *item, GError **error)
{
  g_autoptr (Kept) kept = g_new0 (Kept, 1);
  g_autoptr (GAsyncResult) result = NULL;
  GError *cause = NULL;

  kept->attributes = secret_retrievable_get_attributes (item);
  kept->label = secret_retrievable_get_label (item);
  secret_retrievable_retrieve_secret (item, NULL, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    kept->value = secret_retrievable_retrieve_secret_finish (item, result, &cause);
  if (kept->value != NULL)
    return g_steal_pointer (&kept);
  fail (call, cause, error);
  return NULL;
}

/* What has ATTRIBUTES and more: Kept, whole before the first is cleared. */
static GPtrArray *
take_others (Call *call, GHashTable *attributes, GError **error)
{
  g_autoptr (GPtrArray) items = sandbox_search (call, attributes, error);
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify) kept_free);

  for (size_t i = 0; items != NULL && i < items->len; i++)
    {
      g_autoptr (GHashTable) own = secret_retrievable_get_attributes (items->pdata[i]);
      Kept *kept;

      if (g_hash_table_size (own) == g_hash_table_size (attributes))
        continue;
      kept = take_kept (call, items->pdata[i], error);
      if (kept == NULL)
        return NULL;
      g_ptr_array_add (others, kept);
    }
  return items != NULL ? g_steal_pointer (&others) : NULL;
}

bool
sandbox_delete (Call *call, SecretRetrievable *item, GError **error)
{
  g_autoptr (GHashTable) attributes = secret_retrievable_get_attributes (item);
  g_autoptr (GPtrArray) others = take_others (call, attributes, error);

  if (others == NULL || !clear (call, attributes, error))
    return false;
  for (size_t i = 0; i < others->len; i++)
    {
      const Kept *kept = others->pdata[i];

      if (!sandbox_store (call, kept->attributes, kept->label, kept->value, error))
        return false;
    }
  return true;
}
