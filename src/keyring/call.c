/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include "error.h"
#include "sandbox.h"
#include "service.h"

#include <string.h>

static bool
is_dead (const GError *cause)
{
  return g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
         g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED) ||
         g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* Who holds the service's name now, by the bus itself: what the proxy believes may be older than
 * the error at hand. NULL: nobody. The caller owns it. */
static char *
find_owner (Call *call)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) answer = NULL;
  char *owner = NULL;

  g_dbus_connection_call (
      call->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetNameOwner", g_variant_new ("(s)", g_dbus_proxy_get_name (G_DBUS_PROXY (call->service))),
      G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, call->wait.cancellable, wait_ready,
      &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    answer = g_dbus_connection_call_finish (call->bus, result, NULL);
  if (answer != NULL)
    g_variant_get (answer, "(s)", &owner);
  return owner;
}

/* The name's new owner knows nothing of our session and of the objects that we hold. */
static Trouble
judge (Call *call, const GError *cause)
{
  g_autofree char *owner = call->owner != NULL ? find_owner (call) : NULL;

  if (call->wait.late)
    return TROUBLE_LATE;
  if (owner != NULL && strcmp (owner, call->owner) != 0)
    return TROUBLE_CHANGED;
  if (is_dead (cause) || (call->owner != NULL && owner == NULL))
    return TROUBLE_DIED;
  return g_error_matches (cause, SECRET_ERROR, SECRET_ERROR_IS_LOCKED) ? TROUBLE_LOCKED
                                                                       : TROUBLE_REFUSED;
}

bool
call_fail (Call *call, GError *cause, GError **error)
{
  g_autoptr (GError) given = cause;

  call->over = cause == NULL || call->wait.late;
  if (call->over)
    return trouble_set (call->options, TROUBLE_LATE, NULL, error);
  if (cause->domain == AVOUCH_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&given));
      return false;
    }
  Trouble trouble = judge (call, cause);
  call->over = trouble == TROUBLE_DIED || trouble == TROUBLE_CHANGED || trouble == TROUBLE_LATE;
  g_dbus_error_strip_remote_error (cause);
  return trouble_set (call->options, trouble, trouble == TROUBLE_REFUSED ? cause->message : NULL,
                      error);
}

/* GLib would end the process if the bus did. */
static bool
open_bus (Call *call, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) cause = NULL;

  g_bus_get (G_BUS_TYPE_SESSION, call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result == NULL)
    return call_fail (call, NULL, error);
  call->bus = g_bus_get_finish (result, &cause);
  if (call->bus == NULL && !call->wait.late)
    return trouble_set (call->options, TROUBLE_NO_BUS, cause->message, error);
  if (call->bus == NULL)
    return call_fail (call, NULL, error);
  g_dbus_connection_set_exit_on_close (call->bus, FALSE);
  return true;
}

static bool
open_service (Call *call, bool secrets, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) cause = NULL;

  secret_service_open (KEYRING_TYPE_SERVICE, NULL,
                       secrets ? SECRET_SERVICE_OPEN_SESSION : SECRET_SERVICE_NONE,
                       call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result == NULL)
    return call_fail (call, NULL, error);
  call->service = secret_service_open_finish (result, &cause);
  if (call->service == NULL && (call->wait.late || is_dead (cause)))
    return call_fail (call, g_steal_pointer (&cause), error);
  if (call->service == NULL)
    return trouble_set (call->options, TROUBLE_NO_SERVICE, cause->message, error);
  call->owner = g_dbus_proxy_get_name_owner (G_DBUS_PROXY (call->service));
  keyring_service_set_options (KEYRING_SERVICE (call->service), call->options);
  if (call->owner == NULL)
    return trouble_set (call->options, TROUBLE_NO_SERVICE, NULL, error);
  return true;
}

bool
call_open (Call *call, const KeyringOptions *options, bool secrets, GError **error)
{
  call->options = options;
  wait_begin (&call->wait, options->timeout > 0 ? options->timeout : KEYRING_TIMEOUT);
  if (!open_bus (call, error))
    return false;
  return sandbox_has_portal (call) || open_service (call, secrets, error);
}

void
call_close (Call *call)
{
  g_clear_object (&call->service);
  g_clear_object (&call->bus);
  g_clear_pointer (&call->owner, g_free);
  g_clear_error (&call->passed_over);
  wait_end (&call->wait);
}

bool
call_pass_over (Call *call, GError *trouble)
{
  if (call->passed_over == NULL)
    call->passed_over = trouble;
  else
    g_clear_error (&trouble);
  return !call->over;
}

bool
call_settle (Call *call, bool found, GError **error)
{
  if (found || call->passed_over == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&call->passed_over));
  return false;
}

bool
call_is_gone (Call *call, const GError *cause)
{
  return (g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD) ||
          g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT) ||
          g_error_matches (cause, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE) ||
          g_error_matches (cause, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT)) &&
         judge (call, cause) == TROUBLE_REFUSED;
}

/* libsecret takes for granted that they are there. */
static bool
has_properties (void *proxy, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (proxy, *names);

      if (value == NULL)
        return false;
    }
  return true;
}

