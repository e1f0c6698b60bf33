/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "route.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* The configuration that TEXT is; *PATH receives the name its errors show. */
static Config *
make_config (const char *text, char **path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;
  int fd = g_file_open_tmp ("avouch-route-XXXXXX", &file, &error);
  const Environment environment = { .uid = getuid (), .config_override = file };
  g_autoptr (ConfigSources) sources = NULL;
  Config *config;

  g_assert_no_error (error);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, strlen (text));
  close (fd);
  sources = config_sources_find (&environment, &error);
  g_assert_no_error (error);
  config = config_load (sources, &error);
  g_assert_no_error (error);
  g_unlink (file);
  if (path != NULL)
    *path = g_steal_pointer (&file);
  return config;
}

static Profile *
find (const Config *config, const char *profile, const char *url, const char *username,
      GError **error)
{
  g_autoptr (Request) request = request_new ();

  request->profile = g_strdup (profile);
  request->url = url != NULL ? url_parse (url, NULL) : NULL;
  request->username = g_strdup (username);
  g_assert_true (url == NULL || request->url != NULL);
  return route_find (config, request, error);
}

static void
assert_found (const Config *config, const char *url, const char *username, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Profile) profile = find (config, NULL, url, username, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (profile_name (profile), ==, wanted);
}

static void
assert_unserved (const Config *config, const char *url, const char *username)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (find (config, NULL, url, username, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_UNSERVED);
}

static void
assert_message (const GError *error, int code, const char *message, const char *hint)
{
  g_autofree char *actual = NULL;

  g_assert_error (error, AVOUCH_ERROR, code);
  actual = error_message (error);
  g_assert_cmpstr (actual, ==, message);
  g_assert_cmpstr (error_hint (error), ==, hint);
}

static void
test_lookalikes (void)
{
  g_autoptr (Config) config = make_config ("[hub]\nserve = https://github.com\n", NULL);

  assert_found (config, "https://github.com/a/b.git", NULL, "hub");
  assert_found (config, "https://GITHUB.COM", NULL, "hub");
  assert_found (config, "https://github.com:443", NULL, "hub");
  assert_found (config, "https://github.com.", NULL, "hub");
  assert_unserved (config, "https://github.com.evil", NULL);
  assert_unserved (config, "https://evilgithub.com", NULL);
  assert_unserved (config, "https://github.com:8443", NULL);
}

static void
test_specificity (void)
{
  /* The least specific last and first, so that order cannot decide. */
  g_autoptr (Config) config = make_config ("[stars]\nserve = https://*.*.h.example\n"
                                           "[path]\nserve = https://a.b.h.example/x/\n"
                                           "[host]\nserve = https://a.b.h.example\n"
                                           "[deep]\nserve = https://a.b.h.example/x/y/z\n"
                                           "[star]\nserve = https://*.b.h.example/x/y/z\n",
                                           NULL);

  assert_found (config, "https://c.d.h.example/x", NULL, "stars");
  assert_found (config, "https://c.b.h.example/x/y/z", NULL, "star");
  assert_found (config, "https://c.b.h.example/x/y", NULL, "stars");
  assert_found (config, "https://a.b.h.example/q", NULL, "host");
  assert_found (config, "https://a.b.h.example/x/q", NULL, "path");
  assert_found (config, "https://a.b.h.example/x/y/z/q", NULL, "deep");
}

static void
test_own_patterns_do_not_tie (void)
{
  g_autoptr (Config) config = make_config (
      "[a]\nserve = https://h.example https://H.example/ https://h.example:443\n", NULL);

  assert_found (config, "https://h.example/x", NULL, "a");
}

