/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "told.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

enum {
  MAX_ID = 64,    /* bytes */
  MAX_ERRORS = 4, /* the rest says the same at greater length */
  MAX_WORD = 80,  /* bytes: a user name's limit; access tokens are longer */
};

/* 9999-12-31T23:59:59Z */
#define MAX_TIME INT64_C (253402300799)

static bool
has_long_word (const char *text)
{
  for (size_t length; *text != '\0'; text += length + (text[length] != '\0'))
    {
      length = strcspn (text, " ");
      if (length > MAX_WORD)
        return true;
    }
  return false;
}

bool
told_text (JsonObject *object, const char *name, char **value, GError **error)
{
  const char *text = NULL;
  g_autofree char *clean = NULL;

  if (!json_optional_string (object, name, &text, error))
    return false;
  if (text == NULL)
    return true;
  clean = text_clean (text, -1);
  *value = has_long_word (clean) ? text_clean_told (text) : g_steal_pointer (&clean);
  return true;
}

bool
told_is_id (const char *text)
{
  size_t length = strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS);

  return length > 0 && length <= MAX_ID && text[length] == '\0';
}

bool
told_id (JsonObject *object, const char *name, char **value, GError **error)
{
  const char *text = NULL;

  if (!json_optional_string (object, name, &text, error))
    return false;
  if (text == NULL)
    return true;
  if (!told_is_id (text))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the issuer's %s is not usable: an id has letters and digits only"), name);
      return false;
    }
  *value = g_strdup (text);
  return true;
}

bool
told_time (JsonObject *object, const char *name, int64_t *value, bool *found, GError **error)
{
  int64_t seconds = 0;
  bool there = false;

  if (!json_optional_int (object, name, &seconds, &there, error))
    return false;
  if (there && (seconds < 0 || seconds > MAX_TIME))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the issuer's %s is not usable: it is no date"), name);
      return false;
    }
  *found = there;
  if (there)
    *value = seconds;
  return true;
}

bool
told_contains (const char *text, const char *fragment)
{
  g_autofree char *small = g_ascii_strdown (text, -1);
  g_autofree char *part = g_ascii_strdown (fragment, -1);

  return strstr (small, part) != NULL;
}

char *
told_errors (const ExchangeAnswer *answer)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (JsonObject) object = json_strict_object (body, length, NULL);
  JsonNode *node = object != NULL ? json_object_get_member (object, "errors") : NULL;
  JsonArray *errors =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GString) told = g_string_new (NULL);

  for (unsigned i = 0; errors != NULL && i < MIN (json_array_get_length (errors), MAX_ERRORS); i++)
    {
      JsonNode *text = json_array_get_element (errors, i);

      if (json_node_get_value_type (text) == G_TYPE_STRING)
        g_string_append_printf (told, "%s%s", told->len > 0 ? "; " : "",
                                json_node_get_string (text));
    }
  return text_clean_told (told->str);
}

JsonObject *
told_answer (const ExchangeAnswer *answer, const char *hint, GError **error)
{
  g_autoptr (GError) reason = NULL;
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  JsonObject *object = json_strict_object (body, length, &reason);

  if (object != NULL)
    return object;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's answer cannot be read: %s"),
               length == 0 ? _ ("it is empty") : reason->message);
  if (error != NULL)
    error_add_hint (*error, "%s", hint);
  return NULL;
}

bool
told_check_text (const char *name, const char *value, GError **error)
{
  for (const char *at = value; *at != '\0'; at++)
    if (!g_ascii_isprint (*at))
      {
        g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                     _ ("the issuer's %s is not usable: it holds a character other than printable "
                        "ASCII"),
                     name);
        return false;
      }
  return true;
}
