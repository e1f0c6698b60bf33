/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scanner: walks a document without recursion, keeps nothing of it but the names of the objects
 * that are open. */
#include "strict.h"

#include "error.h"
#include "i18n.h"
#include "span.h"
#include "text.h"

#include <math.h>
#include <string.h>

/* What the grammar allows next. */
typedef enum {
  DUE_VALUE,
  DUE_VALUE_OR_END,
  DUE_NAME,
  DUE_NAME_OR_END,
  DUE_SEPARATOR,
  DUE_NOTHING,
} Due;

typedef struct {
  bool object;
  GHashTable *names; /* unescaped; NULL in an array and in an object still empty */
} Level;

typedef struct {
  const char *start;
  const char *at;
  const char *end;
  Due due;
  unsigned values;     /* so far */
  unsigned max_values; /* json-glib's memory is no concern where it does not parse */
  unsigned depth;
  Level levels[JSON_MAX_DEPTH];
} Scanner;

typedef bool (*Step) (Scanner *scanner, GError **error);

static void
scanner_clear (Scanner *scanner)
{
  for (unsigned i = 0; i < scanner->depth; i++)
    g_clear_pointer (&scanner->levels[i].names, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scanner, scanner_clear)

/* WHY is one of our own phrases: what stands in the document may be a token. */
static bool
fail (const Scanner *scanner, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("invalid JSON at byte %zu: %s"),
               (size_t) (scanner->at - scanner->start), why);
  return false;
}

/* The byte at hand, or NUL at the end: a NUL inside the text was refused with the UTF-8 check. */
static char
peek (const Scanner *scanner)
{
  return scanner->at < scanner->end ? *scanner->at : '\0';
}

static bool
take (Scanner *scanner, char c)
{
  if (peek (scanner) != c || c == '\0')
    return false;
  scanner->at++;
  return true;
}

static void
skip_space (Scanner *scanner)
{
  while (scanner->at < scanner->end && strchr (" \t\r\n", *scanner->at) != NULL)
    scanner->at++;
}

static void
value_done (Scanner *scanner)
{
  scanner->due = scanner->depth == 0 ? DUE_NOTHING : DUE_SEPARATOR;
}

static bool
scan_hex4 (Scanner *scanner, gunichar *unit, GError **error)
{
  *unit = 0;
  for (unsigned i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (peek (scanner)))
        return fail (scanner, _ ("four hexadecimal digits were expected"), error);
      *unit = *unit << 4 | (gunichar) g_ascii_xdigit_value (*scanner->at++);
    }
  return true;
}

/* RFC 8259 section 7: outside the basic plane, two escapes make a pair. */
static bool
scan_unicode_escape (Scanner *scanner, gunichar *c, GError **error)
{
  gunichar low;

  if (!scan_hex4 (scanner, c, error))
    return false;
  if (*c == 0)
    return fail (scanner, _ ("U+0000 in a string"), error);
  if (*c < 0xd800 || *c > 0xdfff)
    return true;
  if (*c > 0xdbff || !take (scanner, '\\') || !take (scanner, 'u'))
    return fail (scanner, _ ("half of a surrogate pair"), error);
  if (!scan_hex4 (scanner, &low, error))
    return false;
  if (low < 0xdc00 || low > 0xdfff)
    return fail (scanner, _ ("half of a surrogate pair"), error);
  *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
  return true;
}

static bool
scan_escape (Scanner *scanner, gunichar *c, GError **error)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char *name;

  if (take (scanner, 'u'))
    return scan_unicode_escape (scanner, c, error);
  name = peek (scanner) != '\0' ? strchr (names, peek (scanner)) : NULL;
  if (name == NULL)
    return fail (scanner, _ ("unknown escape"), error);
  scanner->at++;
  *c = (gunichar) values[name - names];
  return true;
}

