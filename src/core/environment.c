/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "environment.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kept[] = {
  "USER",
  "LANG",
  "LANGUAGE",
  "TZ",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "DBUS_SESSION_BUS_ADDRESS",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "TERM",
  "CREDENTIALS_DIRECTORY",
  NULL,
};

static const char *const kept_with_proxy[] = {
  "https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy",
  "ALL_PROXY",   "no_proxy",    "NO_PROXY",   NULL,
};

static const char *const distrusted[] = {
  "GIO_EXTRA_MODULES", "GIO_MODULE_DIR",   "GIO_USE_TLS",           "GIO_USE_PROXY_RESOLVER",
  "GIO_USE_VFS",       "SECRET_BACKEND",   "SSLKEYLOGFILE",         "GNUTLS_DEBUG_LEVEL",
  "G_MESSAGES_DEBUG",  "SOUP_FORCE_HTTP1", "G_TLS_GNUTLS_PRIORITY",
};

/* process_overwrite_freed does nothing for small blocks that glibc keeps at hand for each thread;
 * it reads its tunables before main. */
#define NO_THREAD_CACHE "GLIBC_TUNABLES=glibc.malloc.tcache_count=0"

/* A relative folder would be another one in every folder that a tool is started from. */
static char *
dup_absolute (const char *value)
{
  return value != NULL && value[0] == '/' ? g_strdup (value) : NULL;
}

static char *
dup_nonempty (const char *value)
{
  return value != NULL && value[0] != '\0' ? g_strdup (value) : NULL;
}

/* The password database may be a network away: asked only where HOME does not say. */
static char *
find_home (uid_t uid)
{
  char *home = dup_absolute (getenv ("HOME"));
  const struct passwd *entry = home == NULL ? getpwuid (uid) : NULL;

  return entry != NULL ? dup_absolute (entry->pw_dir) : home;
}

void
environment_distrust (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (distrusted); i++)
    g_unsetenv (distrusted[i]);
}

Environment *
environment_read (void)
{
  Environment *environment = g_new0 (Environment, 1);

  environment->uid = getuid ();
  environment->home = find_home (environment->uid);
  environment->config_override = dup_nonempty (getenv ("AVOUCH_CONFIG"));
  environment->config_home = dup_absolute (getenv ("XDG_CONFIG_HOME"));
  if (environment->config_home == NULL && environment->home != NULL)
    environment->config_home = g_strconcat (environment->home, "/.config", NULL);
  environment->runtime_dir = dup_absolute (getenv ("XDG_RUNTIME_DIR"));
  environment->credentials = dup_absolute (getenv ("CREDENTIALS_DIRECTORY"));
  environment->system_dir = g_strdup (avouch_system_dir);
  environment->preset_dir = g_strdup (avouch_preset_dir);
  environment->mint_path = g_strdup (avouch_mint_path);
  environment->keyring_path = g_strdup (avouch_keyring_path);
  environment->inherited = g_strdupv (environ);
  return environment;
}

void
environment_free (Environment *environment)
{
  if (environment == NULL)
    return;
  g_free (environment->home);
  g_free (environment->config_override);
  g_free (environment->config_home);
  g_free (environment->runtime_dir);
  g_free (environment->credentials);
  g_free (environment->system_dir);
  g_free (environment->preset_dir);
  g_free (environment->mint_path);
  g_free (environment->keyring_path);
  g_strfreev (environment->inherited);
  g_free (environment);
}

bool
environment_has_display (void)
{
  const char *x11 = getenv ("DISPLAY");
  const char *wayland = getenv ("WAYLAND_DISPLAY");

  return (x11 != NULL && x11[0] != '\0') || (wayland != NULL && wayland[0] != '\0');
}

static bool
is_named (const char *variable, const char *const *names)
{
  size_t length = strcspn (variable, "=");

  for (; *names != NULL; names++)
    if (strlen (*names) == length && strncmp (*names, variable, length) == 0)
      return true;
  return false;
}

char **
environment_for_mint (const Environment *environment, gboolean with_proxy)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, "PATH=/usr/local/bin:/usr/bin:/bin");
  g_strv_builder_add (builder, NO_THREAD_CACHE);
  if (environment->home != NULL)
    {
      g_autofree char *home = g_strconcat ("HOME=", environment->home, NULL);
      g_strv_builder_add (builder, home);
    }
  for (char **variable = environment->inherited; variable != NULL && *variable != NULL; variable++)
    if (is_named (*variable, kept) || g_str_has_prefix (*variable, "LC_") ||
        (with_proxy && is_named (*variable, kept_with_proxy)))
      g_strv_builder_add (builder, *variable);
  return g_strv_builder_end (builder);
}
