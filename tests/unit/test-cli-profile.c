/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options, a new profile's text and file, a credential's forms, a login's state in words. */
#include "config.h"
#include "credential-format.h"
#include "error.h"
#include "options.h"
#include "profile-draft.h"
#include "profile-file.h"
#include "status.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  char *name;
  char **list;
  gboolean flag;
} Values;

static const Option options[] = {
  { "name", 'n', OPTION_STRING, offsetof (Values, name), "NAME", "a name" },
  { "list", 0, OPTION_LIST, offsetof (Values, list), "WORD", "words" },
  { "flag", 0, OPTION_FLAG, offsetof (Values, flag), NULL, "a flag" },
  { 0 },
};

static void
test_options_are_read (void)
{
  static const char *const argv[] = { "x",      "a",  "-vv", "--name=b c", "--list", "d",
                                      "--list", "-e", "-q",  "--flag",     "f",      NULL };
  Values *values = g_new0 (Values, 1);
  CommonOptions common = { 0 };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = options_parse (options, values, &common, false, argv, &error);
  static const char *const rest[] = { "a", "f", NULL };
  static const char *const list[] = { "d", "-e", NULL };

  g_assert_no_error (error);
  g_assert_cmpstrv (words, rest);
  g_assert_cmpstrv (values->list, list);
  g_assert_cmpstr (values->name, ==, "b c");
  g_assert_true (values->flag && common.quiet && !common.help);
  g_assert_cmpint (common.verbose, ==, 2);
  options_free_values (options, values);
}

static void
test_options_after_two_dashes_are_words (void)
{
  static const char *const argv[] = { "x", "--", "--flag", NULL };
  static const char *const rest[] = { "--flag", NULL };
  Values *values = g_new0 (Values, 1);
  CommonOptions common = { 0 };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = options_parse (options, values, &common, false, argv, &error);

  g_assert_no_error (error);
  g_assert_cmpstrv (words, rest);
  g_assert_false (values->flag);
  options_free_values (options, values);
}

static void
test_a_mistyped_option_is_a_usage_error_without_its_value (void)
{
  static const char *const argv[] = { "x", "--passphras=hunter2", NULL };
  Values *values = g_new0 (Values, 1);
  CommonOptions common = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (options_parse (options, values, &common, false, argv, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "--passphras"));
  g_assert_null (strstr (error->message, "hunter2"));
  options_free_values (options, values);
}

