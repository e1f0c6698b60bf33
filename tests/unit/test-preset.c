/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"
#include "error.h"
#include "preset.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRA                                                                                      \
  "[preset]\nsummary = Entra\n[parameters]\ntenant = the tenant's ID\n[settings]\n"                \
  "issuer = oauth\ntoken-url = https://login.example/{tenant}/token\nscope = {other} {tenant}\n"

/* A user's, a machine's and the program's own folders. */
typedef struct {
  char *root;
  Environment environment;
} Fixture;

static char *
place (const Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->root, name, NULL);
}

static void
set_up (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const folders[] = { "etc/presets", "home/avouch/presets", "share" };

  fixture->root = g_dir_make_tmp ("avouch-preset-XXXXXX", NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = place (fixture, folders[i]);
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
    }
  fixture->environment = (Environment){
    .uid = getuid (),
    .system_dir = place (fixture, "etc"),
    .config_home = place (fixture, "home"),
    .preset_dir = place (fixture, "share"),
  };
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      remove_tree (inner);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
tear_down (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  remove_tree (fixture->root);
  g_free (fixture->environment.system_dir);
  g_free (fixture->environment.config_home);
  g_free (fixture->environment.preset_dir);
  g_free (fixture->root);
}

static void
write_file (const Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = place (fixture, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

static Config *
load (const Fixture *fixture, GError **error)
{
  g_autoptr (ConfigSources) sources = config_sources_find (&fixture->environment, error);

  return sources != NULL ? config_load (sources, error) : NULL;
}

static Config *
load_text (const Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;
  Config *config;

  write_file (fixture, "home/avouch/avouch.conf", text);
  config = load (fixture, &error);
  g_assert_no_error (error);
  return config;
}

static void
assert_refused (const Fixture *fixture, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;

  write_file (fixture, "home/avouch/avouch.conf", text);
  g_assert_null (load (fixture, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  if (strstr (error->message, expected) == NULL)
    g_error ("%s: not in: %s", expected, error->message);
}

static void
test_beneath (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (Config) config = NULL;
  const Profile *profile;

  write_file (fixture, "share/entra.conf", ENTRA);
  config = load_text (fixture, "[a]\npreset = entra\ntenant = contoso\nscope = own\n");
  profile = config_find (config, "a");
  g_assert_cmpstr (profile_get (profile, "token-url"), ==, "https://login.example/contoso/token");
  g_assert_cmpstr (profile_get (profile, "scope"), ==, "own");
  g_assert_cmpstr (profile_get (profile, "preset"), ==, "entra");
  g_assert_null (profile_get (profile, "tenant"));
}

static void
test_places (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (Config) config = NULL;
  const Profile *profile;
  const Setting *setting;

  write_file (fixture, "share/entra.conf", ENTRA);
  config = load_text (fixture, "[a]\npreset = entra\ntenant = contoso\n");
  profile = config_find (config, "a");
  setting = profile_setting (profile, "token-url");
  g_assert_true (g_str_has_suffix (setting->file, "share/entra.conf"));
  g_assert_cmpuint (setting->line, ==, 7);
  g_assert_true (g_str_has_suffix (profile_file (profile), "home/avouch/avouch.conf"));
  /* What is no parameter stays as it is. */
  g_assert_cmpstr (profile_get (profile, "scope"), ==, "{other} contoso");
}

static void
test_order (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const files[] = { "share/x.conf", "etc/presets/x.conf",
                                       "home/avouch/presets/x.conf" };

  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *text = g_strdup_printf ("[settings]\nissuer = of-%zu\n", i);
      g_autofree char *expected = g_strdup_printf ("of-%zu", i);
      g_autoptr (Config) config = NULL;

      write_file (fixture, files[i], text);
      config = load_text (fixture, "[a]\npreset = x\n");
      g_assert_cmpstr (profile_get (config_find (config, "a"), "issuer"), ==, expected);
    }
}

static char *
token_name (const Fixture *fixture, const char *preset)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (Config) config = NULL;

  write_file (fixture, "share/x.conf", preset);
  config = load_text (fixture, "[a]\npreset = x\n");
  profile_digest (config_find (config, "a"), checksum);
  return g_strdup (g_checksum_get_string (checksum));
}

static void
test_token_name (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *first = token_name (fixture, "[settings]\nissuer = x\n");
  g_autofree char *second = token_name (fixture, "[settings]\nissuer = y\n");

  g_assert_cmpstr (first, !=, second);
}

static void
test_parameters (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const struct {
    const char *value, *expected;
  } cases[] = {
    { "tenant = https://x", "avouch.conf:3: tenant: only a part of a URL" },
    { "tenant =", "avouch.conf:3: tenant: empty" },
    { "tenant = a b", "avouch.conf:3: tenant: letters, digits" },
    { "tenant = a?b=c", "avouch.conf:3: tenant: letters, digits" },
    { "tenant = user@host", "avouch.conf:3: tenant: letters, digits" },
    { "client-id = x", "avouch.conf:2: preset: entra needs `tenant` as well: the tenant's ID" },
  };

  write_file (fixture, "share/entra.conf", ENTRA);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("[a]\npreset = entra\n%s\n", cases[i].value);
      assert_refused (fixture, text, cases[i].expected);
    }
}

static void
test_names (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const names[] = { "../avouch", "/etc/passwd", "..", ".", "a/b", "none", "" };

  write_file (fixture, "home/avouch.conf", "[settings]\nissuer = x\n");
  write_file (fixture, "share/entra.conf", ENTRA);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = g_strdup_printf ("[a]\npreset = %s\n", names[i]);
      assert_refused (fixture, text, "avouch.conf:2: preset: there is no preset");
    }
}

static void
test_own_affairs (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const settings[] = {
    "key = /x",
    "passphrase = prompt",
    "serve = https://x.example",
    "client-id = x",
    "ca-file = /x",
    "proxy = http://x.example",
    "key-passphrase = prompt",
    "username = x",
    "cache = none",
    "client-secret = env:X",
    "subject-token = file:/x",
    "certificate = /x",
    "preset = other",
    "key-id = x",
    "timeout = 1",
    "key-alias = x",
    "new = keyring:x",
    "new = profile:x",
    "git-username = x",
    "keyring-collection = x",
    "publish = x",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *text = g_strdup_printf ("[settings]\nissuer = x\n%s\n", settings[i]);

      write_file (fixture, "share/x.conf", text);
      assert_refused (fixture, "[a]\npreset = x\n", "share/x.conf:3: ");
    }
}

/* It would be taken away from the profile, in silence. */
static void
test_own_affairs_as_parameters (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const names[] = { "ca-file", "proxy", "serve", "key", "preset" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("[parameters]\n%s = what\n[settings]\nissuer = x\n", names[i]);

      write_file (fixture, "share/x.conf", text);
      assert_refused (fixture, "[a]\npreset = x\n", "share/x.conf:2: ");
    }
}

static void
test_form (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const struct {
    const char *text, *expected;
  } cases[] = {
    { "issuer = x\n", "x.conf:1: " },
    { "[other]\n", "x.conf:1: a preset has [preset]" },
    { "[preset]\nissuer = x\n", "x.conf:2: issuer: under [preset]" },
    { "[settings]\nissuer = x\nissuer = y\n", "x.conf:3: issuer: already set in line 2" },
    { "[parameters]\na = x\na = y\n", "x.conf:3: a: already set in line 2" },
    { "[needs]\na = x\na = y\n", "x.conf:3: a: already set in line 2" },
    { "[instead]\na = x\na = y\n", "x.conf:3: a: already set in line 2" },
    { "[settings]\nissuer = \xff\n", "x.conf:2: not UTF-8" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_file (fixture, "share/x.conf", cases[i].text);
      assert_refused (fixture, "[a]\npreset = x\n", cases[i].expected);
    }
}

static void
test_open_to_others (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *path = place (fixture, "share/x.conf");

  write_file (fixture, "share/x.conf", "[settings]\nissuer = x\n");
  g_assert_cmpint (g_chmod (path, 0666), ==, 0);
  assert_refused (fixture, "[a]\npreset = x\n", "every user of this machine may write to it");
}

static void
test_expanded_length (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *value = g_strnfill (8000, 'a');
  g_autofree char *text = g_strdup_printf ("[a]\npreset = x\nt = %s\n", value);

  write_file (fixture, "share/x.conf", "[parameters]\nt = x\n[settings]\nissuer = {t}{t}\n");
  assert_refused (fixture, text, "x.conf:4: the value is longer than 8192 bytes");
}

static void
test_list (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (Presets) presets = presets_new (&fixture->environment);
  g_auto (GStrv) names = NULL;
  g_autofree char *list = NULL;

  write_file (fixture, "share/b.conf", "[settings]\n");
  write_file (fixture, "share/.hidden.conf", "[settings]\n");
  write_file (fixture, "share/a.txt", "");
  write_file (fixture, "etc/presets/b.conf", "[settings]\n");
  write_file (fixture, "home/avouch/presets/a.conf", "[settings]\n");
  names = presets_names (presets);
  list = g_strjoinv (" ", names);
  g_assert_cmpstr (list, ==, "a b");
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*function) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/preset/lies-beneath-the-profile's-own-settings", test_beneath },
    { "/preset/each-setting-keeps-its-file-and-line", test_places },
    { "/preset/the-user's-hides-the-machine's-and-that-the-program's", test_order },
    { "/preset/another-preset-names-another-token", test_token_name },
    { "/preset/a-missing-or-malformed-parameter-names-its-place", test_parameters },
    { "/preset/a-name-is-no-path", test_names },
    { "/preset/may-not-set-what-is-the-profile's-own-affair", test_own_affairs },
    { "/preset/may-not-take-it-away-as-a-parameter", test_own_affairs_as_parameters },
    { "/preset/anything-else-in-its-file-is-refused-with-the-line", test_form },
    { "/preset/a-file-that-all-may-write-is-refused", test_open_to_others },
    { "/preset/what-parameters-make-too-long-is-refused", test_expanded_length },
    { "/preset/names-are-listed-once-in-order", test_list },
  };

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].function, tear_down);
  return g_test_run ();
}
