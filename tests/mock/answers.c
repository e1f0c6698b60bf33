/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "answers.h"

#include <string.h>

static char *
name_call (GDBusMessage *message)
{
  const char *member = g_dbus_message_get_member (message);
  const char *interface = g_dbus_message_get_arg0 (message);
  const char *word = interface != NULL ? strrchr (interface, '.') : NULL;

  return word != NULL && g_str_has_prefix (member, "Get")
             ? g_strconcat (member, "-", word + 1, NULL)
             : g_strdup (member);
}

/* NULL: none is wanted of this call. */
static GVariant *
find_answer (const char *folder, GDBusMessage *message)
{
  g_autofree char *name = name_call (message);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *answer;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  answer = g_variant_parse (NULL, text, NULL, NULL, &error);
  if (answer == NULL)
    g_error ("%s: %s", path, error->message);
  return answer;
}

static GDBusMessage *
on_message (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, void *data)
{
  GVariant *answer = NULL;

  if (incoming && g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    answer = find_answer (data, message);
  if (answer == NULL)
    return message;
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (message);
  g_dbus_message_set_body (reply, answer);
  g_variant_unref (answer);
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);
  return NULL;
}

void
answers_serve (GDBusConnection *connection, const char *folder)
{
  g_dbus_connection_add_filter (connection, on_message, g_strdup (folder), g_free);
}
