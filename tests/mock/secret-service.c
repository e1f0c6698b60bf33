/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Secret Service (the Secret Storage API, draft 0.2) for what a real keyring will not do on
 * demand: it is locked, asks, is told no, hangs, dies, refuses, or has nothing to keep items in.
 * It speaks the plain algorithm only, keeps items in memory, and says on stdout which of its
 * methods were called. SIGUSR1 locks it. */
#include "answers.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRETS    "/org/freedesktop/secrets"
#define COLLECTION SECRETS "/collection/main"
#define ALIAS      SECRETS "/aliases/default"
#define SESSION    SECRETS "/session/1"
#define PROMPT     SECRETS "/prompt/1"
#define NOTHING    "/"

static const char interfaces[] =
    "<node>"
    "<interface name='org.freedesktop.Secret.Service'>"
    "<method name='OpenSession'><arg type='s' direction='in'/><arg type='v' direction='in'/>"
    "<arg type='v' direction='out'/><arg type='o' direction='out'/></method>"
    "<method name='CreateCollection'><arg type='a{sv}' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='o' direction='out'/><arg type='o' direction='out'/>"
    "</method>"
    "<method name='SearchItems'><arg type='a{ss}' direction='in'/><arg type='ao' direction='out'/>"
    "<arg type='ao' direction='out'/></method>"
    "<method name='Unlock'><arg type='ao' direction='in'/><arg type='ao' direction='out'/>"
    "<arg type='o' direction='out'/></method>"
    "<method name='GetSecrets'><arg type='ao' direction='in'/><arg type='o' direction='in'/>"
    "<arg type='a{o(oayays)}' direction='out'/></method>"
    "<method name='ReadAlias'><arg type='s' direction='in'/><arg type='o' "
    "direction='out'/></method>"
    "<property name='Collections' type='ao' access='read'/>"
    "</interface>"
    "<interface name='org.freedesktop.Secret.Collection'>"
    "<method name='CreateItem'><arg type='a{sv}' direction='in'/>"
    "<arg type='(oayays)' direction='in'/><arg type='b' direction='in'/>"
    "<arg type='o' direction='out'/><arg type='o' direction='out'/></method>"
    "<property name='Items' type='ao' access='read'/>"
    "<property name='Label' type='s' access='read'/>"
    "<property name='Locked' type='b' access='read'/>"
    "<property name='Created' type='t' access='read'/>"
    "<property name='Modified' type='t' access='read'/>"
    "</interface>"
    "<interface name='org.freedesktop.Secret.Item'>"
    "<method name='GetSecret'><arg type='o' direction='in'/><arg type='(oayays)' direction='out'/>"
    "</method>"
    "<method name='SetSecret'><arg type='(oayays)' direction='in'/></method>"
    "<method name='Delete'><arg type='o' direction='out'/></method>"
    "<property name='Attributes' type='a{ss}' access='read'/>"
    "<property name='Label' type='s' access='read'/>"
    "<property name='Locked' type='b' access='read'/>"
    "<property name='Created' type='t' access='read'/>"
    "<property name='Modified' type='t' access='read'/>"
    "</interface>"
    "<interface name='org.freedesktop.Secret.Session'><method name='Close'/></interface>"
    "<interface name='org.freedesktop.Secret.Prompt'>"
    "<method name='Prompt'><arg type='s' direction='in'/></method><method name='Dismiss'/>"
    "<signal name='Completed'><arg type='b'/><arg type='v'/></signal>"
    "</interface>"
    "</node>";

static struct {
  gboolean locked;
  gboolean no_default;
  gboolean asks;
  char *prompt; /* what becomes of one: "yes", "no", "hang", "die"; NULL: "yes" */
  char *hang;   /* a method's name */
  char *die;
  char *fail;
  char *kill;
  char *stop;
  char *gone; /* the item is, once this method of it is called */
  gboolean first;
  gboolean lies;
  char *answers; /* a folder of other answers: answers.h */
  char *value;   /* what every item's secret is: "nul", "huge"; NULL: what was put there */
} wanted;

