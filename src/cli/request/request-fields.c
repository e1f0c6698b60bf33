/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NAME=VALUE on the command line, as `gh api` takes it. */
#include "request-draft.h"

#include "error.h"
#include "i18n.h"
#include "text.h"
#include "writer.h"

#include <string.h>

bool
request_fields_given (const RequestOptions *options)
{
  return options->fields != NULL || options->raw_fields != NULL;
}

/* What a field is turned into; TYPED: it was given to --field. */
typedef bool (*TakeField) (void *sink, const char *name, const char *value, bool typed,
                           GError **error);

static bool
take_list (char *const *list, bool typed, GHashTable *seen, TakeField take, void *sink,
           GError **error)
{
  for (; list != NULL && *list != NULL; list++)
    {
      const char *equals = strchr (*list, '=');
      char *name = g_strndup (*list, equals != NULL ? (size_t) (equals - *list) : 0);
      bool usable = *name != '\0';
      bool fresh = g_hash_table_add (seen, name);

      if (usable && fresh && take (sink, name, equals + 1, typed, error))
        continue;
      if (!usable)
        g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("a field is written NAME=VALUE"));
      else if (!fresh)
        g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                     _ ("the field \"%.*s\" is given twice"), (int) (equals - *list), *list);
      return false;
    }
  return true;
}

static bool
take_all (const RequestOptions *options, TakeField take, void *sink, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return take_list (options->raw_fields, false, seen, take, sink, error) &&
         take_list (options->fields, true, seen, take, sink, error);
}

static bool
write_file (Writer *writer, const char *name, const char *path, GError **error)
{
  g_autoptr (Secret) content = request_read_file (path, error);
  size_t length;
  const char *bytes;

  if (content == NULL)
    return false;
  bytes = secret_bytes (content, &length);
  if (!g_utf8_validate_len (bytes, length, NULL))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("the file for field \"%s\" is not UTF-8"), name);
      return false;
    }
  writer_secret (writer, name, content);
  return true;
}

static bool
write_field (void *sink, const char *name, const char *value, bool typed, GError **error)
{
  Writer *writer = sink;
  int64_t number;

  if (typed && *value == '@')
    return write_file (writer, name, value + 1, error);
  if (typed && (strcmp (value, "true") == 0 || strcmp (value, "false") == 0))
    writer_bool (writer, name, *value == 't');
  else if (typed && strcmp (value, "null") == 0)
    writer_string (writer, name, NULL);
  else if (typed && text_parse_int (value, G_MININT64, G_MAXINT64, &number))
    writer_int (writer, name, number);
  else
    writer_string (writer, name, value);
  return true;
}

Secret *
request_fields_object (const RequestOptions *options, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };
  Writer writer = { .buffer = &buffer };

  writer_open (&writer, NULL, '{');
  if (!take_all (options, write_field, &writer, error))
    return NULL;
  writer_close (&writer, '}');
  return secret_buffer_end (&buffer);
}

static bool
append_field (void *sink, const char *name, const char *value, bool typed, GError **error)
{
  GString *path = sink;
  g_autofree char *escaped_name = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *escaped = NULL;

  if (typed && *value == '@')
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("the field \"%s\" is a file, and a query takes none"), name);
      return false;
    }
  escaped = g_uri_escape_string (value, NULL, FALSE);
  g_string_append_printf (path, "%c%s=%s", strchr (path->str, '?') != NULL ? '&' : '?',
                          escaped_name, escaped);
  return true;
}

char *
request_fields_query (const RequestOptions *options, const char *path, GError **error)
{
  g_autoptr (GString) whole = g_string_new (path);

  if (!take_all (options, append_field, whole, error))
    return NULL;
  return g_string_free (g_steal_pointer (&whole), FALSE);
}
