/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring.h"

#include "error.h"
#include "i18n.h"
#include "passphrase.h"

static Secret *
fail_without_item (const char *profile, GError **error)
{
  GError *failure = g_error_new_literal (AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                                         _ ("the keyring has no passphrase for this profile"));

  error_add_hint (failure, _ ("store it: avouch key passphrase %s"), profile);
  g_propagate_error (error, failure);
  return NULL;
}

/* Whoever pipes it into secret-tool stores the line's end too. */
static Secret *
take_line (const Secret *secret, GError **error)
{
  GError *trouble = NULL;
  size_t length;
  const char *text = secret_bytes (secret, &length);
  Secret *passphrase = passphrase_take (text, length, _ ("the keyring"), &trouble);

  if (passphrase != NULL)
    return passphrase;
  error_add_hint (trouble, "%s", _ ("store it again: one line, and not an empty one"));
  g_propagate_error (error, trouble);
  return NULL;
}

Secret *
keyring_lookup_passphrase (const char *profile, const char *purpose, bool interactive, int timeout,
                           GError **error)
{
  const char *const attributes[] = { "profile", profile, "purpose", purpose, NULL };
  const KeyringItem item = { .schema = KEYRING_SCHEMA, .attributes = attributes };
  const KeyringOptions options = {
    .interactive = interactive,
    .timeout = timeout,
    .instead = _ ("`passphrase = file:PATH`, `env:NAME` or `fd:N` works without a keyring"),
  };
  g_autoptr (KeyringMatch) match = NULL;

  if (!keyring_find (&item, &options, &match, error))
    return NULL;
  return match != NULL ? take_line (match->secret, error) : fail_without_item (profile, error);
}