static const GOptionEntry options[] = {
  { "locked", 0, 0, G_OPTION_ARG_NONE, &wanted.locked, "the collection is locked", NULL },
  { "no-default", 0, 0, G_OPTION_ARG_NONE, &wanted.no_default, "there is no collection", NULL },
  { "asks", 0, 0, G_OPTION_ARG_NONE, &wanted.asks, "to make or delete an item takes a prompt",
    NULL },
  { "prompt", 0, 0, G_OPTION_ARG_STRING, &wanted.prompt, "what becomes of prompts", "HOW" },
  { "hang", 0, 0, G_OPTION_ARG_STRING, &wanted.hang, "never answer it", "METHOD" },
  { "die", 0, 0, G_OPTION_ARG_STRING, &wanted.die, "end when it is called", "METHOD" },
  { "fail", 0, 0, G_OPTION_ARG_STRING, &wanted.fail, "answer it with an error", "METHOD" },
  { "kill", 0, 0, G_OPTION_ARG_STRING, &wanted.kill, "kill who calls it", "METHOD" },
  { "stop", 0, 0, G_OPTION_ARG_STRING, &wanted.stop, "stop who calls it, and answer", "METHOD" },
  { "gone", 0, 0, G_OPTION_ARG_STRING, &wanted.gone, "an item ends when it is called", "METHOD" },
  { "first", 0, 0, G_OPTION_ARG_NONE, &wanted.first, "of items, only the first is odd", NULL },
  { "lies", 0, 0, G_OPTION_ARG_NONE, &wanted.lies,
    "a search finds all items, and one that is not there", NULL },
  { "value", 0, 0, G_OPTION_ARG_STRING, &wanted.value, "what every secret is", "KIND" },
  { "answers", 0, 0, G_OPTION_ARG_FILENAME, &wanted.answers, "answer as its files say", "FOLDER" },
  G_OPTION_ENTRY_NULL
};

enum { HUGE_SECRET = 1024 * 1024 /* bytes */ };

typedef struct {
  char *path;
  unsigned id; /* of its registration */
  char *label;
  GVariant *attributes;
  GBytes *secret;
} Item;

static GDBusNodeInfo *node;
static GDBusConnection *bus;
static GPtrArray *items;
static unsigned made;
static GVariant *pending;    /* the parameters of the call that asked … */
static Item *pending_delete; /* … or what it would delete */

static GDBusInterfaceInfo *
find_interface (const char *name)
{
  g_autofree char *whole = g_strconcat ("org.freedesktop.Secret.", name, NULL);

  return g_dbus_node_info_lookup_interface (node, whole);
}

static bool
is_method (const char *wanted_name, const char *method)
{
  return wanted_name != NULL && strcmp (wanted_name, method) == 0;
}

/* Whether what is wanted of items is wanted of this object too. */
static bool
is_odd (const char *path)
{
  return !wanted.first || !g_str_has_prefix (path, COLLECTION "/") ||
         strcmp (path, COLLECTION "/1") == 0;
}

static void
signal_caller (const char *sender, int number)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetConnectionUnixProcessID", g_variant_new ("(s)", sender), G_VARIANT_TYPE ("(u)"),
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  unsigned pid;

  g_variant_get (answer, "(u)", &pid);
  kill ((pid_t) pid, number);
}

/* False where the call is dealt with. */
static bool
begin_call (const char *method, GDBusMethodInvocation *invocation)
{
  printf ("%s\n", method);
  fflush (stdout);
  if (!is_odd (g_dbus_method_invocation_get_object_path (invocation)))
    return true;
  if (is_method (wanted.die, method))
    _exit (1);
  if (is_method (wanted.kill, method))
    signal_caller (g_dbus_method_invocation_get_sender (invocation), SIGKILL);
  if (is_method (wanted.stop, method))
    signal_caller (g_dbus_method_invocation_get_sender (invocation), SIGSTOP);
  if (is_method (wanted.fail, method))
    g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_FAILED,
                                           "mock: %s\nrefused", method);
  return !is_method (wanted.fail, method) && !is_method (wanted.hang, method) &&
         !is_method (wanted.kill, method);
}

static Item *
find_item (const char *path)
{
  for (unsigned i = 0; i < items->len; i++)
    if (strcmp (((Item *) items->pdata[i])->path, path) == 0)
      return items->pdata[i];
  return NULL;
}

/* Those of a keyring that was not open before, as gnome-keyring shows them. */
static GVariant *
hide_attributes (GVariant *attributes)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *name, *value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    {
      g_autofree char *hidden = g_strconcat ("gkr:compat:hashed:", name, NULL);
      g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_MD5, value, -1);

      g_variant_builder_add (&builder, "{ss}", hidden, hash);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *
