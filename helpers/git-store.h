/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ordinary credentials in the desktop keyring, as git's own helper for it keeps them
 * (contrib/credential/libsecret), so that each finds the other's:
 *     schema      org.gnome.keyring.NetworkPassword; any is found
 *     attributes  protocol, server, and if given port, object (the path) and user
 *     secret      the password; then, if given, the lines password_expiry_utc=… and
 *                 oauth_refresh_token=…
 * What is no password but a credential of another kind (authtype) has the schema
 * avouch.GitCredential, "git-" before each attribute's name so that no other helper takes it for a
 * password, and the line authtype=… */
#pragma once

#include "environment.h"
#include "git-protocol.h"

typedef struct {
  const Environment *environment;
  bool interactive;       /* the user may be asked to unlock the keyring */
  const char *collection; /* where to keep; NULL: the default one */
  int64_t now;            /* unix seconds */
} GitStore;

/* Appends the answer, or nothing where there is none. PASSED_OVER, NULL before, receives why an
 * item was left out that cannot be read; the caller frees it. Errors of all three: the keyring's,
 * and as of spawn_keyring. */
bool git_store_get (const GitStore *store, const GitRequest *request, SecretBuffer *answer,
                    char **passed_over, GError **error);
/* Does nothing where the request is no whole credential, or not to be kept. */
bool git_store_keep (const GitStore *store, const GitRequest *request, GError **error);
/* All that matches and, where the request has a password or credential, has that one. */
bool git_store_erase (const GitStore *store, const GitRequest *request, GError **error);
