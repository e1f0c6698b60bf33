/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "strict.h"

#include <string.h>

static bool
is_valid (const char *text, size_t length)
{
  g_autoptr (GError) error = NULL;
  bool valid = json_strict_check (text, length, &error);

  g_assert_true (valid == (error == NULL));
  if (!valid)
    g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  return valid;
}

/* Each is a document that RFC 8259 allows; json-glib must then parse it too. */
static const char *const valid[] = {
  /* values and white space */
  "{}",
  "[]",
  "null",
  "true",
  "false",
  "0",
  "\"\"",
  " 1 ",
  "\t\r\n[]\n",
  "[ ]",
  "{ }",
  "[[]]",
  "[{}]",
  "{\"a\":{}}",
  "[1,2]",
  "[1 , 2]",
  "{\"a\":1,\"b\":2}",
  "{ \"a\" : 1 , \"b\" : [ ] }",
  "[null,true,false]",
  "{\"\":0}",
  "[[[[[]]]]]",
  "[{\"a\":1},{\"a\":1}]",
  "{\"a\":{\"a\":1}}",
  /* numbers */
  "-0",
  "-1",
  "10",
  "1.5",
  "-1.5",
  "0.1",
  "1e5",
  "1E5",
  "1e+5",
  "1E-5",
  "0e0",
  "0.0e-0",
  "-0.1E+1",
  "9223372036854775807",
  "-9223372036854775808",
  "1.7976931348623157e308",
  "1e-400",
  "123456789012345678.5",
  "[0]",
  /* strings */
  "\"a\"",
  "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
  "\"\\u0041\"",
  "\"\\u00e9\"",
  "\"\\uD83D\\uDE00\"",
  "\"\\ud83d\\ude00\"",
  "\"\\uFFFF\"",
  "\"\xc3\xa9\"",
  "\"\xf0\x9f\x98\x80\"",
  "\"\x7f\"",
  "\"\xe2\x80\xa8\"",
  "\"/\"",
  "\"//\"",
  "\"/* */\"",
  "\"\\\\u0000\"",
  "\"\\u0001\"",
  "\"'\"",
  "\"\\uDBFF\\uDFFF\"",
  "\"\\uE000\"",
  "{\"\\u0061\":1,\"b\":2}",
};

/* Each is one that it forbids, or whose meaning readers disagree on. */
static const char *const invalid[] = {
  /* nothing, too little, too much */
  "",
  " ",
  "\n",
  "{",
  "[",
  "}",
  "]",
  "{]",
  "[}",
  "[1",
  "[1,",
  "{\"a\"",
  "{\"a\":",
  "{\"a\":1",
  "{\"a\":1,",
  "[]]",
  "{}}",
  "[][]",
  "1 2",
  "{} {}",
  "[]x",
  "null,",
  "\"a\" \"b\"",
  "[1}",
  "{\"a\":1]",
  /* commas, colons, names */
  "[,]",
  "[1,]",
  "[,1]",
  "[1,,2]",
  "[1 2]",
  "{,}",
  "{\"a\":1,}",
  "{,\"a\":1}",
  "{\"a\" 1}",
  "{\"a\"::1}",
  "{\"a\",1}",
  "{a:1}",
  "{'a':1}",
  "{1:1}",
  "{null:1}",
  "{\"a\":1 \"b\":2}",
  "[\"a\":1]",
  ":",
  ",",
  "{\"a\":}",
  "{:1}",
  /* literals */
  "nul",
  "nulll",
  "True",
  "NULL",
  "tru",
  "truefalse",
  "undefined",
  "NaN",
  "Infinity",
  "-Infinity",
  "nan",
  "[nul]",
  "yes",
  /* numbers */
  "+1",
  "-",
  "--1",
  "01",
  "-01",
  "00",
  "1.",
  ".5",
  "-.5",
  "1.e5",
  "1e",
  "1e+",
  "1e-",
  "1E",
  "1e5.5",
  "0x10",
  "1_000",
  "1a",
  "1 000",
  "[-]",
  "[1.2.3]",
  "1,5",
  "1e1e1",
  "\xef\xbc\x91",
  "9223372036854775808",
  "-9223372036854775809",
  "1e400",
  "-1e400",
  "10000000000000000000000000000000000000000000000000000000000000000000000000",
  /* strings */
  "\"",
  "\"a",
  "'a'",
  "\"\\\"",
  "\"\\",
  "\"\\x41\"",
  "\"\\a\"",
  "\"\\'\"",
  "\"\\u\"",
  "\"\\u004\"",
  "\"\\u004g\"",
  "\"\\U0041\"",
  "\"\\u 041\"",
  "\"a\nb\"",
  "\"a\tb\"",
  "\"\x01\"",
  "\"\\u0000\"",
  "\"\\ud83d\"",
  "\"\\ude00\"",
  "\"\\ud83d\\u0041\"",
  "\"\\ud83dx\"",
  "\"\\ud83d\\n\"",
  "\"\\ude00\\ud83d\"",
  "\"\\ud83d\\ud83d\"",
  /* comments and other dialects */
  "//\n1",
  "/* */1",
  "[1]//",
  "#\n1",
  "{\"a\":1;}",
  "(1)",
  "<a/>",
  "var a = 1;",
  "[1]\f",
  "\v[1]",
  "\xc2\xa0[1]",
  /* encodings */
  "\xef\xbb\xbf{}",
  "\"\x80\"",
  "\"\xc3\"",
  "\"\xc0\xaf\"",
  "\"\xed\xa0\x80\"",
  "\"\xf4\x90\x80\x80\"",
  "\xff\xfe{\0",
  "\"\xf8\x88\x80\x80\x80\"",
  /* one name twice, however it is written */
  "{\"a\":1,\"a\":1}",
  "{\"a\":1,\"\\u0061\":2}",
  "{\"\":1,\"\":2}",
  "[{\"b\":{\"a\":1,\"c\":[],\"a\":2}}]",
  "{\"a/\":1,\"a\\/\":1}",
};