get_item_property (GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
                   const char *path, const char *interface G_GNUC_UNUSED, const char *name,
                   GError **error G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  const Item *item = find_item (path);

  if (strcmp (name, "Attributes") == 0)
    return wanted.locked ? hide_attributes (item->attributes) : g_variant_ref (item->attributes);
  if (strcmp (name, "Label") == 0)
    return g_variant_new_string (item->label);
  return strcmp (name, "Locked") == 0 ? g_variant_new_boolean (wanted.locked)
                                      : g_variant_new_uint64 (1);
}

static GVariant *
make_bytes (const void *bytes, size_t length)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, length, 1);
}

static GVariant *
make_secret (const Item *item)
{
  g_autofree char *huge = g_strnfill (HUGE_SECRET, 'x');
  size_t length;
  const void *bytes = g_bytes_get_data (item->secret, &length);

  if (is_method (wanted.value, "nul") && is_odd (item->path))
    return g_variant_new ("(o@ay@ays)", SESSION, make_bytes (NULL, 0), make_bytes ("a\0b", 3),
                          "text/plain");
  if (is_method (wanted.value, "huge") && is_odd (item->path))
    return g_variant_new ("(o@ay@ays)", SESSION, make_bytes (NULL, 0),
                          make_bytes (huge, HUGE_SECRET), "text/plain");
  return g_variant_new ("(o@ay@ays)", SESSION, make_bytes (NULL, 0), make_bytes (bytes, length),
                        "text/plain");
}

static GBytes *
read_secret (GVariant *secret)
{
  g_autoptr (GVariant) value = g_variant_get_child_value (secret, 2);

  return g_variant_get_data_as_bytes (value);
}

static void
delete_item (Item *item)
{
  g_dbus_connection_unregister_object (bus, item->id);
  g_ptr_array_remove (items, item);
}

static void
on_item_call (GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
              const char *path, const char *interface G_GNUC_UNUSED, const char *method,
              GVariant *parameters, GDBusMethodInvocation *invocation, void *data G_GNUC_UNUSED)
{
  Item *item = find_item (path);

  if (!begin_call (method, invocation))
    return;
  if (wanted.locked)
    g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.Secret.Error.IsLocked",
                                                "mock: locked");
  else if (is_method (wanted.gone, method) && is_odd (path))
    {
      delete_item (item);
      g_dbus_method_invocation_return_dbus_error (
          invocation, "org.freedesktop.Secret.Error.NoSuchObject", "mock: gone");
    }
  else if (strcmp (method, "GetSecret") == 0)
    g_dbus_method_invocation_return_value (invocation,
                                           g_variant_new ("(@(oayays))", make_secret (item)));
  else if (strcmp (method, "SetSecret") == 0)
    {
      g_autoptr (GVariant) secret = g_variant_get_child_value (parameters, 0);

      g_bytes_unref (item->secret);
      item->secret = read_secret (secret);
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
  else
    {
      pending_delete = wanted.asks ? item : NULL;
      if (pending_delete == NULL)
        delete_item (item);
      g_dbus_method_invocation_return_value (
          invocation, g_variant_new ("(o)", pending_delete != NULL ? PROMPT : NOTHING));
    }
}

static const GDBusInterfaceVTable item_table = { on_item_call, get_item_property, NULL, { 0 } };

static const char *
create_item (GVariant *parameters)
{
  g_autoptr (GVariant) properties = g_variant_get_child_value (parameters, 0);
  g_autoptr (GVariant) secret = g_variant_get_child_value (parameters, 1);
  Item *item = g_new0 (Item, 1);

  item->path = g_strdup_printf ("%s/%u", COLLECTION, ++made);
  item->attributes = g_variant_lookup_value (properties, "org.freedesktop.Secret.Item.Attributes",
                                             G_VARIANT_TYPE ("a{ss}"));
  g_variant_lookup (properties, "org.freedesktop.Secret.Item.Label", "s", &item->label);
  item->secret = read_secret (secret);
  g_ptr_array_add (items, item);
  item->id = g_dbus_connection_register_object (bus, item->path, find_interface ("Item"),
                                                &item_table, NULL, NULL, NULL);
  return item->path;
}

