/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The secret portal of a Flatpak sandbox (org.freedesktop.portal.Secret, version 1): writes a
 * master secret to the descriptor that it is given, and says by its Request's Response, again and
 * again, that it did; or does what the real one will not do on demand. Says on stdout what was
 * asked of it. */
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTAL      "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define REQUEST     "org.freedesktop.portal.Request"

static const char interfaces[] =
    "<node>"
    "<interface name='org.freedesktop.portal.Secret'>"
    "<method name='RetrieveSecret'><arg type='h' direction='in'/><arg type='a{sv}' direction='in'/>"
    "<arg type='o' direction='out'/></method>"
    "<property name='version' type='u' access='read'/>"
    "</interface>"
    "<interface name='" REQUEST "'><method name='Close'/></interface>"
    "</node>";

static struct {
  int response;
  int length; /* of the master secret */
  int version;
  char *hang; /* "ask": the call; "answer": its Response; "secret": what it promised */
  char *die;  /* the same, but "secret" */
} wanted = { .length = 64, .version = 1 };

static const GOptionEntry options[] = {
  { "response", 0, 0, G_OPTION_ARG_INT, &wanted.response, "of each request; 1: denied", "NUMBER" },
  { "length", 0, 0, G_OPTION_ARG_INT, &wanted.length, "of the master secret", "BYTES" },
  { "version", 0, 0, G_OPTION_ARG_INT, &wanted.version, "of the interface", "NUMBER" },
  { "hang", 0, 0, G_OPTION_ARG_STRING, &wanted.hang, "before what", "STEP" },
  { "die", 0, 0, G_OPTION_ARG_STRING, &wanted.die, "before what", "STEP" },
  G_OPTION_ENTRY_NULL
};

enum { REPEAT = 20 /* milliseconds */ };

typedef struct {
  char *sender;
  char *request;
} Response;

static GDBusNodeInfo *node;
static GDBusConnection *connection;

/* False where the step is not to be taken. */
static gboolean
begin_step (const char *step)
{
  if (g_strcmp0 (wanted.die, step) == 0)
    _exit (1);
  return g_strcmp0 (wanted.hang, step) != 0;
}

/* By the specification the caller knows this path before it calls. */
static char *
build_path (const char *sender, const char *token)
{
  g_autofree char *name = g_strdelimit (g_strdup (sender + 1), ".", '_');

  return g_strconcat (PORTAL_PATH "/request/", name, "/", token, NULL);
}

static void
write_secret (int fd)
{
  g_autofree char *secret = g_strnfill ((size_t) wanted.length, 'm');

  if (write (fd, secret, (size_t) wanted.length) != wanted.length)
    perror ("mock: write");
}

/* libsecret 0.20.5 listens only once it has the path, so that what comes at once is lost on it. */
static gboolean
on_time (void *data)
{
  const Response *response = data;

  g_dbus_connection_emit_signal (
      connection, response->sender, response->request, REQUEST, "Response",
      g_variant_new ("(ua{sv})", (unsigned) wanted.response, NULL), NULL);
  return G_SOURCE_CONTINUE;
}

static void
repeat_response (const char *sender, const char *request)
{
  Response *response = g_new0 (Response, 1);

  response->sender = g_strdup (sender);
  response->request = g_strdup (request);
  g_timeout_add (REPEAT, on_time, response);
}

static void
on_call (GDBusConnection *bus, const char *sender, const char *path G_GNUC_UNUSED,
         const char *interface G_GNUC_UNUSED, const char *method, GVariant *parameters,
         GDBusMethodInvocation *invocation, void *data G_GNUC_UNUSED)
{
  GUnixFDList *fds =
      g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (invocation));
  g_autoptr (GVariant) settings = g_variant_get_child_value (parameters, 1);
  g_autofree char *request = NULL;
  const char *token = "none";
  int fd = g_unix_fd_list_get (fds, 0, NULL);

  printf ("%s\n", method);
  fflush (stdout);
  g_variant_lookup (settings, "handle_token", "&s", &token);
  request = build_path (sender, token);
  if (!begin_step ("ask"))
    return;
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", request));
  g_dbus_connection_flush_sync (bus, NULL, NULL);
  if (!begin_step ("answer"))
    return;
  if (begin_step ("secret"))
    {
      if (wanted.response == 0)
        write_secret (fd);
      close (fd);
    }
  repeat_response (sender, request);
}

static GVariant *
get_property (GDBusConnection *bus G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
              const char *path G_GNUC_UNUSED, const char *interface G_GNUC_UNUSED,
              const char *name G_GNUC_UNUSED, GError **error G_GNUC_UNUSED,
              void *data G_GNUC_UNUSED)
{
  return g_variant_new_uint32 ((unsigned) wanted.version);
}

static const GDBusInterfaceVTable table = { on_call, get_property, NULL, { 0 } };

static void
on_bus (GDBusConnection *bus, const char *name G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  connection = bus;
  g_dbus_connection_register_object (bus, PORTAL_PATH, node->interfaces[0], &table, NULL, NULL,
                                     NULL);
}

/* As for the mock of the Secret Service: the next one takes over. */
static void
on_name_lost (GDBusConnection *bus G_GNUC_UNUSED, const char *name G_GNUC_UNUSED,
              void *data G_GNUC_UNUSED)
{
  exit (0);
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
  node = g_dbus_node_info_new_for_xml (interfaces, NULL);
  g_bus_own_name (G_BUS_TYPE_SESSION, PORTAL,
                  G_BUS_NAME_OWNER_FLAGS_ALLOW_REPLACEMENT | G_BUS_NAME_OWNER_FLAGS_REPLACE, on_bus,
                  NULL, on_name_lost, NULL, NULL);
  g_main_loop_run (loop);
  return 0;
}