static void
test_unserved (void)
{
  g_autoptr (Config) config = make_config ("[a]\nserve = https://h.example\n[b]\n", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (find (config, NULL, "https://other.example:8443/secret?q", NULL, &error));
  assert_message (error, AVOUCH_ERROR_UNSERVED, "no profile serves https://other.example:8443",
                  "add \"serve = https://other.example:8443\" to the profile that should");
}

static void
test_tie (void)
{
  g_autofree char *file = NULL;
  g_autoptr (Config) config = make_config ("[a]\nserve = https://x.example https://*.h.example\n"
                                           "[b]\n\nserve = https://*.h.example/\n"
                                           "[c]\nserve = https://*.h.example\n",
                                           &file);
  g_autofree char *wanted =
      g_strdup_printf ("two profiles serve https://q.h.example equally: "
                       "a by https://*.h.example (%s:2), and b by https://*.h.example/ (%s:5)",
                       file, file);
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;

  g_assert_null (find (config, NULL, "https://q.h.example/x", NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  message = error_message (error);
  g_assert_cmpstr (message, ==, wanted);
  g_assert_nonnull (strstr (error_hint (error), "git-username"));
}

static void
test_tie_below_the_best (void)
{
  g_autoptr (Config) config = make_config ("[a]\nserve = https://*.h.example\n"
                                           "[b]\nserve = https://*.h.example\n"
                                           "[c]\nserve = https://q.h.example\n",
                                           NULL);

  assert_found (config, "https://q.h.example", NULL, "c");
}

static const char accounts[] = "[alice]\nserve = https://h.example\ngit-username = alice\n"
                               "[bob]\nserve = https://h.example\ngit-username = bob\n";

static void
test_username (void)
{
  g_autoptr (Config) config = make_config (accounts, NULL);
  g_autoptr (GError) error = NULL;

  assert_found (config, "https://h.example", "alice", "alice");
  assert_found (config, "https://h.example", "bob", "bob");
  g_assert_null (find (config, NULL, "https://h.example", NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_null (find (config, NULL, "https://h.example",
                       "\x1b[1m"
                       "carol",
                       &error));
  assert_message (error, AVOUCH_ERROR_UNSERVED,
                  "no profile serves https://h.example as user \"carol\"",
                  "add \"serve = https://h.example\" to the profile that should");
}

static void
test_any_username (void)
{
  g_autofree char *text = g_strconcat (accounts, "[any]\nserve = https://h.example\n", NULL);
  g_autoptr (Config) config = make_config (text, NULL);

  assert_found (config, "https://h.example", "carol", "any");
  /* The account's own profile before one for any account. */
  assert_found (config, "https://h.example", "bob", "bob");
}

static void
test_username_passes_over_the_more_specific (void)
{
  g_autoptr (Config) config =
      make_config ("[alice]\nserve = https://h.example/x\ngit-username = alice\n"
                   "[bob]\nserve = https://h.example\ngit-username = bob\n",
                   NULL);

  assert_found (config, "https://h.example/x", "bob", "bob");
  assert_found (config, "https://h.example/x", NULL, "alice");
}

static void
test_named (void)
{
  g_autoptr (Config) config = make_config ("[a]\nserve = https://h.example\n[b]\n", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Profile) plain = find (config, "b", NULL, NULL, &error);
  g_autoptr (Profile) serving = find (config, "a", "https://h.example/x", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (profile_name (plain), ==, "b");
  g_assert_cmpstr (profile_name (serving), ==, "a");
}

static void
test_named_missing (void)
{
  g_autoptr (Config) config = make_config ("[a]\n", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (find (config, "b\nc", NULL, NULL, &error));
  assert_message (error, AVOUCH_ERROR_CONFIG, "no profile is called \"b c\"",
                  "\"avouch profile list\" shows those that there are");
}

static void
test_named_unserved (void)
{
  g_autoptr (Config) config =
      make_config ("[a]\nserve = https://h.example https://*.h.example\n[b]\nissuer = x\n", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (find (config, "a", "https://o.example/x", NULL, &error));
  assert_message (error, AVOUCH_ERROR_UNSERVED, "a: does not serve https://o.example",
                  "make it \"serve = https://h.example https://*.h.example https://o.example\" "
                  "under [a]; it serves https://h.example https://*.h.example now");
  g_clear_error (&error);
  g_assert_null (find (config, "b", "https://o.example/x", NULL, &error));
  assert_message (error, AVOUCH_ERROR_UNSERVED, "b: does not serve https://o.example",
                  "add \"serve = https://o.example\" under [b]; it serves nothing now");
}

static void
test_named_username (void)
{
  g_autoptr (Config) config = make_config (accounts, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Profile) profile = find (config, "bob", "https://h.example", "bob", NULL);

  g_assert_cmpstr (profile_name (profile), ==, "bob");
  g_assert_null (find (config, "bob", "https://h.example", "alice", &error));
  assert_message (error, AVOUCH_ERROR_UNSERVED,
                  "bob: is for user \"bob\" (git-username), not for \"alice\"", NULL);
}

static void
test_outlives_the_configuration (void)
{
  g_autoptr (Config) config = make_config ("[a]\nserve = https://h.example\n", NULL);
  g_autoptr (Profile) profile = find (config, NULL, "https://h.example", NULL, NULL);

  g_clear_pointer (&config, config_free);
  g_assert_cmpstr (profile_get (profile, "serve"), ==, "https://h.example");
}

static void
test_error_may_be_null (void)
{
  g_autoptr (Config) config = make_config (accounts, NULL);

  g_assert_null (find (config, NULL, "https://h.example", NULL, NULL));
  g_assert_null (find (config, NULL, "https://o.example", NULL, NULL));
  g_assert_null (find (config, "alice", "https://o.example", NULL, NULL));
  g_assert_null (find (config, "carol", NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/route/lookalike-hosts-are-unserved", test_lookalikes);
  g_test_add_func ("/route/most-specific-pattern-wins", test_specificity);
  g_test_add_func ("/route/own-patterns-do-not-tie", test_own_patterns_do_not_tie);
  g_test_add_func ("/route/unserved-says-what-to-add", test_unserved);
  g_test_add_func ("/route/tie-names-both-profiles", test_tie);
  g_test_add_func ("/route/tie-below-the-best-is-none", test_tie_below_the_best);
  g_test_add_func ("/route/username-breaks-a-tie", test_username);
  g_test_add_func ("/route/profile-for-any-username", test_any_username);
  g_test_add_func ("/route/other-username-does-not-count",
                   test_username_passes_over_the_more_specific);
  g_test_add_func ("/route/named-profile", test_named);
  g_test_add_func ("/route/named-profile-missing-is-a-config-error", test_named_missing);
  g_test_add_func ("/route/named-profile-must-serve-the-url", test_named_unserved);
  g_test_add_func ("/route/named-profile-of-another-account", test_named_username);
  g_test_add_func ("/route/profile-outlives-the-configuration", test_outlives_the_configuration);
  g_test_add_func ("/route/error-may-be-null", test_error_may_be_null);
  return g_test_run ();
}
