/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"
#include "error.h"
#include "keyfile.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOT_A_KEY                                                                                  \
  "not a key before the \"=\": "                                                                   \
  "lower-case letters, digits and \"-\", a letter first, perhaps a dot and "                       \
  "the name of a claim or field; 64 at most"

/* A machine's and a user's configuration in a folder of their own. */
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
  static const char *const folders[] = { "etc/conf.d", "home/avouch/conf.d", NULL };

  fixture->root = g_dir_make_tmp ("avouch-config-XXXXXX", NULL);
  for (size_t i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *folder = place (fixture, folders[i]);
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
    }
  fixture->environment = (Environment){
    .uid = getuid (),
    .system_dir = place (fixture, "etc"),
    .config_home = place (fixture, "home"),
  };
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder =
      g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
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
  g_free (fixture->environment.config_override);
  g_free (fixture->root);
}

static void
write_bytes (const Fixture *fixture, const char *name, const char *bytes, gssize length)
{
  g_autofree char *path = place (fixture, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, bytes, length, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static void
write_file (const Fixture *fixture, const char *name, const char *text)
{
  write_bytes (fixture, name, text, -1);
}

static Config *
try_load (const Fixture *fixture, GError **error)
{
  g_autoptr (ConfigSources) sources = config_sources_find (&fixture->environment, error);

  return sources != NULL ? config_load (sources, error) : NULL;
}

static Config *
load (const Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  Config *config = try_load (fixture, &error);

  g_assert_no_error (error);
  return config;
}

/* The folder's own name is left out of what is compared. */
static void
assert_load_fails (const Fixture *fixture, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Config) config = try_load (fixture, &error);
  g_autofree char *message = NULL;
  g_autoptr (GString) short_message = NULL;

  g_assert_null (config);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  message = error_message (error);
  short_message = g_string_new (message);
  g_string_replace (short_message, fixture->root, "", 0);
  g_assert_cmpstr (short_message->str, ==, wanted);
}

/* TEXT as the one file, and the error it must give (after the file's name). */
static void
assert_text_fails (const Fixture *fixture, const char *text, const char *wanted)
{
  g_autofree char *message = g_strconcat ("/etc/avouch.conf:", wanted, NULL);

  write_file (fixture, "etc/avouch.conf", text);
  assert_load_fails (fixture, message);
}

static const char *
get (const Config *config, const char *profile, const char *key)
{
  Profile *found = config_find (config, profile);

  g_assert_nonnull (found);
  return profile_get (found, key);
}

static void
assert_place (const Fixture *fixture, const Config *config, const char *key, const char *file,
              unsigned line)
{
  const Setting *setting = profile_setting (config_find (config, "acme"), key);
  g_autofree char *path = place (fixture, file);

  g_assert_nonnull (setting);
  g_assert_cmpstr (setting->file, ==, path);
  g_assert_cmpuint (setting->line, ==, line);
}

static void
test_nothing (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (Config) config = load (fixture);

  g_assert_cmpuint (config_profiles (config)->len, ==, 0);
  g_assert_null (config_find (config, "acme"));
}

static void
test_no_folders (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  Fixture other = *fixture;
  g_autofree char *missing = place (fixture, "missing");

  write_file (fixture, "file", "");
  g_autofree char *file = place (fixture, "file");
  other.environment.system_dir = missing;
  other.environment.config_home = NULL;
  g_autoptr (Config) without_home = load (&other);
  g_assert_cmpuint (config_profiles (without_home)->len, ==, 0);
  /* Services have a home that is no folder. */
  other.environment.config_home = file;
  g_autoptr (Config) config = load (&other);
  g_assert_cmpuint (config_profiles (config)->len, ==, 0);
}

static void
test_sources (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const wanted[] = {
    "etc/avouch.conf",
    "etc/conf.d/10.conf",
    "etc/conf.d/9.conf",
    "etc/conf.d/A.conf",
    "etc/conf.d/a.conf",
    "home/avouch/avouch.conf",
    "home/avouch/conf.d/00.conf",
  };
  static const char *const ignored[] = {
    "etc/conf.d/.hidden.conf", "etc/conf.d/a.conf~", "etc/conf.d/a.conf.bak", "etc/conf.d/conf",
    "etc/conf.d/README",       "etc/other.conf",     "etc/conf.d/.conf",
  };

  for (size_t i = G_N_ELEMENTS (wanted); i > 0; i--)
    write_file (fixture, wanted[i - 1], "");
  for (size_t i = 0; i < G_N_ELEMENTS (ignored); i++)
    write_file (fixture, ignored[i], "not a configuration");

  g_autoptr (ConfigSources) sources = config_sources_find (&fixture->environment, NULL);
  const char *const *files = config_sources_files (sources);
  for (size_t i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *path = place (fixture, wanted[i]);
      g_assert_cmpstr (files[i], ==, path);
    }
  g_assert_null (files[G_N_ELEMENTS (wanted)]);
}

static void
test_layers (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", "[acme]\na = 1\nb = 1\nc = 1\nd = 1\n[only]\na = 9\n");
  write_file (fixture, "etc/conf.d/x.conf", "[acme]\nb = 2\nc = 2\nd = 2\n");
  write_file (fixture, "home/avouch/avouch.conf", "# mine\n[new]\n[acme]\nd = 3\nc = 3\n");
  write_file (fixture, "home/avouch/conf.d/y.conf", "[acme]\n\nd = 4\ne = 4\n");
  g_autoptr (Config) config = load (fixture);
  const GPtrArray *profiles = config_profiles (config);

  g_assert_cmpstr (get (config, "acme", "a"), ==, "1");
  g_assert_cmpstr (get (config, "acme", "b"), ==, "2");
  g_assert_cmpstr (get (config, "acme", "c"), ==, "3");
  g_assert_cmpstr (get (config, "acme", "d"), ==, "4");
  g_assert_cmpstr (get (config, "only", "a"), ==, "9");
  assert_place (fixture, config, "a", "etc/avouch.conf", 2);
  assert_place (fixture, config, "b", "etc/conf.d/x.conf", 2);
  assert_place (fixture, config, "c", "home/avouch/avouch.conf", 5);
  assert_place (fixture, config, "d", "home/avouch/conf.d/y.conf", 3);
  assert_place (fixture, config, "e", "home/avouch/conf.d/y.conf", 4);
  g_assert_cmpuint (profiles->len, ==, 3);
  g_assert_cmpstr (profile_name (profiles->pdata[0]), ==, "acme");
  g_assert_cmpstr (profile_name (profiles->pdata[1]), ==, "only");
  g_assert_cmpstr (profile_name (profiles->pdata[2]), ==, "new");
}

static void
test_serve_replaced (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", "[acme]\nserve = https://a.example https://b.example\n");
  write_file (fixture, "home/avouch/avouch.conf", "[acme]\nserve = https://c.example\n");
  g_autoptr (Config) config = load (fixture);
  const GPtrArray *serve = profile_serve (config_find (config, "acme"));

  g_assert_cmpuint (serve->len, ==, 1);
  g_assert_cmpstr (pattern_text (serve->pdata[0]), ==, "https://c.example");
}

static void
test_override (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", "broken");
  write_file (fixture, "home/avouch/avouch.conf", "broken");
  write_file (fixture, "mine", "[acme]\na = 1\n");
  fixture->environment.config_override = place (fixture, "mine");
  g_autoptr (Config) config = load (fixture);

  g_assert_cmpstr (get (config, "acme", "a"), ==, "1");
}

static void
test_missing_override (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  fixture->environment.config_override = place (fixture, "missing");
  assert_load_fails (fixture, "AVOUCH_CONFIG names /missing: No such file or directory");
}

static void
test_relative_override (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *here = g_get_current_dir ();

  write_file (fixture, "mine", "[acme]\na = 1\n");
  fixture->environment.config_override = g_strdup ("./etc/../mine");
  g_assert_cmpint (g_chdir (fixture->root), ==, 0);
  g_autofree char *root = g_get_current_dir ();
  g_autofree char *wanted = g_build_filename (root, "mine", NULL);
  g_autoptr (ConfigSources) sources = config_sources_find (&fixture->environment, NULL);
  g_assert_cmpint (g_chdir (here), ==, 0);

  g_assert_cmpstr (config_sources_files (sources)[0], ==, wanted);
}

static const char valid[] = "# A comment\n"
                            "\n"
                            "[acme]\n"
                            "issuer=salesforce\n"
                            "client-id  =   3MVG9==\n"
                            "  key = ~/k.pem\n"
                            "\t# another\n"
                            "audience = a # b ; c\n"
                            "proxy =\n"
                            "ca-file = caf\xc3\xa9 \\\\ \\sx\\s\n"
                            "serve = https://a.example https://*.b.example/x\n"
                            "[other.profile_1-x]\n"
                            "key-alias = last line";

/* GLib's own reader must see the same in what both accept. */
static void
assert_same_as_glib (const Config *config, const char *text)
{
  g_autoptr (GKeyFile) reference = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  g_assert_true (g_key_file_load_from_data (reference, text, strlen (text), 0, NULL));
  groups = g_key_file_get_groups (reference, NULL);
  g_assert_cmpuint (g_strv_length (groups), ==, config_profiles (config)->len);
  for (char **group = groups; *group != NULL; group++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (reference, *group, NULL, NULL);
      size_t count;

      profile_settings (config_find (config, *group), &count);
      g_assert_cmpuint (g_strv_length (keys), ==, count);
      for (char **key = keys; *key != NULL; key++)
        {
          g_autofree char *value = g_key_file_get_string (reference, *group, *key, NULL);
          g_assert_cmpstr (get (config, *group, *key), ==, value);
        }
    }
}

static void
test_syntax (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", valid);
  g_autoptr (Config) config = load (fixture);

  g_assert_cmpstr (get (config, "acme", "client-id"), ==, "3MVG9==");
  g_assert_cmpstr (get (config, "acme", "audience"), ==, "a # b ; c");
  g_assert_cmpstr (get (config, "acme", "proxy"), ==, "");
  g_assert_cmpstr (get (config, "acme", "ca-file"), ==, "caf\xc3\xa9 \\  x ");
  g_assert_cmpstr (get (config, "other.profile_1-x", "key-alias"), ==, "last line");
  assert_place (fixture, config, "key", "etc/avouch.conf", 6);
  assert_same_as_glib (config, valid);
}

static void
test_crlf (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_auto (GStrv) lines = g_strsplit (valid, "\n", -1);
  g_autofree char *text = g_strjoinv ("\r\n", lines);

  write_file (fixture, "etc/avouch.conf", text);
  g_autoptr (Config) config = load (fixture);
  assert_same_as_glib (config, text);
}

static void
test_trailing_space (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", "[acme] \t\na = x \t \nb = x\\s \n");
  g_autoptr (Config) config = load (fixture);

  g_assert_cmpstr (get (config, "acme", "a"), ==, "x");
  g_assert_cmpstr (get (config, "acme", "b"), ==, "x ");
}

static void
test_byte_order_mark (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", "\xef\xbb\xbf[acme]\na = 1\n");
  g_autoptr (Config) config = load (fixture);

  g_assert_cmpstr (get (config, "acme", "a"), ==, "1");
  assert_text_fails (fixture,
                     "[acme]\n\xef\xbb\xbf"
                     "a = 1\n",
                     "2: " NOT_A_KEY);
}

static void
test_odd_lines (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char wanted[] = "2: neither \"[profile]\", \"key = value\" nor a \"#\" comment";
  static const char group[] = "2: a group's line is \"[NAME]\" and nothing else";

  assert_text_fails (fixture, "[acme]\nhunter2\n", wanted);
  assert_text_fails (fixture, "[acme]\n; comment\n", wanted);
  assert_text_fails (fixture, "[acme]\n= value\n", wanted);
  assert_text_fails (fixture, "\n[acme\n", group);
  assert_text_fails (fixture, "\n[acme] # comment\n", group);
  assert_text_fails (fixture, "\n[\n", group);
  assert_text_fails (fixture, "# x\n a = 1\n",
                     "2: \"a\": this setting comes before the first \"[profile]\" line");
}

static void
test_odd_keys (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const keys[] = { "Key",    "1key",  "-key", "key_id",
                                      "key id", "k.e y", "k.",   "k.\xc3\xa9y" };

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *text = g_strdup_printf ("[acme]\n%s = 1\n", keys[i]);
      assert_text_fails (fixture, text, "2: " NOT_A_KEY);
    }
  assert_text_fails (fixture, "[acme]\nname[de] = 1\n",
                     "2: a key in brackets (a translation) has no meaning here");
}

