/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "span.h"

#include "strict.h"

#include <string.h>

static const char *
skip_space (const char *at, const char *end)
{
  while (at < end && strchr (" \t\r\n", *at) != NULL)
    at++;
  return at;
}

static const char *
skip_string (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\')
      at++;
  return MIN (at + 1, end);
}

static const char *
skip_nested (const char *at, const char *end)
{
  unsigned depth = 0;

  while (at < end)
    {
      if (*at == '"')
        {
          at = skip_string (at, end);
          continue;
        }
      if (*at == '{' || *at == '[')
        depth++;
      else if ((*at == '}' || *at == ']') && --depth == 0)
        return at + 1;
      at++;
    }
  return end;
}

static const char *
skip_value (const char *at, const char *end)
{
  if (at < end && *at == '"')
    return skip_string (at, end);
  if (at < end && (*at == '{' || *at == '['))
    return skip_nested (at, end);
  while (at < end && strchr (",]} \t\r\n", *at) == NULL)
    at++;
  return at;
}

JsonSpan
json_span_document (const char *text, size_t length)
{
  const char *start = skip_space (text, text + length);

  return (JsonSpan){ start, (size_t) (skip_value (start, text + length) - start) };
}

/* The next element, or the next name of an object, after '{', '[' or ','. NULL at the end. */
static const char *
skip_to_item (const char *at, const char *end)
{
  at = skip_space (at, end);
  if (at < end && strchr ("{[,", *at) != NULL)
    at = skip_space (at + 1, end);
  return at < end && *at != '}' && *at != ']' ? at : NULL;
}

bool
json_span_member (JsonSpan object, const char *name, JsonSpan *value)
{
  const char *end = object.start + object.length;
  size_t length = strlen (name);
  const char *at = object.start;

  if (object.length == 0 || *at != '{')
    return false;
  while ((at = skip_to_item (at, end)) != NULL)
    {
      const char *after = skip_string (at, end);
      bool found = (size_t) (after - at) == length + 2 && memcmp (at + 1, name, length) == 0;
      const char *start = skip_space (skip_space (after, end) + 1, end);

      at = skip_value (start, end);
      if (!found)
        continue;
      *value = (JsonSpan){ start, (size_t) (at - start) };
      return *start != 'n';
    }
  return false;
}

bool
json_span_next (JsonSpan *array, JsonSpan *element)
{
  const char *end = array->start + array->length;
  const char *start;
  const char *after;

  if (array->length == 0 || strchr ("[,", *array->start) == NULL ||
      (start = skip_to_item (array->start, end)) == NULL)
    return false;
  after = skip_value (start, end);
  *element = (JsonSpan){ start, (size_t) (after - start) };
  start = skip_space (after, end);
  *array = (JsonSpan){ start, (size_t) (end - start) };
  return true;
}

/* json-glib knows the escapes. */
char *
json_span_string (JsonSpan value)
{
  g_autoptr (GString) document = g_string_new ("{\"value\":");
  g_autoptr (JsonObject) object = NULL;

  if (value.length > JSON_SPAN_MAX_STRING || value.length == 0 || *value.start != '"')
    return NULL;
  g_string_append_len (document, value.start, (gssize) value.length);
  g_string_append_c (document, '}');
  object = json_strict_object (document->str, document->len, NULL);
  return object != NULL ? g_strdup (json_need_string (object, "value", NULL)) : NULL;
}
