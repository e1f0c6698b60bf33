/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "properties.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

enum { ESCAPE_DIGITS = 4 };

typedef struct {
  const char *at;
  const char *end;
  unsigned line;
  bool latin; /* a byte is a character */
} Scanner;

Property *
property_new (const char *name, Secret *value)
{
  Property *property = g_new0 (Property, 1);

  property->name = g_strdup (name);
  property->value = secret_ref (value);
  return property;
}

void
property_free (Property *property)
{
  g_free (property->name);
  secret_unref (property->value);
  g_free (property);
}

static bool
fail (const Scanner *scanner, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("line %u: %s"), scanner->line, why);
  return false;
}

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\f';
}

static bool
is_line_end (char c)
{
  return c == '\n' || c == '\r';
}

static bool
at_line_end (const Scanner *scanner)
{
  return scanner->at == scanner->end || is_line_end (*scanner->at);
}

static void
skip_blanks (Scanner *scanner)
{
  while (scanner->at < scanner->end && is_blank (*scanner->at))
    scanner->at++;
}

/* Over one line feed, carriage return, or pair of both. */
static void
skip_line_end (Scanner *scanner)
{
  if (scanner->at == scanner->end)
    return;
  if (*scanner->at++ == '\r' && scanner->at < scanner->end && *scanner->at == '\n')
    scanner->at++;
  scanner->line++;
}

static void
append_character (SecretBuffer *buffer, gunichar c)
{
  char bytes[6];
  int length = g_unichar_to_utf8 (c, bytes);

  secret_buffer_append (buffer, bytes, length);
  secret_wipe (bytes, sizeof bytes);
}

static void
append_byte (const Scanner *scanner, SecretBuffer *buffer, char c)
{
  if (scanner->latin && (unsigned char) c >= 0x80)
    append_character (buffer, (unsigned char) c);
  else
    secret_buffer_append (buffer, &c, 1);
}

static bool
read_unit (Scanner *scanner, gunichar *unit, GError **error)
{
  *unit = 0;
  for (int i = 0; i < ESCAPE_DIGITS; i++, scanner->at++)
    {
      int digit = scanner->at < scanner->end ? g_ascii_xdigit_value (*scanner->at) : -1;

      if (digit < 0)
        return fail (scanner, _ ("\"\\u\" is not followed by four hexadecimal digits"), error);
      *unit = *unit << 4 | (gunichar) digit;
    }
  return true;
}

/* UTF-16, as Java's characters are. */
static bool
read_unicode (Scanner *scanner, SecretBuffer *buffer, GError **error)
{
  gunichar c = 0, low = 0;

  if (!read_unit (scanner, &c, error))
    return false;
  if (c >= 0xd800 && c < 0xdc00 && scanner->end - scanner->at > 1 && scanner->at[0] == '\\' &&
      scanner->at[1] == 'u')
    {
      scanner->at += 2;
      if (!read_unit (scanner, &low, error))
        return false;
      if (low >= 0xdc00 && low < 0xe000)
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
  if (c == 0 || (c >= 0xd800 && c < 0xe000))
    return fail (scanner, _ ("\"\\u\" names no character that a value may have"), error);
  append_character (buffer, c);
  return true;
}

/* What follows a backslash; a line's end continues the line without its indentation. */
static bool
read_escape (Scanner *scanner, SecretBuffer *buffer, GError **error)
{
  static const char letters[] = "tnrf";
  static const char meanings[] = "\t\n\r\f";
  const char *letter;

  if (at_line_end (scanner))
    {
      skip_line_end (scanner);
      skip_blanks (scanner);
      return true;
    }
  if (*scanner->at == 'u')
    {
      scanner->at++;
      return read_unicode (scanner, buffer, error);
    }
  letter = strchr (letters, *scanner->at);
  append_byte (scanner, buffer, letter != NULL ? meanings[letter - letters] : *scanner->at);
  scanner->at++;
  return true;
}

static bool
read_until (Scanner *scanner, const char *ends, SecretBuffer *buffer, GError **error)
{
  while (!at_line_end (scanner) && strchr (ends, *scanner->at) == NULL)
    {
      char c = *scanner->at++;

      if (c != '\\')
        append_byte (scanner, buffer, c);
      else if (!read_escape (scanner, buffer, error))
        return false;
    }
  return true;
}

/* The name ends at "=", ":" or a blank, with blanks around the one of them that there is. */
static void
skip_separator (Scanner *scanner)
{
  skip_blanks (scanner);
  if (!at_line_end (scanner) && (*scanner->at == '=' || *scanner->at == ':'))
    scanner->at++;
  skip_blanks (scanner);
}

static char *
take_name (const Scanner *scanner, SecretBuffer *buffer, GError **error)
{
  g_autoptr (Secret) name = secret_buffer_end (buffer);
  size_t length;
  const char *bytes = secret_bytes (name, &length);

  if (length <= PROPERTIES_MAX_NAME && !text_has_control (bytes, length))
    return g_strndup (bytes, length);
  fail (scanner, _ ("the name is too long, or has a control character"), error);
  return NULL;
}

static bool
read_property (Scanner *scanner, GPtrArray *properties, GHashTable *seen, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };
  g_autoptr (Secret) value = NULL;
  g_autofree char *name = NULL;

  if (!read_until (scanner, "=: \t\f", &buffer, error) ||
      (name = take_name (scanner, &buffer, error)) == NULL)
    return false;
  skip_separator (scanner);
  if (!read_until (scanner, "", &buffer, error))
    return false;
  if (properties->len == PROPERTIES_MAX_COUNT)
    return fail (scanner, _ ("there are too many properties"), error);
  if (!g_hash_table_add (seen, g_strdup (name)))
    return fail (scanner, _ ("this name was given before"), error);
  value = secret_buffer_end (&buffer);
  g_ptr_array_add (properties, property_new (name, value));
  return true;
}

static void
skip_comment (Scanner *scanner)
{
  while (!at_line_end (scanner))
    scanner->at++;
}

GPtrArray *
properties_parse (const char *text, size_t length, GError **error)
{
  g_autoptr (GPtrArray) properties =
      g_ptr_array_new_with_free_func ((GDestroyNotify) property_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Scanner scanner = {
    .at = text,
    .end = text + length,
    .line = 1,
    .latin = !g_utf8_validate (text, (gssize) length, NULL),
  };

  if (length > PROPERTIES_MAX_LENGTH)
    {
      fail (&scanner, _ ("the file is too long"), error);
      return NULL;
    }
  if (memchr (text, '\0', length) != NULL)
    {
      fail (&scanner, _ ("the file has a NUL byte: it is no property file"), error);
      return NULL;
    }
  while (scanner.at < scanner.end)
    {
      skip_blanks (&scanner);
      if (!at_line_end (&scanner) && (*scanner.at == '#' || *scanner.at == '!'))
        skip_comment (&scanner);
      else if (!at_line_end (&scanner) && !read_property (&scanner, properties, seen, error))
        return NULL;
      skip_line_end (&scanner);
    }
  return g_steal_pointer (&properties);
}