static void
test_foreign_names (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf",
              "[acme]\nclaim.box_sub_type = a\nclaim.https://acme.example/x#Y = b\n");
  g_autoptr (Config) config = load (fixture);

  g_assert_cmpstr (get (config, "acme", "claim.box_sub_type"), ==, "a");
  g_assert_cmpstr (get (config, "acme", "claim.https://acme.example/x#Y"), ==, "b");
}

static void
test_key_limit (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *longest = g_strnfill (KEYFILE_MAX_NAME, 'k');
  g_autofree char *good = g_strdup_printf ("[acme]\n%s = 1\n", longest);
  g_autofree char *bad = g_strdup_printf ("[acme]\n%sk = 1\n", longest);

  write_file (fixture, "etc/avouch.conf", good);
  g_autoptr (Config) config = load (fixture);
  g_assert_cmpstr (get (config, "acme", longest), ==, "1");
  assert_text_fails (fixture, bad, "2: " NOT_A_KEY);
}

static void
test_profile_names (void)
{
  static const char *const good[] = { "a",     "A",   "0",      "acme", "a.b_c-D9",
                                      "git.x", "Git", "gitlab", NULL };
  static const char *const bad[] = {
    "", "git", "-a", ".a", "_a", "a b", "a/b", "a]", "caf\xc3\xa9", "a\n", "a:b", NULL,
  };
  g_autofree char *longest = g_strnfill (64, 'a');
  g_autofree char *longer = g_strnfill (65, 'a');

  for (size_t i = 0; good[i] != NULL; i++)
    g_assert_true (config_is_profile_name (good[i]));
  for (size_t i = 0; bad[i] != NULL; i++)
    g_assert_false (config_is_profile_name (bad[i]));
  g_assert_true (config_is_profile_name (longest));
  g_assert_false (config_is_profile_name (longer));
}

