/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "writer.h"

#include "text.h"

#include <string.h>

/* RFC 8259 section 7 */
static void
append_escape (SecretBuffer *buffer, gunichar c)
{
  if (c > 0xffff)
    secret_buffer_printf (buffer, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                          0xdc00 + ((c - 0x10000) & 0x3ff));
  else
    secret_buffer_printf (buffer, "\\u%04x", c);
}

static void
append_escaped (SecretBuffer *buffer, const char *text, size_t length)
{
  const char *end = text + length;

  secret_buffer_append (buffer, "\"", 1);
  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);
      bool valid = c != (gunichar) -1 && c != (gunichar) -2;
      const char *next = valid ? g_utf8_next_char (text) : text + 1;

      if (!valid)
        secret_buffer_append (buffer, "\\ufffd", -1);
      else if (!text_is_printable (c))
        append_escape (buffer, c);
      else
        {
          if (c == '"' || c == '\\')
            secret_buffer_append (buffer, "\\", 1);
          secret_buffer_append (buffer, text, next - text);
        }
      text = next;
    }
  secret_buffer_append (buffer, "\"", 1);
}

static void
start_line (Writer *writer)
{
  secret_buffer_printf (writer->buffer, "\n%*s", 2 * writer->depth, "");
}

static void
start_member (Writer *writer, const char *name)
{
  if (writer->filled)
    secret_buffer_append (writer->buffer, ",", 1);
  if (writer->depth > 0)
    start_line (writer);
  writer->filled = true;
  if (name == NULL)
    return;
  append_escaped (writer->buffer, name, strlen (name));
  secret_buffer_append (writer->buffer, ": ", 2);
}

void
writer_open (Writer *writer, const char *name, char bracket)
{
  start_member (writer, name);
  secret_buffer_append (writer->buffer, &bracket, 1);
  writer->depth++;
  writer->filled = false;
}

void
writer_close (Writer *writer, char bracket)
{
  writer->depth--;
  if (writer->filled)
    start_line (writer);
  writer->filled = true;
  secret_buffer_append (writer->buffer, &bracket, 1);
  if (writer->depth == 0)
    secret_buffer_append (writer->buffer, "\n", 1);
}

void
writer_string (Writer *writer, const char *name, const char *value)
{
  start_member (writer, name);
  if (value == NULL)
    secret_buffer_append (writer->buffer, "null", 4);
  else
    append_escaped (writer->buffer, value, strlen (value));
}

void
writer_secret (Writer *writer, const char *name, const Secret *value)
{
  size_t length;
  const char *bytes = secret_bytes (value, &length);

  start_member (writer, name);
  append_escaped (writer->buffer, bytes, length);
}

void
writer_int (Writer *writer, const char *name, int64_t value)
{
  start_member (writer, name);
  secret_buffer_printf (writer->buffer, "%lld", (long long) value);
}

void
writer_number (Writer *writer, const char *name, const char *text)
{
  start_member (writer, name);
  secret_buffer_append (writer->buffer, text, -1);
}

void
writer_bool (Writer *writer, const char *name, bool value)
{
  start_member (writer, name);
  secret_buffer_append (writer->buffer, value ? "true" : "false", -1);
}

void
writer_time (Writer *writer, const char *name, int64_t unix_seconds)
{
  g_autofree char *number = g_strconcat (name, "_at", NULL);
  g_autofree char *text = text_format_utc (unix_seconds);

  writer_int (writer, number, unix_seconds);
  writer_string (writer, name, text);
}
