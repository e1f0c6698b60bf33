/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linked in the room's place where libsecret was left out of the build. */
#include "keyring.h"

#include "error.h"
#include "i18n.h"

Secret *
keyring_lookup_passphrase (const char *profile, const char *purpose, bool interactive, int timeout,
                           GError **error)
{
  GError *failure = g_error_new_literal (AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                                         _ ("this avouch was built without keyring support"));

  (void) profile;
  (void) purpose;
  (void) interactive;
  (void) timeout;
  error_add_hint (failure, "%s",
                  _ ("use `passphrase = file:PATH`, `env:NAME` or `fd:N`, or build with "
                     "-Dkeyring=enabled"));
  g_propagate_error (error, failure);
  return NULL;
}