static void
test_odd_names (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const names[] = { "", " acme", "ac me", "a]b", "[a]", "-a" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = g_strdup_printf ("\n[%s]\n", names[i]);
      const char *shown = names[i] + strspn (names[i], " ");
      g_autofree char *wanted =
          g_strdup_printf ("2: \"%s\": not a profile's name: 1 to 64 letters, digits, \".\", \"_\" "
                           "and \"-\", a letter "
                           "or digit first",
                           shown);
      assert_text_fails (fixture, text, wanted);
    }
}

static void
test_git (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", "[git]\nstore = none\nkeyring-collection = Work\n");
  write_file (fixture, "home/avouch/avouch.conf", "[acme]\na = 1\n\n[git]\nstore = keyring\n");
  g_autoptr (Config) config = load (fixture);
  ConfigGit git = config_git (config);

  g_assert_true (git.keyring);
  g_assert_cmpstr (git.collection, ==, "Work");
  g_assert_cmpuint (config_profiles (config)->len, ==, 1);
  g_assert_null (config_find (config, "git"));
}

static void
test_no_git (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const texts[] = { "[git]\n", "[acme]\na = 1\n", "[git]\nstore = none\n" };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      write_file (fixture, "etc/avouch.conf", texts[i]);
      g_autoptr (Config) config = load (fixture);
      g_assert_false (config_git (config).keyring);
    }
}