/* UNESCAPED may be NULL: a value is checked and not copied. */
static bool
scan_string (Scanner *scanner, GString *unescaped, GError **error)
{
  if (!take (scanner, '"'))
    return fail (scanner, _ ("a string was expected"), error);
  while (!take (scanner, '"'))
    {
      gunichar c;

      if (scanner->at == scanner->end)
        return fail (scanner, _ ("the document ends inside a string"), error);
      if ((unsigned char) *scanner->at < 0x20)
        return fail (scanner, _ ("a control character in a string"), error);
      if (take (scanner, '\\'))
        {
          if (!scan_escape (scanner, &c, error))
            return false;
          if (unescaped != NULL)
            g_string_append_unichar (unescaped, c);
          continue;
        }
      if (unescaped != NULL)
        g_string_append_c (unescaped, *scanner->at);
      scanner->at++;
    }
  return true;
}

static bool
scan_digits (Scanner *scanner, GError **error)
{
  if (!g_ascii_isdigit (peek (scanner)))
    return fail (scanner, _ ("a digit was expected"), error);
  while (g_ascii_isdigit (peek (scanner)))
    scanner->at++;
  return true;
}

/* RFC 8259 section 6 lets a reader bound the range: json-glib would wrap an integer silently. */
static bool
number_fits (const char *text, size_t length, bool whole)
{
  char digits[JSON_MAX_NUMBER + 1] = "";
  int64_t number;

  if (length > JSON_MAX_NUMBER)
    return false;
  memcpy (digits, text, length);
  if (whole)
    return text_parse_int (digits, G_MININT64, G_MAXINT64, &number);
  return isfinite (g_ascii_strtod (digits, NULL));
}

static bool
scan_number (Scanner *scanner, GError **error)
{
  const char *first = scanner->at;
  bool whole = true;

  take (scanner, '-');
  if (!take (scanner, '0') && !scan_digits (scanner, error))
    return false;
  if (take (scanner, '.'))
    {
      whole = false;
      if (!scan_digits (scanner, error))
        return false;
    }
  if (take (scanner, 'e') || take (scanner, 'E'))
    {
      whole = false;
      if (!take (scanner, '+'))
        take (scanner, '-');
      if (!scan_digits (scanner, error))
        return false;
    }
  if (!number_fits (first, (size_t) (scanner->at - first), whole))
    return fail (scanner, _ ("the number is too large"), error);
  return true;
}

static bool
scan_literal (Scanner *scanner, GError **error)
{
  static const char *const literals[] = { "true", "false", "null" };
  size_t left = (size_t) (scanner->end - scanner->at);

  for (size_t i = 0; i < G_N_ELEMENTS (literals); i++)
    {
      size_t length = strlen (literals[i]);

      if (left < length || memcmp (scanner->at, literals[i], length) != 0)
        continue;
      scanner->at += length;
      return true;
    }
  return fail (scanner, _ ("a value was expected"), error);
}

static bool
open_level (Scanner *scanner, bool object, GError **error)
{
  if (scanner->depth == JSON_MAX_DEPTH)
    return fail (scanner, _ ("nested too deeply"), error);
  scanner->levels[scanner->depth++] = (Level){ .object = object };
  scanner->at++;
  scanner->due = object ? DUE_NAME_OR_END : DUE_VALUE_OR_END;
  return true;
}

static bool
close_level (Scanner *scanner, GError **error)
{
  Level *level = &scanner->levels[scanner->depth - 1];

  if (!take (scanner, level->object ? '}' : ']'))
    return fail (scanner, _ ("a comma or the end of the object or array was expected"), error);
  g_clear_pointer (&level->names, g_hash_table_unref);
  scanner->depth--;
  value_done (scanner);
  return true;
}

static bool
step_value (Scanner *scanner, GError **error)
{
  char c = peek (scanner);
  bool scanned;

  if (scanner->values++ == scanner->max_values)
    return fail (scanner, _ ("too many values"), error);
  if (c == '{' || c == '[')
    return open_level (scanner, c == '{', error);
  if (c == '"')
    scanned = scan_string (scanner, NULL, error);
  else if (c == '-' || g_ascii_isdigit (c))
    scanned = scan_number (scanner, error);
  else
    scanned = scan_literal (scanner, error);
  if (scanned)
    value_done (scanner);
  return scanned;
}