static void
test_valid (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();

      g_test_message ("document %zu", i);
      g_assert_true (is_valid (valid[i], strlen (valid[i])));
      g_assert_true (json_parser_load_from_data (parser, valid[i], -1, NULL));
    }
}

static void
test_invalid (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_test_message ("document %zu", i);
      g_assert_false (is_valid (invalid[i], strlen (invalid[i])));
    }
}

static void
test_nul_byte (void)
{
  g_assert_false (is_valid ("[1]\0", 4));
  g_assert_false (is_valid ("\"a\0b\"", 5));
  g_assert_false (is_valid ("\0", 1));
  g_assert_true (is_valid ("[1]]", 3)); /* the length counts, not a terminator */
}

static char *
nested (const char *open, const char *close, size_t depth)
{
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < depth; i++)
    g_string_append (text, open);
  g_string_append (text, "1");
  for (size_t i = 0; i < depth; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *arrays = nested ("[", "]", JSON_MAX_DEPTH);
  g_autofree char *deeper = nested ("[", "]", JSON_MAX_DEPTH + 1);
  g_autofree char *objects = nested ("{\"a\":", "}", JSON_MAX_DEPTH);
  g_autofree char *deeper_objects = nested ("{\"a\":", "}", JSON_MAX_DEPTH + 1);
  g_autofree char *flood = nested ("[", "]", 200000);

  g_assert_true (is_valid (arrays, strlen (arrays)));
  g_assert_false (is_valid (deeper, strlen (deeper)));
  g_assert_true (is_valid (objects, strlen (objects)));
  g_assert_false (is_valid (deeper_objects, strlen (deeper_objects)));
  g_assert_false (is_valid (flood, strlen (flood)));
}

static void
test_length (void)
{
  g_autofree char *text = g_strnfill (JSON_MAX_LENGTH + 1, ' ');

  text[0] = '0';
  g_assert_true (is_valid (text, JSON_MAX_LENGTH));
  g_assert_false (is_valid (text, JSON_MAX_LENGTH + 1));
}

