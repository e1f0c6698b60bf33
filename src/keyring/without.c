/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linked in the room's place where libsecret was left out of the build. */
#include "keyring.h"

#include "error.h"
#include "i18n.h"

/* Always false. */
static bool
fail (const KeyringOptions *options, GError **error)
{
  GError *failure = g_error_new_literal (AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                                         _ ("this avouch was built without keyring support"));

  if (options->instead != NULL)
    error_add_hint (failure, _ ("build with -Dkeyring=enabled; %s"), options->instead);
  else
    error_add_hint (failure, "%s", _ ("build with -Dkeyring=enabled"));
  g_propagate_error (error, failure);
  return false;
}

void
keyring_state_clear (KeyringState *state G_GNUC_UNUSED)
{
}

bool
keyring_store (const KeyringItem *item G_GNUC_UNUSED, const Secret *secret G_GNUC_UNUSED,
               const KeyringOptions *options, GError **error)
{
  return fail (options, error);
}

bool
keyring_find (const KeyringItem *item G_GNUC_UNUSED, const KeyringOptions *options,
              KeyringMatch **match G_GNUC_UNUSED, GError **error)
{
  return fail (options, error);
}

GPtrArray *
keyring_search (const KeyringItem *item G_GNUC_UNUSED, bool secrets G_GNUC_UNUSED,
                const KeyringOptions *options, char **passed_over G_GNUC_UNUSED, GError **error)
{
  fail (options, error);
  return NULL;
}

bool
keyring_erase (const KeyringItem *item G_GNUC_UNUSED, KeyringJudge judge G_GNUC_UNUSED,
               void *data G_GNUC_UNUSED, const KeyringOptions *options,
               unsigned *erased G_GNUC_UNUSED, GError **error)
{
  return fail (options, error);
}

bool
keyring_state (const KeyringOptions *options, KeyringState *state G_GNUC_UNUSED, GError **error)
{
  return fail (options, error);
}