static GVariant *
list_paths (GVariant *attributes)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ao"));
  for (unsigned i = 0; i < items->len; i++)
    {
      const Item *item = items->pdata[i];
      GVariantIter iter;
      const char *name, *value, *own;
      bool matches = true;

      g_variant_iter_init (&iter, attributes);
      while (matches && !wanted.lies && g_variant_iter_next (&iter, "{&s&s}", &name, &value))
        matches = g_variant_lookup (item->attributes, name, "&s", &own) && strcmp (own, value) == 0;
      if (matches)
        g_variant_builder_add (&builder, "o", item->path);
    }
  if (wanted.lies)
    g_variant_builder_add (&builder, "o", COLLECTION "/nothing");
  return g_variant_builder_end (&builder);
}

static GVariant *
get_collection_property (GDBusConnection *connection G_GNUC_UNUSED,
                         const char *sender G_GNUC_UNUSED, const char *path G_GNUC_UNUSED,
                         const char *interface G_GNUC_UNUSED, const char *name,
                         GError **error G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  if (strcmp (name, "Items") == 0)
    return g_variant_new ("ao", NULL);
  if (strcmp (name, "Label") == 0)
    return g_variant_new_string ("Main");
  return strcmp (name, "Locked") == 0 ? g_variant_new_boolean (wanted.locked)
                                      : g_variant_new_uint64 (1);
}

static void
on_collection_call (GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
                    const char *path G_GNUC_UNUSED, const char *interface G_GNUC_UNUSED,
                    const char *method, GVariant *parameters, GDBusMethodInvocation *invocation,
                    void *data G_GNUC_UNUSED)
{
  if (!begin_call (method, invocation))
    return;
  if (wanted.asks)
    {
      pending = g_variant_ref (parameters);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(oo)", NOTHING, PROMPT));
      return;
    }
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(oo)", create_item (parameters), NOTHING));
}

static const GDBusInterfaceVTable collection_table = {
  on_collection_call, get_collection_property, NULL, { 0 }
};

static void
create_collection (void)
{
  static const char *const paths[] = { COLLECTION, ALIAS };

  wanted.no_default = FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    g_dbus_connection_register_object (bus, paths[i], find_interface ("Collection"),
                                       &collection_table, NULL, NULL, NULL);
}

/* What the call that asked comes to. */
static GVariant *
grant (void)
{
  if (pending_delete != NULL)
    {
      delete_item (g_steal_pointer (&pending_delete));
      return g_variant_new_string ("");
    }
  if (wanted.no_default)
    create_collection ();
  if (pending == NULL)
    return g_variant_new_object_path (COLLECTION);
  if (wanted.locked)
    {
      wanted.locked = FALSE;
      return g_variant_get_child_value (pending, 0);
    }
  return g_variant_new_object_path (create_item (pending));
}

static void
complete_prompt (bool dismissed)
{
  g_dbus_connection_emit_signal (
      bus, NULL, PROMPT, "org.freedesktop.Secret.Prompt", "Completed",
      g_variant_new ("(bv)", dismissed, dismissed ? g_variant_new_string ("") : grant ()), NULL);
}

static void
on_prompt_call (GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
                const char *path G_GNUC_UNUSED, const char *interface G_GNUC_UNUSED,
                const char *method, GVariant *parameters G_GNUC_UNUSED,
                GDBusMethodInvocation *invocation, void *data G_GNUC_UNUSED)
{
  if (!begin_call (method, invocation))
    return;
  g_dbus_method_invocation_return_value (invocation, NULL);
  if (strcmp (method, "Dismiss") == 0)
    complete_prompt (true);
  else if (is_method (wanted.prompt, "die"))
    exit (1);
  else if (!is_method (wanted.prompt, "hang"))
    complete_prompt (is_method (wanted.prompt, "no"));
}

static void
open_session (GVariant *parameters, GDBusMethodInvocation *invocation)
{
  const char *algorithm;

  g_variant_get_child (parameters, 0, "&s", &algorithm);
  if (strcmp (algorithm, "plain") != 0)
    g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR,
                                                   G_DBUS_ERROR_NOT_SUPPORTED, "mock: plain only");
  else
    g_dbus_method_invocation_return_value (
        invocation, g_variant_new ("(vo)", g_variant_new_string (""), SESSION));
}

static void
search_items (GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) attributes = g_variant_get_child_value (parameters, 0);
  GVariant *found = list_paths (attributes);
  GVariant *none = g_variant_new ("ao", NULL);

  g_dbus_method_invocation_return_value (
      invocation,
      g_variant_new ("(@ao@ao)", wanted.locked ? none : found, wanted.locked ? found : none));
}

