/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

#define HEADER_START "avouch "
#define HEADER_END   " 1\n"
#define SUM_START    "sum="

enum { SUM_LINE = sizeof SUM_START - 1 + TEXT_SHA256_LENGTH + 1 };

/* Offsets, because the text moves as it grows. */
typedef struct {
  size_t key;
  size_t value;
  size_t length; /* of the value */
} Field;

struct _Record {
  char *kind;
  SecretBuffer text; /* key NUL value NUL …: any value may be a secret, so all are wiped */
  GArray *fields;
};

Record *
record_new (const char *kind)
{
  Record *record = g_new0 (Record, 1);

  record->kind = g_strdup (kind);
  record->fields = g_array_new (FALSE, FALSE, sizeof (Field));
  return record;
}

void
record_free (Record *record)
{
  g_free (record->kind);
  secret_buffer_clear (&record->text);
  g_array_unref (record->fields);
  g_free (record);
}

const char *
record_kind (const Record *record)
{
  return record->kind;
}

static void
add_field (Record *record, const char *key, size_t key_length, const char *value, size_t length)
{
  Field field = { .key = record->text.length, .length = length };

  secret_buffer_append (&record->text, key, (gssize) key_length);
  secret_buffer_append (&record->text, "", 1);
  field.value = record->text.length;
  secret_buffer_append (&record->text, value, (gssize) length);
  secret_buffer_append (&record->text, "", 1);
  g_array_append_val (record->fields, field);
}

void
record_add (Record *record, const char *key, const char *value)
{
  if (value != NULL)
    add_field (record, key, strlen (key), value, strlen (value));
}

void
record_add_int (Record *record, const char *key, int64_t value)
{
  char text[32];

  g_snprintf (text, sizeof text, "%lld", (long long) value);
  record_add (record, key, text);
}

void
record_add_secret (Record *record, const char *key, const Secret *value)
{
  size_t length;

  if (value == NULL)
    return;
  const char *bytes = secret_bytes (value, &length);
  add_field (record, key, strlen (key), bytes, length);
}

size_t
record_length (const Record *record)
{
  return record->text.length;
}

static const Field *
get_field (const Record *record, size_t index)
{
  return &g_array_index (record->fields, Field, index);
}

static const Field *
find_field (const Record *record, const char *key)
{
  for (size_t i = 0; i < record->fields->len; i++)
    {
      const Field *field = get_field (record, i);

      if (strcmp (record->text.data + field->key, key) == 0)
        return field;
    }
  return NULL;
}

const char *
record_get (const Record *record, const char *key)
{
  const Field *field = find_field (record, key);

  return field != NULL ? record->text.data + field->value : NULL;
}

bool
record_get_int (const Record *record, const char *key, int64_t *value)
{
  const char *text = record_get (record, key);

  return text != NULL && text_parse_int (text, INT64_MIN, INT64_MAX, value);
}

Secret *
record_get_secret (const Record *record, const char *key)
{
  const Field *field = find_field (record, key);

  return field != NULL ? secret_new (record->text.data + field->value, field->length) : NULL;
}

void
record_truncate (Record *record, size_t count)
{
  if (count >= record->fields->len)
    return;
  record->text.length = get_field (record, count)->key;
  g_array_set_size (record->fields, (unsigned) count);
}

size_t
record_count (const Record *record)
{
  return record->fields->len;
}

const char *
record_field (const Record *record, size_t index, const char **key)
{
  const Field *field = get_field (record, index);

  *key = record->text.data + field->key;
  return record->text.data + field->value;
}

Secret *
record_encode (const Record *record, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };

  secret_buffer_reserve (&buffer, record->text.length + strlen (record->kind) + 2 * SUM_LINE);
  secret_buffer_printf (&buffer, HEADER_START "%s" HEADER_END, record->kind);
  for (size_t i = 0; i < record->fields->len; i++)
    {
      const Field *field = get_field (record, i);
      const char *key = record->text.data + field->key;
      const char *value = record->text.data + field->value;

      if (text_has_control (value, field->length))
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("%s: the value holds a control character"), key);
          return NULL;
        }
      secret_buffer_append (&buffer, key, -1);
      secret_buffer_append (&buffer, "=", 1);
      secret_buffer_append (&buffer, value, (gssize) field->length);
      secret_buffer_append (&buffer, "\n", 1);
    }
  g_autofree char *sum = text_sha256 (buffer.data, buffer.length);
  secret_buffer_printf (&buffer, SUM_START "%s\n", sum);
  if (buffer.length > RECORD_MAX_LENGTH)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("a record of %zu bytes is too long"), buffer.length);
      return NULL;
    }
  return secret_buffer_end (&buffer);
}

static bool
is_word (const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_islower (text[i]) && !g_ascii_isdigit (text[i]) && text[i] != '-')
      return false;
  return length > 0;
}

static bool
sum_is_right (const char *text, size_t length)
{
  if (length < SUM_LINE)
    return false;
  g_autofree char *sum = text_sha256 (text, length - SUM_LINE);
  g_autofree char *line = g_strconcat (SUM_START, sum, "\n", NULL);
  return memcmp (line, text + length - SUM_LINE, SUM_LINE) == 0;
}

/* "avouch KIND 1": an empty record of that kind; AT is moved past the line. */
static Record *
decode_header (const char **at, const char *end)
{
  const char *newline = memchr (*at, '\n', (size_t) (end - *at));
  const size_t frame = strlen (HEADER_START HEADER_END) - 1;

  if (newline == NULL || (size_t) (newline - *at) <= frame ||
      memcmp (*at, HEADER_START, strlen (HEADER_START)) != 0 ||
      memcmp (newline + 1 - strlen (HEADER_END), HEADER_END, strlen (HEADER_END)) != 0)
    return NULL;
  g_autofree char *kind = g_strndup (*at + strlen (HEADER_START), (size_t) (newline - *at) - frame);
  *at = newline + 1;
  return is_word (kind, strlen (kind)) ? record_new (kind) : NULL;
}

static bool
decode_fields (Record *record, const char *at, const char *end)
{
  secret_buffer_reserve (&record->text, (size_t) (end - at));
  while (at < end)
    {
      const char *newline = memchr (at, '\n', (size_t) (end - at));
      const char *equals = newline != NULL ? memchr (at, '=', (size_t) (newline - at)) : NULL;

      if (equals == NULL || !is_word (at, (size_t) (equals - at)) ||
          text_has_control (equals + 1, (size_t) (newline - equals - 1)))
        return false;
      add_field (record, at, (size_t) (equals - at), equals + 1, (size_t) (newline - equals - 1));
      at = newline + 1;
    }
  return true;
}

Record *
record_decode (const Secret *bytes, GError **error)
{
  size_t length;
  const char *at = secret_bytes (bytes, &length);
  g_autoptr (Record) record = NULL;

  if (length <= RECORD_MAX_LENGTH && sum_is_right (at, length))
    {
      const char *end = at + length - SUM_LINE;

      record = decode_header (&at, end);
      if (record != NULL && decode_fields (record, at, end))
        return g_steal_pointer (&record);
    }
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("damaged, cut short, or not a record of avouch's"));
  return NULL;
}