/* Two members of one name: readers differ in which they take (RFC 8259 section 4), and such a
 * difference is an attack's usual door. */
static bool
note_name (Scanner *scanner, const char *name, GError **error)
{
  Level *level = &scanner->levels[scanner->depth - 1];

  if (level->names == NULL)
    level->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (g_hash_table_size (level->names) == JSON_MAX_MEMBERS)
    return fail (scanner, _ ("too many members in one object"), error);
  if (!g_hash_table_add (level->names, g_strdup (name)))
    return fail (scanner, _ ("the same name twice in one object"), error);
  return true;
}

static bool
step_name (Scanner *scanner, GError **error)
{
  g_autoptr (GString) name = g_string_new (NULL);

  if (!scan_string (scanner, name, error) || !note_name (scanner, name->str, error))
    return false;
  skip_space (scanner);
  if (!take (scanner, ':'))
    return fail (scanner, _ ("a colon was expected"), error);
  scanner->due = DUE_VALUE;
  return true;
}

static bool
step_name_or_end (Scanner *scanner, GError **error)
{
  return peek (scanner) == '}' ? close_level (scanner, error) : step_name (scanner, error);
}

static bool
step_value_or_end (Scanner *scanner, GError **error)
{
  return peek (scanner) == ']' ? close_level (scanner, error) : step_value (scanner, error);
}

static bool
step_separator (Scanner *scanner, GError **error)
{
  if (!take (scanner, ','))
    return close_level (scanner, error);
  scanner->due = scanner->levels[scanner->depth - 1].object ? DUE_NAME : DUE_VALUE;
  return true;
}

static const Step steps[] = {
  [DUE_VALUE] = step_value,         [DUE_VALUE_OR_END] = step_value_or_end,
  [DUE_NAME] = step_name,           [DUE_NAME_OR_END] = step_name_or_end,
  [DUE_SEPARATOR] = step_separator,
};

static bool
check_encoding (Scanner *scanner, GError **error)
{
  const char *invalid;

  if (scanner->end - scanner->start >= 3 && memcmp (scanner->start, "\xef\xbb\xbf", 3) == 0)
    return fail (scanner, _ ("a byte order mark"), error);
  if (g_utf8_validate_len (scanner->start, (size_t) (scanner->end - scanner->start), &invalid))
    return true;
  scanner->at = invalid;
  return fail (scanner, _ ("not UTF-8"), error);
}

static bool
scan (const char *text, size_t length, unsigned max_values, GError **error)
{
  g_auto (Scanner) scanner = {
    .start = text,
    .at = text,
    .end = text + length,
    .due = DUE_VALUE,
    .max_values = max_values,
  };

  if (!check_encoding (&scanner, error))
    return false;
  while (scanner.due != DUE_NOTHING)
    {
      skip_space (&scanner);
      if (!steps[scanner.due](&scanner, error))
        return false;
    }
  skip_space (&scanner);
  if (scanner.at != scanner.end)
    return fail (&scanner, _ ("something follows the value"), error);
  return true;
}

bool
json_strict_check (const char *text, size_t length, GError **error)
{
  if (length <= JSON_MAX_LENGTH)
    return scan (text, length, JSON_MAX_VALUES, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the JSON document is longer than %zu bytes"), (size_t) JSON_MAX_LENGTH);
  return false;
}

bool
json_span_check (const char *text, size_t length, GError **error)
{
  return scan (text, length, G_MAXUINT, error);
}

JsonObject *
json_strict_object (const char *text, size_t length, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (JsonNode) root = NULL;

  if (!json_strict_check (text, length, error))
    return NULL;
  parser = json_parser_new ();
  /* json-glib's own message quotes the input: it is dropped. */
  if (json_parser_load_from_data (parser, text, (gssize) length, NULL))
    root = json_parser_steal_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the JSON document is not an object"));
      return NULL;
    }
  return json_node_dup_object (root);
}
