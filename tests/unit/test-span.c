/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "span.h"

#include "error.h"
#include "strict.h"

#include <string.h>

static JsonSpan
document (const char *text)
{
  g_assert_true (json_span_check (text, strlen (text), NULL));
  return json_span_document (text, strlen (text));
}

static void
assert_text (JsonSpan span, const char *expected)
{
  g_assert_cmpmem (span.start, (int) span.length, expected, (int) strlen (expected));
}

static void
test_members (void)
{
  const JsonSpan object =
      document (" {\"a\" : 1,\"b\":{\"a\":\"}\\\"{\"} ,\"c\":null, \"d\":[],\"e\":\"x\\\\\"} ");
  JsonSpan value;

  g_assert_true (json_span_member (object, "a", &value));
  assert_text (value, "1");
  g_assert_true (json_span_member (object, "b", &value));
  assert_text (value, "{\"a\":\"}\\\"{\"}");
  g_assert_false (json_span_member (object, "c", &value));
  g_assert_true (json_span_member (object, "d", &value));
  assert_text (value, "[]");
  g_assert_true (json_span_member (object, "e", &value));
  assert_text (value, "\"x\\\\\"");
  g_assert_false (json_span_member (object, "", &value));
  g_assert_false (json_span_member (document ("{}"), "a", &value));
  g_assert_false (json_span_member (document ("[\"a\"]"), "a", &value));
  g_assert_false (json_span_member (document ("\"a\""), "a", &value));
}

static void
test_elements (void)
{
  static const char *const expected[] = { "[1,[2]]", "{\"a\":[3,4]}", "\"],[\"",
                                          "null",    "-1.5e3",        "[]" };
  JsonSpan array = document ("[ [1,[2]] ,{\"a\":[3,4]},\"],[\", null,-1.5e3\n,[] ]");
  JsonSpan element;

  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_true (json_span_next (&array, &element));
      assert_text (element, expected[i]);
    }
  g_assert_false (json_span_next (&array, &element));
  array = document ("[ ]");
  g_assert_false (json_span_next (&array, &element));
  array = document ("{\"a\":1}");
  g_assert_false (json_span_next (&array, &element));
  array = document ("7");
  g_assert_false (json_span_next (&array, &element));
}

static void
test_strings (void)
{
  g_autofree char *plain = json_span_string (document ("\"a\\/b\\u00e4\\n\""));
  g_autofree char *most = g_strnfill (JSON_SPAN_MAX_STRING, '"');
  JsonSpan fits = { most, JSON_SPAN_MAX_STRING };
  JsonSpan longer = { most, JSON_SPAN_MAX_STRING + 1 };

  memset (most + 1, 'a', JSON_SPAN_MAX_STRING - 2);
  g_assert_cmpstr (plain, ==, "a/b\u00e4\n");
  g_autofree char *whole = json_span_string (fits);
  g_assert_nonnull (whole);
  g_assert_null (json_span_string (longer));
  g_assert_null (json_span_string (document ("12")));
  g_assert_null (json_span_string (document ("[\"a\"]")));
}

/* More values, and more bytes, than json_strict_check lets through. */
static void
test_long (void)
{
  g_autoptr (GString) text = g_string_new ("[1");
  g_autoptr (GError) error = NULL;
  JsonSpan array;
  JsonSpan element;
  unsigned count = 0;

  while (text->len <= JSON_MAX_LENGTH)
    g_string_append (text, ",1");
  g_string_append_c (text, ']');
  g_assert_false (json_strict_check (text->str, text->len, NULL));
  g_assert_true (json_span_check (text->str, text->len, &error));
  g_assert_no_error (error);
  array = json_span_document (text->str, text->len);
  while (json_span_next (&array, &element))
    count++;
  g_assert_cmpuint (count, ==, (text->len - 1) / 2);
}

static void
test_check (void)
{
  static const char *const invalid[] = { "", "[1", "{\"a\":1,\"a\":2}", "\"\xff\"", "[1] x", "01" };

  for (size_t i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (json_span_check (invalid[i], strlen (invalid[i]), &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/span/members-are-found-by-name", test_members);
  g_test_add_func ("/span/elements-come-in-turn", test_elements);
  g_test_add_func ("/span/strings-lose-their-escapes", test_strings);
  g_test_add_func ("/span/no-length-is-too-long", test_long);
  g_test_add_func ("/span/what-is-no-json-is-refused", test_check);
  return g_test_run ();
}