static void
test_bad_git (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  assert_text_fails (fixture, "[git]\nstore =\n", "2: store: neither \"keyring\" nor \"none\"");
  assert_text_fails (fixture, "[git]\nstore = files\n",
                     "2: store: neither \"keyring\" nor \"none\"");
  assert_text_fails (
      fixture, "[git]\nstore = keyring\nissuer = salesforce\n",
      "3: issuer: [git] is no profile: it knows \"store\" and \"keyring-collection\"");
}

static void
test_repeated (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  assert_text_fails (fixture, "[acme]\na = 1\n[b]\n[acme]\n",
                     "4: [acme] was already begun in line 1");
  assert_text_fails (fixture, "[acme]\n[acme]\n", "2: [acme] was already begun in line 1");
  assert_text_fails (fixture, "[acme]\nb = 1\na = 1\nc = 1\na = 1\n",
                     "5: a: already set in line 3");
}

static void
test_repeated_in_a_later_file (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", "[acme]\na = 1\n");
  write_file (fixture, "home/avouch/avouch.conf", "\n[acme]\na = 2\na = 3\n");
  assert_load_fails (fixture, "/home/avouch/avouch.conf:4: a: already set in line 3");
}

static void
test_values (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const control[] = { "a\\nb", "\\n",  "a\\tb",    "\\r",
                                         "a\tb",  "a\rb", "\x1b[31m", "\x7f" };
  static const char *const escape[] = { "a\\x", "\\", "a\\", "\\;", "\\\\\\" };

  for (size_t i = 0; i < G_N_ELEMENTS (control); i++)
    {
      g_autofree char *text = g_strdup_printf ("[acme]\na = %s\n", control[i]);
      assert_text_fails (fixture, text, "2: the value holds a control character");
    }
  for (size_t i = 0; i < G_N_ELEMENTS (escape); i++)
    {
      g_autofree char *text = g_strdup_printf ("[acme]\na = %s\n", escape[i]);
      assert_text_fails (fixture, text,
                         "2: a backslash is written \"\\\\\"; beside it only \"\\s\" has a use");
    }
}