static void
unlock (GVariant *parameters, GDBusMethodInvocation *invocation)
{
  pending = g_variant_ref (parameters);
  g_dbus_method_invocation_return_value (
      invocation,
      wanted.locked ? g_variant_new ("(@aoo)", g_variant_new ("ao", NULL), PROMPT)
                    : g_variant_new ("(@aoo)", g_variant_get_child_value (parameters, 0), NOTHING));
}

static void
get_secrets (GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) paths = g_variant_get_child_value (parameters, 0);
  GVariantBuilder builder;
  GVariantIter iter;
  const char *path;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{o(oayays)}"));
  g_variant_iter_init (&iter, paths);
  while (g_variant_iter_next (&iter, "&o", &path))
    if (!wanted.locked && find_item (path) != NULL)
      g_variant_builder_add (&builder, "{o@(oayays)}", path, make_secret (find_item (path)));
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(a{o(oayays)})", &builder));
}

static void
read_alias (GVariant *parameters, GDBusMethodInvocation *invocation)
{
  const char *alias;

  g_variant_get_child (parameters, 0, "&s", &alias);
  bool known = !wanted.no_default && strcmp (alias, "default") == 0;
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(o)", known ? COLLECTION : NOTHING));
}

static void
ask_for_collection (GVariant *parameters G_GNUC_UNUSED, GDBusMethodInvocation *invocation)
{
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(oo)", NOTHING, PROMPT));
}

static const struct {
  const char *name;
  void (*run) (GVariant *parameters, GDBusMethodInvocation *invocation);
} methods[] = {
  { "OpenSession", open_session },
  { "SearchItems", search_items },
  { "Unlock", unlock },
  { "GetSecrets", get_secrets },
  { "ReadAlias", read_alias },
  { "CreateCollection", ask_for_collection },
};

static void
on_service_call (GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
                 const char *path G_GNUC_UNUSED, const char *interface G_GNUC_UNUSED,
                 const char *method, GVariant *parameters, GDBusMethodInvocation *invocation,
                 void *data G_GNUC_UNUSED)
{
  if (!begin_call (method, invocation))
    return;
  for (size_t i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (methods[i].name, method) == 0)
      methods[i].run (parameters, invocation);
}

static GVariant *
get_service_property (GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
                      const char *path G_GNUC_UNUSED, const char *interface G_GNUC_UNUSED,
                      const char *name G_GNUC_UNUSED, GError **error G_GNUC_UNUSED,
                      void *data G_GNUC_UNUSED)
{
  const char *const paths[] = { wanted.no_default ? NULL : COLLECTION, NULL };

  return g_variant_new_objv (paths, wanted.no_default ? 0 : 1);
}

static void
register_at (const char *path, const char *interface, GDBusInterfaceMethodCallFunc call,
             GDBusInterfaceGetPropertyFunc get)
{
  GDBusInterfaceVTable table = { call, get, NULL, { 0 } };

  g_dbus_connection_register_object (bus, path, find_interface (interface), &table, NULL, NULL,
                                     NULL);
}

static void
on_bus (GDBusConnection *connection, const char *name G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  bus = connection;
  if (wanted.answers != NULL)
    answers_serve (connection, wanted.answers);
  register_at (SECRETS, "Service", on_service_call, get_service_property);
  register_at (SESSION, "Session", on_prompt_call, NULL);
  register_at (PROMPT, "Prompt", on_prompt_call, NULL);
  if (!wanted.no_default)
    create_collection ();
}

/* It would get the name back when the one that took it ends. */
static void
on_name_lost (GDBusConnection *connection G_GNUC_UNUSED, const char *name G_GNUC_UNUSED,
              void *data G_GNUC_UNUSED)
{
  exit (0);
}

static gboolean
on_signal (void *data G_GNUC_UNUSED)
{
  wanted.locked = TRUE;
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }
  items = g_ptr_array_new ();
  g_unix_signal_add (SIGUSR1, on_signal, NULL);
  node = g_dbus_node_info_new_for_xml (interfaces, NULL);
  g_bus_own_name (G_BUS_TYPE_SESSION, "org.freedesktop.secrets",
                  G_BUS_NAME_OWNER_FLAGS_ALLOW_REPLACEMENT | G_BUS_NAME_OWNER_FLAGS_REPLACE, on_bus,
                  NULL, on_name_lost, NULL, NULL);
  g_main_loop_run (loop);
  return 0;
}
