/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program takes from its surroundings, read once in main and passed on. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
  uid_t uid;
  char *home;            /* HOME, else the password database's; NULL if neither */
  char *config_override; /* AVOUCH_CONFIG; NULL if unset or empty */
  char *config_home;     /* XDG_CONFIG_HOME if absolute, else HOME/.config; NULL without a home */
  char *runtime_dir;     /* XDG_RUNTIME_DIR if absolute, else NULL */
  char *credentials;     /* CREDENTIALS_DIRECTORY if absolute: a systemd service's; else NULL */
  char *system_dir;      /* where avouch.conf of the machine is: compiled in, /etc/avouch */
  char *preset_dir;      /* where the presets are that come with avouch: compiled in */
  char *mint_path;       /* the absolute path of avouch-mint: compiled in */
  char *keyring_path;    /* likewise, of avouch-keyring */
  char **inherited;      /* environ as it was at the start */
} Environment;

Environment *environment_read (void);
void environment_free (Environment *environment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Environment, environment_free)

/* The environment that avouch-mint and avouch-keyring are started with: only what they need (HOME,
 * USER, PATH fixed, LANG/LANGUAGE/LC_*, TZ, XDG_RUNTIME_DIR, XDG_CONFIG_HOME, XDG_DATA_HOME,
 * DBUS_SESSION_BUS_ADDRESS, DISPLAY, WAYLAND_DISPLAY, TERM, CREDENTIALS_DIRECTORY; *_proxy if
 * WITH_PROXY), and GLIBC_TUNABLES of our own, so that what is freed is overwritten
 * (process_overwrite_freed). The caller frees it with g_strfreev. */
char **environment_for_mint (const Environment *environment, gboolean with_proxy);

/* Whether this process's environment names a display on which the desktop could ask its user. */
bool environment_has_display (void);

/* Takes out of this process's environment what tells GIO, libsoup, GnuTLS and libsecret to load
 * other code or to trust less: for each program that opens a key or the network itself, first thing
 * in main. (What a library reads before main is another matter: see environment_for_mint.) */
void environment_distrust (void);

/* Compiled in, one object file per linked variant (installed, in the build tree). */
extern const char *const avouch_mint_path;
extern const char *const avouch_keyring_path;
extern const char *const avouch_system_dir;
extern const char *const avouch_preset_dir;