static void
test_value_limit (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *longest = g_strnfill (KEYFILE_MAX_VALUE, 'v');
  g_autofree char *good = g_strdup_printf ("[acme]\na = %s\n", longest);
  g_autofree char *bad = g_strdup_printf ("[acme]\na = %sv\n", longest);

  write_file (fixture, "etc/avouch.conf", good);
  g_autoptr (Config) config = load (fixture);
  g_assert_cmpstr (get (config, "acme", "a"), ==, longest);
  assert_text_fails (fixture, bad, "2: the value is longer than 8192 bytes");
}

static void
test_not_utf8 (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  assert_text_fails (fixture, "[acme]\na = 1\nb = caf\xe9\n", "3: not UTF-8 text");
  write_bytes (fixture, "etc/avouch.conf", "[acme]\na\0 = 1\n", 14);
  assert_load_fails (fixture, "/etc/avouch.conf:2: not UTF-8 text");
}

static void
test_bad_serve (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  assert_text_fails (fixture, "[acme]\nserve = https://a.example https://h.example?q\n",
                     "2: serve: https://h.example?q: a pattern has no query (a part after \"?\")");
}

static void
test_secret_stays_unseen (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const texts[] = {
    "[acme]\nhunter2\n",
    "[acme]\nX!hunter2==\n",
    "[acme]\npassphrase = hunter2\\x\n",
    "[acme]\npassphrase = hunter2\t!\n",
    "[acme]\na = hunter2\na = hunter2\n",
    "[acme]\nserve = https://me:hunter2@h.example\n",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      write_file (fixture, "etc/avouch.conf", texts[i]);
      g_assert_null (try_load (fixture, &error));
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void
test_writable_by_others (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *path = place (fixture, "etc/avouch.conf");
  g_autofree char *hint = g_strconcat ("chmod o-w ", path, NULL);
  g_autoptr (GError) error = NULL;

  write_file (fixture, "etc/avouch.conf", "[acme]\n");
  g_assert_cmpint (g_chmod (path, 0664), ==, 0);
  g_autoptr (Config) config = load (fixture);
  g_assert_nonnull (config_find (config, "acme"));
  g_assert_cmpint (g_chmod (path, 0602), ==, 0);
  g_assert_null (try_load (fixture, &error));
  g_assert_cmpstr (error_hint (error), ==, hint);
  assert_load_fails (fixture, "/etc/avouch.conf: every user of this machine may write to it");
}

/* Root may give the file away; anybody else pretends to be another. */
static void
test_other_owner (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *path = place (fixture, "etc/avouch.conf");

  write_file (fixture, "etc/avouch.conf", "[acme]\n");
  if (getuid () == 0)
    g_assert_cmpint (chown (path, 4242, (gid_t) -1), ==, 0);
  fixture->environment.uid = getuid () + 1;
  assert_load_fails (fixture, "/etc/avouch.conf: belongs to another user");
}

static void
test_not_regular (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *path = place (fixture, "etc/avouch.conf");

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_load_fails (fixture, "/etc/avouch.conf: not a regular file");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  assert_load_fails (fixture, "/etc/avouch.conf: not a regular file");
}

static void
test_links (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *good = place (fixture, "etc/conf.d/good.conf");
  g_autofree char *dangling = place (fixture, "etc/conf.d/dangling.conf");

  write_file (fixture, "target", "[acme]\na = 1\n");
  g_assert_cmpint (symlink ("../../target", good), ==, 0);
  g_assert_cmpint (symlink ("nothing", dangling), ==, 0);
  g_autoptr (Config) config = load (fixture);
  g_assert_cmpstr (get (config, "acme", "a"), ==, "1");
}

static void
test_folder_is_a_file (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *folder = place (fixture, "etc/conf.d");

  g_assert_cmpint (g_rmdir (folder), ==, 0);
  write_file (fixture, "etc/conf.d", "");
  assert_load_fails (fixture, "/etc/conf.d: Not a directory");
}

/* Of SIZE bytes: one profile with one setting, and a comment to fill it up. */
static void
write_sized (const Fixture *fixture, size_t size)
{
  static const char start[] = "[acme]\na = 1\n#";
  g_autofree char *text = g_strnfill (size, 'x');

  memcpy (text, start, strlen (start));
  write_bytes (fixture, "etc/avouch.conf", text, (gssize) size);
}

static void
test_file_limit (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_sized (fixture, CONFIG_MAX_FILE);
  g_autoptr (Config) config = load (fixture);
  g_assert_cmpstr (get (config, "acme", "a"), ==, "1");
  write_sized (fixture, CONFIG_MAX_FILE + 1);
  assert_load_fails (fixture, "/etc/avouch.conf: longer than 4194304 bytes");
}

static void
write_profiles (const Fixture *fixture, unsigned count)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned i = 0; i < count; i++)
    g_string_append_printf (text, "[p%u]\nissuer = salesforce\nserve = https://h%u.example/a\n", i,
                            i);
  write_file (fixture, "etc/avouch.conf", text->str);
}

