/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json-writer.h"

#include "text.h"

#include <string.h>

/* The shortest text that reads as the same number again. */
static void
format_double (double value, char text[G_ASCII_DTOSTR_BUF_SIZE])
{
  g_ascii_formatd (text, G_ASCII_DTOSTR_BUF_SIZE, "%.15g", value);
  if (g_ascii_strtod (text, NULL) != value)
    g_ascii_formatd (text, G_ASCII_DTOSTR_BUF_SIZE, "%.17g", value);
}

static void
write_value (Writer *writer, const char *name, JsonNode *node)
{
  GType type = json_node_get_value_type (node);
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (type == G_TYPE_STRING)
    writer_string (writer, name, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    writer_bool (writer, name, json_node_get_boolean (node));
  else if (type == G_TYPE_INT64)
    writer_int (writer, name, json_node_get_int (node));
  else
    {
      format_double (json_node_get_double (node), text);
      writer_number (writer, name, text);
    }
}

static void
write_array (Writer *writer, const char *name, JsonArray *array)
{
  writer_open (writer, name, '[');
  for (unsigned i = 0; i < json_array_get_length (array); i++)
    writer_node (writer, NULL, json_array_get_element (array, i));
  writer_close (writer, ']');
}

void
writer_object (Writer *writer, const char *name, JsonObject *object)
{
  g_autoptr (GList) members = json_object_get_members (object);

  writer_open (writer, name, '{');
  for (GList *at = members; at != NULL; at = at->next)
    writer_node (writer, at->data, json_object_get_member (object, at->data));
  writer_close (writer, '}');
}

void
writer_node (Writer *writer, const char *name, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      writer_object (writer, name, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      write_array (writer, name, json_node_get_array (node));
      break;
    case JSON_NODE_VALUE:
      write_value (writer, name, node);
      break;
    case JSON_NODE_NULL:
    default:
      writer_string (writer, name, NULL);
      break;
    }
}

/* Whether TEXT, without quotes, might be another kind of value, or lose its ends. */
static bool
is_ambiguous (const char *text)
{
  static const char *const literals[] = { "", "true", "false", "null", NULL };

  return g_strv_contains (literals, text) || strchr ("-0123456789[{\" ", *text) != NULL ||
         g_str_has_suffix (text, " ");
}

static bool
is_printable (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!text_is_printable (g_utf8_get_char (text)))
      return false;
  return true;
}

/* The writer breaks lines between values only, never within a string, and indents by spaces. */
static char *
join_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) joined = g_string_new (NULL);

  for (size_t i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchug (lines[i]);

      if (i > 0 && *line != '\0' && strchr ("]}", *line) == NULL &&
          strchr ("[{", joined->str[joined->len - 1]) == NULL)
        g_string_append_c (joined, ' ');
      g_string_append (joined, line);
    }
  return g_string_free (g_steal_pointer (&joined), FALSE);
}

char *
json_one_line (JsonNode *value)
{
  g_auto (SecretBuffer) buffer = { 0 };
  g_autoptr (Secret) text = NULL;
  const char *string = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_string (value) : NULL;

  if (string != NULL && !is_ambiguous (string) && is_printable (string))
    return g_strdup (string);
  writer_node (&(Writer){ .buffer = &buffer }, NULL, value);
  text = secret_buffer_end (&buffer);
  return join_lines (secret_bytes (text, NULL));
}
