/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "environment.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

static void
set_up (void)
{
  g_setenv ("HOME", "/home/me", TRUE);
  g_unsetenv ("AVOUCH_CONFIG");
  g_unsetenv ("XDG_CONFIG_HOME");
  g_unsetenv ("XDG_RUNTIME_DIR");
}

static void
test_defaults (void)
{
  set_up ();
  g_autoptr (Environment) environment = environment_read ();

  g_assert_cmpuint (environment->uid, ==, getuid ());
  g_assert_cmpstr (environment->home, ==, "/home/me");
  g_assert_cmpstr (environment->config_home, ==, "/home/me/.config");
  g_assert_null (environment->config_override);
  g_assert_null (environment->runtime_dir);
  g_assert_cmpstr (environment->system_dir, ==, avouch_system_dir);
  g_assert_cmpstr (environment->mint_path, ==, avouch_mint_path);
  g_assert_cmpstr (environment->keyring_path, ==, avouch_keyring_path);
  g_assert_cmpstr (g_environ_getenv (environment->inherited, "HOME"), ==, "/home/me");
}

static void
test_folders (void)
{
  set_up ();
  g_setenv ("AVOUCH_CONFIG", "some.conf", TRUE);
  g_setenv ("XDG_CONFIG_HOME", "/c", TRUE);
  g_setenv ("XDG_RUNTIME_DIR", "/r", TRUE);
  g_autoptr (Environment) environment = environment_read ();

  g_assert_cmpstr (environment->config_override, ==, "some.conf");
  g_assert_cmpstr (environment->config_home, ==, "/c");
  g_assert_cmpstr (environment->runtime_dir, ==, "/r");
}

static void
test_relative (void)
{
  static const char *const values[] = { "", "relative/folder", "./x", NULL };

  for (size_t i = 0; values[i] != NULL; i++)
    {
      set_up ();
      g_setenv ("XDG_CONFIG_HOME", values[i], TRUE);
      g_setenv ("XDG_RUNTIME_DIR", values[i], TRUE);
      g_autoptr (Environment) environment = environment_read ();

      g_assert_cmpstr (environment->config_home, ==, "/home/me/.config");
      g_assert_null (environment->runtime_dir);
    }
}

static void
test_empty_override (void)
{
  set_up ();
  g_setenv ("AVOUCH_CONFIG", "", TRUE);
  g_autoptr (Environment) environment = environment_read ();

  g_assert_null (environment->config_override);
}

static void
test_home_from_database (void)
{
  static const char *const values[] = { NULL, "", "relative" };
  const struct passwd *entry = getpwuid (getuid ());
  g_autofree char *wanted =
      entry != NULL && entry->pw_dir[0] == '/' ? g_strdup (entry->pw_dir) : NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (values); i++)
    {
      set_up ();
      if (values[i] != NULL)
        g_setenv ("HOME", values[i], TRUE);
      else
        g_unsetenv ("HOME");
      g_autoptr (Environment) environment = environment_read ();

      g_assert_cmpstr (environment->home, ==, wanted);
      if (wanted == NULL)
        g_assert_null (environment->config_home);
    }
}

static const char *const inherited[] = {
  "HOME=/elsewhere",
  "USER=me",
  "PATH=/tmp/evil",
  "LANG=de_DE.UTF-8",
  "LANGUAGE=de",
  "LC_ALL=C",
  "LC_TIME=C",
  "TZ=UTC",
  "XDG_RUNTIME_DIR=/run/user/1",
  "XDG_CONFIG_HOME=/c",
  "XDG_DATA_HOME=/d",
  "DBUS_SESSION_BUS_ADDRESS=unix:path=/b",
  "DISPLAY=:0",
  "WAYLAND_DISPLAY=w",
  "TERM=xterm",
  "LD_PRELOAD=/tmp/evil.so",
  "GLIBC_TUNABLES=glibc.malloc.tcache_count=7",
  "G_MESSAGES_DEBUG=all",
  "GNUTLS_DEBUG_LEVEL=9",
  "SSLKEYLOGFILE=/tmp/k",
  "GIO_EXTRA_MODULES=/tmp",
  "PASSPHRASE=hunter2",
  "USERNAME=x",
  "TZDIR=/tmp",
  "LC=1",
  "NOEQUALS",
  "https_proxy=http://a",
  "HTTPS_PROXY=http://b",
  "http_proxy=c",
  "HTTP_PROXY=evil",
  "all_proxy=d",
  "ALL_PROXY=e",
  "no_proxy=f",
  "NO_PROXY=g",
  "CREDENTIALS_DIRECTORY=/run/credentials/x",
  NULL,
};

static void
assert_mint_environment (const char *home, gboolean with_proxy, const char *const *wanted)
{
  const Environment environment = { .home = (char *) home, .inherited = (char **) inherited };
  g_auto (GStrv) actual = environment_for_mint (&environment, with_proxy);

  g_assert_cmpuint (g_strv_length (actual), ==, g_strv_length ((char **) wanted));
  for (size_t i = 0; wanted[i] != NULL; i++)
    g_assert_cmpstr (actual[i], ==, wanted[i]);
}

static void
test_for_mint (void)
{
  static const char *const wanted[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
    "HOME=/home/me",
    "USER=me",
    "LANG=de_DE.UTF-8",
    "LANGUAGE=de",
    "LC_ALL=C",
    "LC_TIME=C",
    "TZ=UTC",
    "XDG_RUNTIME_DIR=/run/user/1",
    "XDG_CONFIG_HOME=/c",
    "XDG_DATA_HOME=/d",
    "DBUS_SESSION_BUS_ADDRESS=unix:path=/b",
    "DISPLAY=:0",
    "WAYLAND_DISPLAY=w",
    "TERM=xterm",
    "CREDENTIALS_DIRECTORY=/run/credentials/x",
    NULL,
  };

  assert_mint_environment ("/home/me", FALSE, wanted);
}

/* HTTP_PROXY may be a request's "Proxy:" header under CGI (CVE-2016-5385). */
static void
test_for_mint_with_proxy (void)
{
  static const char *const wanted[] = {
    "PATH=/usr/local/bin:/usr/bin:/bin",
    "GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
    "USER=me",
    "LANG=de_DE.UTF-8",
    "LANGUAGE=de",
    "LC_ALL=C",
    "LC_TIME=C",
    "TZ=UTC",
    "XDG_RUNTIME_DIR=/run/user/1",
    "XDG_CONFIG_HOME=/c",
    "XDG_DATA_HOME=/d",
    "DBUS_SESSION_BUS_ADDRESS=unix:path=/b",
    "DISPLAY=:0",
    "WAYLAND_DISPLAY=w",
    "TERM=xterm",
    "https_proxy=http://a",
    "HTTPS_PROXY=http://b",
    "http_proxy=c",
    "all_proxy=d",
    "ALL_PROXY=e",
    "no_proxy=f",
    "NO_PROXY=g",
    "CREDENTIALS_DIRECTORY=/run/credentials/x",
    NULL,
  };

  assert_mint_environment (NULL, TRUE, wanted);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/environment/defaults", test_defaults);
  g_test_add_func ("/environment/folders-as-set", test_folders);
  g_test_add_func ("/environment/relative-folders-are-ignored", test_relative);
  g_test_add_func ("/environment/empty-override-is-none", test_empty_override);
  g_test_add_func ("/environment/home-from-the-password-database", test_home_from_database);
  g_test_add_func ("/environment/mint-gets-only-what-it-needs", test_for_mint);
  g_test_add_func ("/environment/mint-gets-the-proxies-on-request", test_for_mint_with_proxy);
  return g_test_run ();
}