SecretItem *
call_load_item (Call *call, const char *path, GError **error)
{
  static const char *const properties[] = { "Attributes", "Label", "Locked", "Modified", NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) cause = NULL;
  g_autoptr (SecretItem) item = NULL;

  secret_item_new_for_dbus_path (call->service, path, SECRET_ITEM_NONE, call->wait.cancellable,
                                 wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL)
    item = secret_item_new_for_dbus_path_finish (result, &cause);
  if (item == NULL && !call_is_gone (call, cause))
    call_fail (call, g_steal_pointer (&cause), error);
  if (item == NULL || has_properties (item, properties))
    return g_steal_pointer (&item);
  trouble_set (call->options, TROUBLE_ODD, NULL, error);
  return NULL;
}

/* False where the rest of them is of no use either. */
static bool
load_items (Call *call, char **paths, GPtrArray *items)
{
  for (; *paths != NULL; paths++)
    {
      GError *trouble = NULL;
      SecretItem *item = call_load_item (call, *paths, &trouble);

      if (item != NULL)
        g_ptr_array_add (items, item);
      if (!call_pass_over (call, trouble))
        return false;
    }
  return true;
}

/* Item by item: libsecret's own search is none at all where one of them goes meanwhile. */
GPtrArray *
call_search (Call *call, GHashTable *attributes, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) unlocked = NULL;
  g_auto (GStrv) locked = NULL;
  GError *cause = NULL;

  if (call->service == NULL)
    return sandbox_search (call, attributes, error);
  secret_service_search_for_dbus_paths (call->service, NULL, attributes, call->wait.cancellable,
                                        wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result == NULL || !secret_service_search_for_dbus_paths_finish (call->service, result,
                                                                      &unlocked, &locked, &cause))
    {
      call_fail (call, cause, error);
      return NULL;
    }
  if (load_items (call, unlocked, items))
    load_items (call, locked, items);
  return g_steal_pointer (&items);
}

static bool
unlock (Call *call, void *object, GError **error)
{
  GList objects = { .data = object };
  g_autoptr (GAsyncResult) result = NULL;
  GError *cause = NULL;

  if (!call->options->interactive)
    return trouble_set (call->options, TROUBLE_LOCKED, NULL, error);
  secret_service_unlock (call->service, &objects, call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result == NULL)
    return call_fail (call, NULL, error);
  if (secret_service_unlock_finish (call->service, result, NULL, &cause) == 1)
    return true;
  if (cause != NULL || call->wait.late)
    return call_fail (call, cause, error);
  return trouble_set (call->options, TROUBLE_LOCKED, NULL, error);
}

/* Whoever said no is not asked again. */
bool
call_unlock (Call *call, void *object, GError **error)
{
  call->over = !unlock (call, object, error);
  return !call->over;
}

static SecretCollection *
find_by_alias (Call *call, const char *alias, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *cause = NULL;

  secret_collection_for_alias (call->service, alias, SECRET_COLLECTION_NONE, call->wait.cancellable,
                               wait_ready, &call->wait);
  result = wait_result (&call->wait);
  SecretCollection *collection =
      result != NULL ? secret_collection_for_alias_finish (result, &cause) : NULL;
  if (result == NULL || cause != NULL)
    call_fail (call, cause, error);
  return collection;
}

static bool
load_collections (Call *call, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *cause = NULL;

  secret_service_load_collections (call->service, call->wait.cancellable, wait_ready, &call->wait);
  result = wait_result (&call->wait);
  if (result != NULL && secret_service_load_collections_finish (call->service, result, &cause))
    return true;
  return call_fail (call, cause, error);
}

static bool
is_named (SecretCollection *collection, const char *name)
{
  g_autofree char *label = secret_collection_get_label (collection);

  return g_strcmp0 (label, name) == 0 ||
         strcmp (g_dbus_proxy_get_object_path (G_DBUS_PROXY (collection)), name) == 0;
}

static SecretCollection *
find_loaded (Call *call, const char *name)
{
  GList *collections = secret_service_get_collections (call->service);
  SecretCollection *found = NULL;

  for (GList *at = collections; at != NULL && found == NULL; at = at->next)
    if (is_named (at->data, name))
      found = g_object_ref (at->data);
  g_list_free_full (collections, g_object_unref);
  return found;
}

static SecretCollection *
find_collection (Call *call, GError **error)
{
  const char *name = call->options->collection;
  g_autoptr (GError) trouble = NULL;
  SecretCollection *found;

  if (name == NULL)
    return find_by_alias (call, SECRET_COLLECTION_DEFAULT, error);
  if (!load_collections (call, error))
    return NULL;
  found = find_loaded (call, name);
  if (found == NULL)
    found = find_by_alias (call, name, &trouble);
  if (found == NULL && trouble == NULL)
    trouble_set (call->options, TROUBLE_NO_COLLECTION, name, &trouble);
  if (found == NULL)
    g_propagate_error (error, g_steal_pointer (&trouble));
  return found;
}

SecretCollection *
call_find_collection (Call *call, GError **error)
{
  static const char *const properties[] = { "Label", "Locked", NULL };
  g_autoptr (SecretCollection) found = find_collection (call, error);

  if (found == NULL || has_properties (found, properties))
    return g_steal_pointer (&found);
  trouble_set (call->options, TROUBLE_ODD, NULL, error);
  return NULL;
}