static void
test_an_argument_that_is_not_utf8_is_refused (void)
{
  static const char *const argv[] = { "x", "a\xff", NULL };
  CommonOptions common = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (options_parse (NULL, NULL, &common, false, argv, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
}

static void
test_draft_refuses_without_echo (void)
{
  static const char *const bad[][2] = {
    { "Key", "hunter2" }, { "key", "hunter2\n" }, { "a=b", "hunter2" },  { "", "hunter2" },
    { "key", "" },        { "9", "hunter2" },     { "key", "hunter2 " }, { "key", " hunter2" },
  };
  g_autoptr (GError) none = NULL;
  g_autoptr (ProfileDraft) draft = profile_draft_new ("acme", "/f", &none);

  g_assert_no_error (none);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (profile_draft_set (draft, bad[i][0], bad[i][1], &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void
test_draft_refuses_a_bad_name (void)
{
  static const char *const bad[] = { "", "a b", "../x", "[x]", "-x", "a/b" };

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (profile_draft_new (bad[i], "/f", &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
    }
}

/* Written, then read by the configuration's own reader: nothing may change on the way. */
static void
test_draft_is_read_back_as_it_was (void)
{
  static const char *const settings[][2] = {
    { "issuer", "salesforce" },       { "client-id", "a  b" },
    { "username", "back\\slash\\n" }, { "key", "/päth/with # and ; and = and [x]" },
    { "key-alias", "\"quoted\"" },    { "serve", "https://a.example.com https://b.example.com" },
  };
  g_autofree char *folder = g_dir_make_tmp ("avouch-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "acme.conf", NULL);
  Environment environment = { .config_override = path, .system_dir = folder };
  g_autoptr (GError) error = NULL;
  g_autoptr (ProfileDraft) draft = profile_draft_new ("acme", path, &error);
  g_autofree char *text = NULL;
  g_autoptr (ConfigSources) sources = NULL;
  g_autoptr (Config) config = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    g_assert_true (profile_draft_set (draft, settings[i][0], settings[i][1], &error));
  text = profile_draft_text (draft);
  g_assert_true (profile_file_write (path, text, &error));
  sources = config_sources_find (&environment, &error);
  g_assert_no_error (error);
  config = config_load (sources, &error);
  g_assert_no_error (error);
  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      const Setting *setting = profile_setting (config_find (config, "acme"), settings[i][0]);

      g_assert_cmpstr (setting->value, ==, settings[i][1]);
      g_assert_cmpuint (setting->line, ==, i + 2);
    }
  g_remove (path);
  g_rmdir (folder);
}

static void
test_file_is_private_and_never_replaced (void)
{
  g_autofree char *folder = g_dir_make_tmp ("avouch-test-XXXXXX", NULL);
  g_autofree char *inner = g_build_filename (folder, "conf.d", NULL);
  g_autofree char *path = g_build_filename (inner, "acme.conf", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  struct stat status;

  g_assert_true (profile_file_write (path, "one", &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_assert_cmpint (g_stat (inner, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0700);
  g_assert_false (profile_file_write (path, "two", &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "one");
  g_remove (path);
  /* Fails if a temporary file was left. */
  g_assert_cmpint (g_rmdir (inner), ==, 0);
  g_rmdir (folder);
}

static Credential *
sample (CredentialKind kind)
{
  g_autoptr (Secret) secret = secret_new ("to'k\"en", 7);
  Credential *credential = credential_new (kind, "acme", secret, 1000, 2030);

  credential_add_detail (credential, "instance_url", "https://acme.example.com");
  return credential;
}

static char *
in_format (const char *format, const Credential *credential, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };
  g_autoptr (Secret) text = NULL;

  if (!credential_format_find (format, NULL)->write (credential, &buffer, error))
    return NULL;
  text = secret_buffer_end (&buffer);
  return g_strdup (secret_bytes (text, NULL));
}

static void
test_every_format (void)
{
  static const char *const cases[][2] = {
    { "plain", "to'k\"en\n" },
    { "header", "Authorization: Bearer to'k\"en\n" },
    { "curl", "header = \"Authorization: Bearer to'k\\\"en\"\n" },
    { "env", "export AVOUCH_TOKEN='to'\\''k\"en'\nexport AVOUCH_EXPIRES_AT='2000'\n"
             "unset AVOUCH_USERNAME\nexport AVOUCH_INSTANCE_URL='https://acme.example.com'\n" },
    { "json", "{\n  \"profile\": \"acme\",\n  \"kind\": \"bearer\",\n  \"token\": \"to'k\\\"en\",\n"
              "  \"expires_at\": 2000,\n  \"expires\": \"1970-01-01T00:33:20Z\",\n"
              "  \"details\": {\n    \"instance_url\": \"https://acme.example.com\"\n  }\n}\n" },
  };
  g_autoptr (Credential) credential = sample (CREDENTIAL_BEARER);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = in_format (cases[i][0], credential, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

static void
test_headers_by_kind (void)
{
  g_autoptr (Credential) basic = sample (CREDENTIAL_BASIC);
  g_autoptr (Credential) aws = sample (CREDENTIAL_AWS);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  basic->username = g_strdup ("u");
  text = in_format ("header", basic, &error);
  g_assert_cmpstr (text, ==, "Authorization: Basic dTp0bydrImVu\n");
  g_assert_null (in_format ("curl", aws, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
}

static void
test_an_unknown_format_is_a_usage_error (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (credential_format_find ("jsno", &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
  g_assert_nonnull (strstr (error_hint (error), "json"));
}

static void
test_states_in_words (void)
{
  static const struct {
    int64_t now; /* seconds */
    const char *text;
  } cases[] = {
    { 1000, "valid 16 min" },
    { 1990, "due, 10 s left" },
    { 2001, "refused 1 s ago" },
  };
  g_autoptr (Credential) credential = sample (CREDENTIAL_BEARER);
  Failure failure = { .failed_at = 2000 * 1000, .held_until = 2010 };
  StatusEntry entry = { .credential = credential, .failure = &failure };

  failure.error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, "no\nask again");
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = status_text (&entry, cases[i].now * 1000);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
  g_clear_error (&failure.error);
}

static void
test_hold_tells_until_when (void)
{
  Failure failure = { .failed_at = 2000 * 1000, .held_until = 2900, .profile_wide = true };
  StatusEntry entry = { .failure = &failure };
  g_autofree char *text = NULL;
  g_autofree char *trouble = NULL;
  g_autofree char *later = NULL;

  failure.error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, "too often\nwait");
  text = status_text (&entry, 2060 * 1000);
  trouble = status_trouble (&entry, 2060 * 1000);
  later = status_text (&entry, 2901 * 1000);
  g_assert_cmpstr (text, ==, "refused 1 min ago, held for 14 min");
  g_assert_cmpstr (trouble, ==,
                   "refused 1 min ago, and not asked again until 1970-01-01T00:48:20Z: too often\n"
                   "hint: wait");
  g_assert_cmpstr (later, ==, "refused 15 min ago");
  g_clear_error (&failure.error);
}

static void
test_no_login_is_a_dash (void)
{
  StatusEntry entry = { .others = 2 };
  g_autofree char *text = status_text (&entry, 0);

  g_assert_cmpstr (text, ==, "-; for other places: 2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/options/are-read", test_options_are_read);
  g_test_add_func ("/options/after-two-dashes-are-words", test_options_after_two_dashes_are_words);
  g_test_add_func ("/options/a-mistyped-one-is-a-usage-error-without-its-value",
                   test_a_mistyped_option_is_a_usage_error_without_its_value);
  g_test_add_func ("/options/an-argument-that-is-not-utf8-is-refused",
                   test_an_argument_that_is_not_utf8_is_refused);
  g_test_add_func ("/draft/refuses-without-echo", test_draft_refuses_without_echo);
  g_test_add_func ("/draft/refuses-a-bad-name", test_draft_refuses_a_bad_name);
  g_test_add_func ("/draft/is-read-back-as-it-was", test_draft_is_read_back_as_it_was);
  g_test_add_func ("/file/is-private-and-never-replaced", test_file_is_private_and_never_replaced);
  g_test_add_func ("/format/every-one", test_every_format);
  g_test_add_func ("/format/headers-by-kind", test_headers_by_kind);
  g_test_add_func ("/format/an-unknown-one-is-a-usage-error",
                   test_an_unknown_format_is_a_usage_error);
  g_test_add_func ("/status/states-in-words", test_states_in_words);
  g_test_add_func ("/status/no-login-is-a-dash", test_no_login_is_a_dash);
  g_test_add_func ("/status/a-hold-tells-until-when", test_hold_tells_until_when);
  return g_test_run ();
}
