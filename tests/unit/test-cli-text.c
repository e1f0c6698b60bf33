/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands print, without the commands. */
#include "credential-format.h"
#include "error.h"
#include "git-section.h"
#include "layout.h"
#include "quote.h"
#include "suggest.h"
#include "table.h"
#include "writer.h"

#include <string.h>

static void
test_suggests_what_was_meant (void)
{
  static const char *const words[] = { "token", "status", "forget", "profile", "setup" };
  static const struct {
    const char *typed;
    const char *meant; /* NULL: nothing is near */
  } cases[] = {
    { "tokne", "token" },   { "stauts", "status" }, { "stat", "status" }, { "profiles", "profile" },
    { "froget", "forget" }, { "zzz", NULL },        { "", NULL },         { "t", NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (suggest_nearest (cases[i].typed, words, G_N_ELEMENTS (words)), ==,
                     cases[i].meant);
}

static void
test_suggests_within_the_limit_only (void)
{
  char word[SUGGEST_MAX_WORD + 2];
  char close[SUGGEST_MAX_WORD + 1];
  const char *const words[] = { close };

  memset (close, 'a', SUGGEST_MAX_WORD);
  close[SUGGEST_MAX_WORD] = '\0';
  memset (word, 'a', SUGGEST_MAX_WORD);
  word[0] = 'b';
  word[SUGGEST_MAX_WORD] = '\0';
  g_assert_cmpstr (suggest_nearest (word, words, 1), ==, close);
  word[SUGGEST_MAX_WORD] = 'a';
  word[SUGGEST_MAX_WORD + 1] = '\0';
  g_assert_null (suggest_nearest (word, words, 1));
}

static char *
rows (unsigned width, const char *const *cells, size_t count)
{
  static const char *const titles[] = { "NAME", "VALUE", NULL };
  g_autoptr (Table) table = table_new (titles);

  for (size_t i = 0; i < count; i += 2)
    table_add (table, cells + i);
  return table_render (table, width);
}

static void
test_table_aligns_its_columns (void)
{
  static const char *const cells[] = { "a", "1", "longer", "2" };
  g_autofree char *text = rows (80, cells, G_N_ELEMENTS (cells));

  g_assert_cmpstr (text, ==, "NAME    VALUE\na       1\nlonger  2\n");
}

static void
test_table_counts_wide_and_combining_characters (void)
{
  static const char *const cells[] = { "日本", "1", "e\xcc\x81x", "2" };
  g_autofree char *text = rows (80, cells, G_N_ELEMENTS (cells));

  g_assert_cmpstr (text, ==, "NAME  VALUE\n日本  1\ne\xcc\x81x    2\n");
}

static void
test_table_cuts_what_does_not_fit (void)
{
  static const char *const cells[] = { "acme", "a value that is much too long for this" };
  g_autofree char *text = rows (20, cells, G_N_ELEMENTS (cells));

  g_assert_cmpstr (text, ==, "NAME  VALUE\nacme  a value that …\n");
}

static void
test_table_keeps_its_titles (void)
{
  static const char *const cells[] = { "abcdefgh", "abcdefgh" };
  g_autofree char *text = rows (1, cells, G_N_ELEMENTS (cells));

  g_assert_cmpstr (text, ==, "NAME  VALUE\nabc…  abcd…\n");
}

static void
test_table_shows_no_escape_sequence (void)
{
  static const char *const cells[] = { "a\033[31mb", "c\nd\xe2\x80\xae" };
  g_autofree char *text = rows (80, cells, G_N_ELEMENTS (cells));

  g_assert_cmpstr (text, ==, "NAME  VALUE\nab    c d\n");
}

static void
test_wraps_at_the_width (void)
{
  g_autoptr (GString) text = g_string_new ("--x");

  layout_wrap (text, " one two three", 3, 4, 11);
  g_assert_cmpstr (text->str, ==, "--x one two\n    three\n");
}

static void
test_a_word_is_quoted_only_if_it_must_be (void)
{
  static const char *const argv[] = { "git", "config", "a b", "", "it's", "*", NULL };
  g_autofree char *line = quote_shell_command (argv);

  g_assert_cmpstr (line, ==, "git config 'a b' '' 'it'\\''s' '*'");
}

static void
test_quotes_values_for_a_shell_and_for_curl (void)
{
  static const char value[] = "a'b\"c\\d$(e)";
  g_auto (SecretBuffer) shell = { 0 };
  g_auto (SecretBuffer) curl = { 0 };
  g_autoptr (Secret) quoted = NULL;
  g_autoptr (Secret) escaped = NULL;

  quote_shell_value (&shell, value, strlen (value));
  quote_curl_value (&curl, value, strlen (value));
  quoted = secret_buffer_end (&shell);
  escaped = secret_buffer_end (&curl);
  g_assert_cmpstr (secret_bytes (quoted, NULL), ==, "'a'\\''b\"c\\d$(e)'");
  g_assert_cmpstr (secret_bytes (escaped, NULL), ==, "a'b\\\"c\\\\d$(e)");
}

static void
test_json_is_escaped (void)
{
  g_auto (SecretBuffer) buffer = { 0 };
  Writer writer = { .buffer = &buffer };
  g_autoptr (Secret) text = NULL;

  writer_open (&writer, NULL, '{');
  writer_string (&writer, "a\"b", "c\\d\001\x7fé\xff");
  writer_string (&writer, "none", NULL);
  writer_open (&writer, "list", '[');
  writer_int (&writer, NULL, -5);
  writer_bool (&writer, NULL, true);
  writer_close (&writer, ']');
  writer_open (&writer, "empty", '{');
  writer_close (&writer, '}');
  writer_time (&writer, "expires", 0);
  writer_close (&writer, '}');
  text = secret_buffer_end (&buffer);
  g_assert_cmpstr (secret_bytes (text, NULL), ==,
                   "{\n  \"a\\\"b\": \"c\\\\d\\u0001\\u007fé\\ufffd\",\n  \"none\": null,\n"
                   "  \"list\": [\n    -5,\n    true\n  ],\n  \"empty\": {},\n"
                   "  \"expires_at\": 0,\n  \"expires\": \"1970-01-01T00:00:00Z\"\n}\n");
}

static void
test_git_section_is_normalised (void)
{
  static const struct {
    const char *pattern;
    const char *url;
    bool path;
  } cases[] = {
    { "https://Git.Example.com:443/", "https://git.example.com", false },
    { "https://git.example.com/team/", "https://git.example.com/team", true },
    { "https://*.git.example.com", "https://*.git.example.com", false },
    { "https://*.git.example.com/a/b", "https://*.git.example.com/a/b", true },
    { "http://127.0.0.1:8080", "http://127.0.0.1:8080", false },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Pattern) pattern = pattern_parse (cases[i].pattern, &error);
      g_autofree char *url = NULL;

      g_assert_no_error (error);
      url = git_section_url (pattern);
      g_assert_cmpstr (url, ==, cases[i].url);
      g_assert_cmpint (git_section_has_path (url), ==, cases[i].path);
    }
}

static void
test_git_helper_survives_the_shell (void)
{
  static const struct {
    const char *program;
    const char *value;
  } cases[] = {
    { "git-credential-avouch", "avouch" },
    { "/usr/bin/git-credential-avouch", "/usr/bin/git-credential-avouch" },
    { "/my tools/git-credential-avouch", "!'/my tools/git-credential-avouch'" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *value = git_section_helper (cases[i].program);

      g_assert_cmpstr (value, ==, cases[i].value);
    }
}

static char *
format_token (const char *format, CredentialKind kind, const char *token, GError **error)
{
  g_autoptr (Secret) secret = secret_new (token, strlen (token));
  g_autoptr (Credential) credential = credential_new (kind, "acme", secret, 0, 900);
  g_auto (SecretBuffer) output = { 0 };

  if (!credential_format_find (format, NULL)->write (credential, &output, error))
    {
      g_assert_cmpuint (output.length, ==, 0);
      return NULL;
    }
  return g_strndup (output.data, output.length);
}

static void
test_session_is_escaped_for_xml (void)
{
  g_autofree char *soap = format_token ("soap", CREDENTIAL_BEARER, "00D!a<b>&c\"d'", NULL);
  g_autofree char *header = format_token ("session-header", CREDENTIAL_BEARER, "00D!a.b.c", NULL);

  g_assert_cmpstr (soap, ==,
                   "<SessionHeader xmlns=\"urn:partner.soap.sforce.com\"><sessionId>"
                   "00D!a&lt;b&gt;&amp;c\"d'</sessionId></SessionHeader>\n");
  g_assert_cmpstr (header, ==, "X-SFDC-SESSION: 00D!a.b.c\n");
}

static void
test_session_is_no_other_credential (void)
{
  static const char *const sessions[] = { "soap", "session-header" };

  for (size_t i = 0; i < G_N_ELEMENTS (sessions); i++)
    {
      g_autoptr (GError) basic = NULL;
      g_autoptr (GError) jwt = NULL;

      g_assert_null (format_token (sessions[i], CREDENTIAL_BASIC, "x", &basic));
      g_assert_error (basic, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
      g_assert_null (
          format_token (sessions[i], CREDENTIAL_BEARER, "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", &jwt));
      g_assert_error (jwt, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_nonnull (error_hint (jwt));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/suggest/suggests-what-was-meant", test_suggests_what_was_meant);
  g_test_add_func ("/suggest/within-the-limit-only", test_suggests_within_the_limit_only);
  g_test_add_func ("/table/aligns-its-columns", test_table_aligns_its_columns);
  g_test_add_func ("/table/counts-wide-and-combining-characters",
                   test_table_counts_wide_and_combining_characters);
  g_test_add_func ("/table/cuts-what-does-not-fit", test_table_cuts_what_does_not_fit);
  g_test_add_func ("/table/keeps-its-titles", test_table_keeps_its_titles);
  g_test_add_func ("/table/shows-no-escape-sequence", test_table_shows_no_escape_sequence);
  g_test_add_func ("/layout/wraps-at-the-width", test_wraps_at_the_width);
  g_test_add_func ("/quote/a-word-only-if-it-must-be", test_a_word_is_quoted_only_if_it_must_be);
  g_test_add_func ("/quote/values-for-a-shell-and-for-curl",
                   test_quotes_values_for_a_shell_and_for_curl);
  g_test_add_func ("/writer/json-is-escaped", test_json_is_escaped);
  g_test_add_func ("/format/session-is-escaped-for-xml", test_session_is_escaped_for_xml);
  g_test_add_func ("/format/session-is-no-other-credential", test_session_is_no_other_credential);
  g_test_add_func ("/git-section/is-normalised", test_git_section_is_normalised);
  g_test_add_func ("/git-section/helper-survives-the-shell", test_git_helper_survives_the_shell);
  return g_test_run ();
}
