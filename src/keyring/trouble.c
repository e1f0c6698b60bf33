/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trouble.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

static const struct {
  const char *message;
  const char *hint;
} troubles[] = {
  [TROUBLE_NO_BUS] = { N_ ("no keyring can be reached: there is no session bus"),
                       N_ ("ask from within a desktop session") },
  [TROUBLE_NO_SERVICE] = { N_ ("no keyring can be reached: none answers on the session bus"),
                           N_ ("start GNOME Keyring, KWallet or KeePassXC") },
  [TROUBLE_NO_DEFAULT] = { N_ ("the keyring has no default collection"),
                           N_ ("make one in the desktop's keyring program") },
  [TROUBLE_NO_COLLECTION] = { N_ ("the keyring has no such collection"),
                              N_ ("the desktop's keyring program lists them") },
  [TROUBLE_LOCKED] = { N_ ("the keyring is locked"), N_ ("unlock it on the desktop") },
  [TROUBLE_WOULD_ASK] = { N_ ("the keyring wants to ask, and nobody may be asked here"),
                          N_ ("do it once from a terminal on the desktop") },
  [TROUBLE_DISMISSED] = { N_ ("the keyring's question was dismissed"),
                          N_ ("ask again, and unlock the keyring") },
  [TROUBLE_LATE] = { N_ ("the keyring did not answer in time"),
                     N_ ("is an unlock prompt waiting on the desktop?") },
  [TROUBLE_DIED] = { N_ ("the keyring ended before it answered"), N_ ("start it, and ask again") },
  [TROUBLE_CHANGED] = { N_ ("another keyring took over before this one answered"),
                        N_ ("ask again; where two are installed, let only one run") },
  [TROUBLE_REFUSED] = { N_ ("the keyring refuses"),
                        N_ ("look at the item in the desktop's keyring program") },
  [TROUBLE_ODD] = { N_ ("the keyring's answer makes no sense"),
                    N_ ("restart the keyring program, or update it") },
  [TROUBLE_NO_SECRET] = { N_ ("the keyring did not hand out the secret"),
                          N_ ("look at the item in the desktop's keyring program") },
  [TROUBLE_NO_KEY] = { N_ ("the secret portal hands out no key for this sandbox's keyring"),
                       N_ ("ask again, and unlock the desktop's keyring if it asks") },
  [TROUBLE_FILE] = { N_ ("this sandbox's keyring file cannot be used"),
                     N_ ("look at keyrings/default.keyring in the sandbox's XDG_DATA_HOME") },
  [TROUBLE_TOO_LONG] = { N_ ("the secret is too long for an item of the keyring"),
                         N_ ("keep it in a file") },
  [TROUBLE_NOT_UTF8] = { N_ ("an item's name or attribute is not UTF-8"),
                         N_ ("the keyring takes no other text") },
};

bool
trouble_set (const KeyringOptions *options, Trouble trouble, const char *detail, GError **error)
{
  const char *message = _ (troubles[trouble].message);
  const char *hint = _ (troubles[trouble].hint);
  g_autofree char *told = detail != NULL ? text_clean_told (detail) : NULL;
  g_autofree char *line =
      told != NULL ? g_strdup_printf ("%s (%s)", message, told) : g_strdup (message);
  GError *failure = g_error_new_literal (AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, line);

  if (options->instead != NULL)
    error_add_hint (failure, "%s; %s", hint, options->instead);
  else
    error_add_hint (failure, "%s", hint);
  g_propagate_error (error, failure);
  return false;
}