static void
test_many (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_profiles (fixture, 10000);
  g_autoptr (Config) config = load (fixture);

  g_assert_cmpuint (config_profiles (config)->len, ==, 10000);
  g_assert_cmpstr (get (config, "p9999", "serve"), ==, "https://h9999.example/a");
}

static void
test_profile_limit (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_profiles (fixture, CONFIG_MAX_PROFILES);
  g_autoptr (Config) config = load (fixture);
  g_assert_cmpuint (config_profiles (config)->len, ==, CONFIG_MAX_PROFILES);
  write_profiles (fixture, CONFIG_MAX_PROFILES + 1);
  assert_load_fails (fixture, "/etc/avouch.conf:60001: more than 20000 profiles");
}

static char *
digest (const Fixture *fixture, int64_t now, bool *settled)
{
  g_autoptr (ConfigSources) sources = config_sources_find (&fixture->environment, NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  bool result = config_sources_digest (sources, now, checksum);

  if (settled != NULL)
    *settled = result;
  return g_strdup (g_checksum_get_string (checksum));
}

static void
test_digest (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  write_file (fixture, "etc/avouch.conf", "[acme]\na = 1\n");
  g_autofree char *first = digest (fixture, 0, NULL);
  g_autofree char *same = digest (fixture, 5, NULL);
  /* Replaced by rename, as editors do: another inode. */
  write_file (fixture, "etc/avouch.conf", "[acme]\na = 2\n");
  g_autofree char *edited = digest (fixture, 0, NULL);
  write_file (fixture, "home/avouch/conf.d/x.conf", "");
  g_autofree char *added = digest (fixture, 0, NULL);

  g_assert_cmpstr (first, ==, same);
  g_assert_cmpstr (first, !=, edited);
  g_assert_cmpstr (edited, !=, added);
}

static void
test_digest_in_place (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *path = place (fixture, "etc/avouch.conf");

  write_file (fixture, "etc/avouch.conf", "[acme]\na = 1\n");
  g_autofree char *first = digest (fixture, 0, NULL);
  g_assert_cmpint (truncate (path, 7), ==, 0);
  g_autofree char *shorter = digest (fixture, 0, NULL);
  g_assert_cmpstr (first, !=, shorter);
}

static void
test_digest_settles (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *path = place (fixture, "etc/avouch.conf");
  struct stat status;
  bool settled;

  g_free (digest (fixture, 0, &settled));
  g_assert_true (settled);
  write_file (fixture, "etc/avouch.conf", "");
  g_assert_cmpint (stat (path, &status), ==, 0);
  for (int age = -5; age <= 1; age++)
    {
      g_free (digest (fixture, status.st_ctime + age, &settled));
      g_assert_false (settled);
    }
  g_free (digest (fixture, status.st_ctime + 2, &settled));
  g_assert_true (settled);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/config/sources/nothing-is-an-empty-configuration", test_nothing);
  ADD ("/config/sources/missing-folders-are-no-error", test_no_folders);
  ADD ("/config/sources/order-and-names", test_sources);
  ADD ("/config/sources/override-replaces-all", test_override);
  ADD ("/config/sources/missing-override-is-an-error", test_missing_override);
  ADD ("/config/sources/relative-override-is-from-the-current-folder", test_relative_override);
  ADD ("/config/sources/folder-that-is-a-file-is-an-error", test_folder_is_a_file);
  ADD ("/config/digest/tells-an-edit-and-a-new-file", test_digest);
  ADD ("/config/digest/tells-an-edit-in-place", test_digest_in_place);
  ADD ("/config/digest/settles-after-a-second", test_digest_settles);
  ADD ("/config/layers/later-files-win-key-by-key", test_layers);
  ADD ("/config/layers/serve-is-replaced-whole", test_serve_replaced);
  ADD ("/config/syntax/reads-as-glib-does", test_syntax);
  ADD ("/config/syntax/crlf-is-accepted", test_crlf);
  ADD ("/config/syntax/trailing-space-is-dropped", test_trailing_space);
  ADD ("/config/syntax/byte-order-mark-only-at-the-start", test_byte_order_mark);
  ADD ("/config/syntax/odd-lines-are-refused", test_odd_lines);
  ADD ("/config/syntax/odd-keys-are-refused", test_odd_keys);
  ADD ("/config/syntax/names-of-claims-are-taken-after-a-dot", test_foreign_names);
  ADD ("/config/syntax/key-limit", test_key_limit);
  g_test_add_func ("/config/syntax/profile-names", test_profile_names);
  ADD ("/config/syntax/odd-profile-names-are-refused", test_odd_names);
  ADD ("/config/git/is-no-profile-and-merged-like-one", test_git);
  ADD ("/config/git/keeps-nothing-unless-told", test_no_git);
  ADD ("/config/git/another-key-or-value-names-its-place", test_bad_git);
  ADD ("/config/syntax/repeats-name-both-lines", test_repeated);
  ADD ("/config/syntax/repeat-in-a-later-file-is-one", test_repeated_in_a_later_file);
  ADD ("/config/syntax/odd-values-are-refused", test_values);
  ADD ("/config/syntax/value-limit", test_value_limit);
  ADD ("/config/syntax/not-utf8-is-refused", test_not_utf8);
  ADD ("/config/syntax/bad-serve-names-its-place", test_bad_serve);
  ADD ("/config/syntax/secret-gone-astray-stays-unseen", test_secret_stays_unseen);
  ADD ("/config/file/writable-by-others-is-refused", test_writable_by_others);
  ADD ("/config/file/of-another-user-is-refused", test_other_owner);
  ADD ("/config/file/not-regular-is-refused", test_not_regular);
  ADD ("/config/file/links-are-followed", test_links);
  ADD ("/config/file/size-limit", test_file_limit);
  ADD ("/config/many/ten-thousand-profiles-load", test_many);
  ADD ("/config/many/profile-limit", test_profile_limit);
  return g_test_run ();
}
