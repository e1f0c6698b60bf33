/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring.h"

#include "error.h"
#include "i18n.h"
#include "passphrase.h"
#include "text.h"

#include <libsecret/secret.h>

enum { PATIENCE = 500 /* milliseconds for what was cancelled to end */ };

static const SecretSchema schema = {
  .name = KEYRING_SCHEMA,
  .flags = SECRET_SCHEMA_NONE,
  .attributes = {
    { "profile", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "purpose", SECRET_SCHEMA_ATTRIBUTE_STRING },
  },
};

/* One look-up: open the service, search, read. It runs in a main context of its own, so that a
 * caller without a main loop can wait for it, and not for ever. */
typedef struct {
  GMainContext *context;
  GCancellable *cancellable;
  const char *profile;
  const char *purpose;
  GHashTable *attributes;
  SecretSearchFlags flags;
  bool done;
  bool late;
  bool abandoned;
  Secret *passphrase;
  GError *error;
} Lookup;

static void
lookup_end (Lookup *lookup, GError *error)
{
  lookup->error = error;
  lookup->done = true;
}

static void
fail (Lookup *lookup, const char *message, const char *hint)
{
  GError *error = g_error_new_literal (AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, message);

  error_add_hint (error, "%s", hint);
  lookup_end (lookup, error);
}

static void
fail_late (Lookup *lookup)
{
  fail (
      lookup, _ ("the keyring did not answer in time"),
      _ ("is an unlock prompt waiting on the desktop? `passphrase = file:PATH` works without one"));
}

static void
fail_from_bus (Lookup *lookup, const GError *cause)
{
  g_autofree char *reason = text_clean (cause->message, -1);
  g_autofree char *message = NULL;

  if (lookup->late)
    {
      fail_late (lookup);
      return;
    }
  message = g_strdup_printf (_ ("no keyring can be reached: %s"), reason);
  fail (lookup, message,
        _ ("on a machine without a desktop session use `passphrase = file:PATH`, `env:NAME` or "
           "`fd:N`"));
}

static void
fail_without_item (Lookup *lookup)
{
  g_autofree char *hint = g_strdup_printf (
      _ ("store it: secret-tool store --label='avouch: %s' xdg:schema %s profile %s purpose %s"),
      lookup->profile, KEYRING_SCHEMA, lookup->profile, lookup->purpose);

  fail (lookup, _ ("the keyring has no passphrase for this profile"), hint);
}

static void
read_item (Lookup *lookup, SecretItem *item)
{
  g_autoptr (SecretValue) value = NULL;
  GError *error = NULL;
  const char *text;
  gsize length;

  if (secret_item_get_locked (item))
    {
      fail (lookup, _ ("the keyring that holds the passphrase is locked"),
            _ ("unlock it on the desktop, or use `passphrase = file:PATH`"));
      return;
    }
  value = secret_item_get_secret (item);
  text = value != NULL ? secret_value_get (value, &length) : NULL;
  if (text == NULL)
    {
      fail (lookup, _ ("the keyring did not hand out the passphrase"),
            _ ("look at the item in the desktop's keyring program"));
      return;
    }
  /* Whoever pipes it into secret-tool stores the line's end too. */
  lookup->passphrase = passphrase_take (text, length, _ ("the keyring"), &error);
  if (error != NULL)
    error_add_hint (error, "%s", _ ("store it again: one line, and not an empty one"));
  lookup_end (lookup, error);
}

static void
on_items (GObject *source, GAsyncResult *result, void *user_data)
{
  Lookup *lookup = user_data;
  g_autoptr (GError) error = NULL;
  GList *items = secret_service_search_finish (SECRET_SERVICE (source), result, &error);

  if (error != NULL)
    fail_from_bus (lookup, error);
  else if (items == NULL)
    fail_without_item (lookup);
  else
    read_item (lookup, SECRET_ITEM (items->data));
  g_list_free_full (items, g_object_unref);
}

static void
on_service (GObject *source, GAsyncResult *result, void *user_data)
{
  Lookup *lookup = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretService) service = secret_service_open_finish (result, &error);

  (void) source;
  if (service == NULL)
    {
      fail_from_bus (lookup, error);
      return;
    }
  secret_service_search (service, &schema, lookup->attributes, lookup->flags, lookup->cancellable,
                         on_items, lookup);
}

/* GDBus's greeting of the bus, for one, cannot be cancelled. What is still under way then ends with
 * the process; its callback belongs to our context, which nobody runs any more. */
static gboolean
on_patience_over (void *user_data)
{
  Lookup *lookup = user_data;

  lookup->abandoned = true;
  return G_SOURCE_REMOVE;
}

static gboolean
on_deadline (void *user_data)
{
  Lookup *lookup = user_data;
  g_autoptr (GSource) patience = g_timeout_source_new (PATIENCE);

  lookup->late = true;
  g_cancellable_cancel (lookup->cancellable);
  g_source_set_callback (patience, on_patience_over, lookup, NULL);
  g_source_attach (patience, lookup->context);
  return G_SOURCE_REMOVE;
}

static void
lookup_run (Lookup *lookup, int timeout)
{
  g_autoptr (GSource) deadline = g_timeout_source_new ((guint) timeout * 1000);

  g_main_context_push_thread_default (lookup->context);
  g_source_set_callback (deadline, on_deadline, lookup, NULL);
  g_source_attach (deadline, lookup->context);
  secret_service_open (SECRET_TYPE_SERVICE, NULL, SECRET_SERVICE_OPEN_SESSION, lookup->cancellable,
                       on_service, lookup);
  while (!lookup->done && !lookup->abandoned)
    g_main_context_iteration (lookup->context, TRUE);
  if (!lookup->done)
    fail_late (lookup);
  /* What the proxies left for this context to free. */
  while (!lookup->abandoned && g_main_context_iteration (lookup->context, FALSE))
    ;
  g_source_destroy (deadline);
  g_main_context_pop_thread_default (lookup->context);
}

Secret *
keyring_lookup_passphrase (const char *profile, const char *purpose, bool interactive, int timeout,
                           GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GHashTable) attributes =
      secret_attributes_build (&schema, "profile", profile, "purpose", purpose, NULL);
  Lookup lookup = {
    .profile = profile,
    .purpose = purpose,
    .context = context,
    .cancellable = cancellable,
    .attributes = attributes,
    .flags = SECRET_SEARCH_LOAD_SECRETS | (interactive ? SECRET_SEARCH_UNLOCK : 0),
  };

  lookup_run (&lookup, timeout);
  if (lookup.error != NULL)
    g_propagate_error (error, lookup.error);
  return lookup.passphrase;
}