static char *
with_members (size_t count)
{
  GString *text = g_string_new ("{");

  for (size_t i = 0; i < count; i++)
    g_string_append_printf (text, "%s\"%zu\":0", i > 0 ? "," : "", i);
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static void
test_members (void)
{
  g_autofree char *most = with_members (JSON_MAX_MEMBERS);
  g_autofree char *more = with_members (JSON_MAX_MEMBERS + 1);

  g_assert_true (is_valid (most, strlen (most)));
  g_assert_false (is_valid (more, strlen (more)));
}

static char *
with_values (size_t count)
{
  GString *text = g_string_new ("[0");

  for (size_t i = 2; i < count; i++) /* the array is one too */
    g_string_append (text, ",0");
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
test_values (void)
{
  g_autofree char *most = with_values (JSON_MAX_VALUES);
  g_autofree char *more = with_values (JSON_MAX_VALUES + 1);

  g_assert_true (is_valid (most, strlen (most)));
  g_assert_false (is_valid (more, strlen (more)));
}

static void
test_number_length (void)
{
  g_autofree char *digits = g_strnfill (JSON_MAX_NUMBER + 1, '1');

  digits[1] = '.';
  g_assert_true (is_valid (digits, JSON_MAX_NUMBER));
  g_assert_false (is_valid (digits, JSON_MAX_NUMBER + 1));
}

static void
test_error_names_offset_only (void)
{
  static const char text[] = "{\"token\":\"00Dcanary\", oops}";
  g_autoptr (GError) error = NULL;

  g_assert_false (json_strict_check (text, strlen (text), &error));
  g_assert_nonnull (strstr (error->message, "byte 22"));
  g_assert_null (strstr (error->message, "canary"));
  g_assert_null (strstr (error->message, "oops"));
}

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = json_strict_object (text, strlen (text), &error);

  g_assert_no_error (error);
  return object;
}

static void
test_object_required (void)
{
  static const char *const others[] = { "[]", "1", "\"a\"", "null", "{" };

  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (json_strict_object (others[i], strlen (others[i]), &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_members_by_type (void)
{
  g_autoptr (JsonObject) object = parse (
      "{\"s\":\"text\",\"i\":-9223372036854775808,\"d\":1.5,\"o\":{},\"n\":null,\"e\":\"\"}");
  const char *text;
  JsonObject *inner;
  int64_t number;
  bool found;

  g_assert_cmpstr (json_need_string (object, "s", NULL), ==, "text");
  g_assert_cmpstr (json_need_string (object, "e", NULL), ==, "");
  g_assert_true (json_optional_string (object, "absent", &text, NULL) && text == NULL);
  g_assert_true (json_optional_string (object, "n", &text, NULL) && text == NULL);
  g_assert_true (json_optional_int (object, "i", &number, &found, NULL) && found);
  g_assert_cmpint (number, ==, G_MININT64);
  g_assert_true (json_optional_int (object, "absent", &number, &found, NULL) && !found);
  g_assert_true (json_optional_object (object, "o", &inner, NULL) && inner != NULL);
  g_assert_true (json_optional_object (object, "absent", &inner, NULL) && inner == NULL);
}

static void
test_wrong_type_is_an_error (void)
{
  g_autoptr (JsonObject) object = parse ("{\"s\":\"text\",\"i\":1,\"d\":1.5,\"o\":{},\"a\":[]}");
  const char *text;
  JsonObject *inner;
  int64_t number;
  bool found;

  g_assert_null (json_need_string (object, "i", NULL));
  g_assert_null (json_need_string (object, "absent", NULL));
  g_assert_false (json_optional_string (object, "o", &text, NULL));
  g_assert_false (json_optional_string (object, "a", &text, NULL));
  g_assert_false (json_optional_int (object, "s", &number, &found, NULL));
  g_assert_false (json_optional_int (object, "d", &number, &found, NULL));
  g_assert_false (json_optional_object (object, "a", &inner, NULL));
  g_assert_null (json_take_secret (object, "i", NULL));
}

static void
test_secret_is_taken_and_wiped (void)
{
  g_autoptr (JsonObject) object = parse ("{\"token\":\"00Dcanary\",\"other\":1}");
  g_autoptr (JsonNode) kept = json_node_ref (json_object_get_member (object, "token"));
  g_autoptr (Secret) secret = json_take_secret (object, "token", NULL);

  g_assert_cmpstr (secret_bytes (secret, NULL), ==, "00Dcanary");
  g_assert_false (json_object_has_member (object, "token"));
  g_assert_cmpmem (json_node_get_string (kept), 9, "\0\0\0\0\0\0\0\0\0", 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/valid-documents-are-accepted", test_valid);
  g_test_add_func ("/json/invalid-documents-are-refused", test_invalid);
  g_test_add_func ("/json/nul-byte-is-refused", test_nul_byte);
  g_test_add_func ("/json/depth-limit", test_depth);
  g_test_add_func ("/json/length-limit", test_length);
  g_test_add_func ("/json/member-limit", test_members);
  g_test_add_func ("/json/value-limit", test_values);
  g_test_add_func ("/json/number-length-limit", test_number_length);
  g_test_add_func ("/json/error-names-the-offset-and-no-content", test_error_names_offset_only);
  g_test_add_func ("/json/object-is-required", test_object_required);
  g_test_add_func ("/json/members-by-type", test_members_by_type);
  g_test_add_func ("/json/wrong-type-is-an-error", test_wrong_type_is_an_error);
  g_test_add_func ("/json/secret-is-taken-and-wiped", test_secret_is_taken_and_wiped);
  return g_test_run ();
}
