/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stored-secret.h"

#include "error.h"
#include "i18n.h"
#include "keyring.h"
#include "text.h"

static KeyringItem
key_item (const char *const *attributes)
{
  return (KeyringItem){ .schema = STORED_KEY_SCHEMA, .attributes = attributes };
}

static void
set_key_error (const char *name, const char *message, GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, message);
  if (error != NULL)
    {
      g_autofree char *shown = text_clean (name, -1);

      error_add_hint (
          *error, _ ("\"avouch key import FILE --to keyring --name %s\" puts one there"), shown);
    }
}

Secret *
stored_key_find (const char *name, bool interactive, int timeout, GError **error)
{
  const char *const attributes[] = { "name", name, NULL };
  const KeyringItem item = key_item (attributes);
  const KeyringOptions options = {
    .interactive = interactive,
    .timeout = timeout,
    .instead = _ ("`key = PATH` works without a keyring"),
  };
  g_autoptr (KeyringMatch) match = NULL;

  if (!keyring_find (&item, &options, &match, error))
    return NULL;
  if (match != NULL && match->secret != NULL)
    return secret_ref (match->secret);
  set_key_error (name, _ ("the keyring has no key of that name"), error);
  return NULL;
}

bool
stored_key_check (const char *name, GError **error)
{
  const char *const attributes[] = { "name", name, NULL };
  const KeyringItem item = key_item (attributes);
  g_autoptr (GPtrArray) found = keyring_search (&item, false, &(KeyringOptions){ 0 }, NULL, error);

  if (found == NULL)
    return false;
  if (found->len == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the keyring has a key %s already"), name);
  if (error != NULL)
    error_add_hint (*error, _ ("avouch replaces no key: choose another name, or remove it in the "
                               "desktop's keyring program"));
  return false;
}

/* A service that keeps something else, or nothing, must not cost the only copy of a key. */
static bool
read_back (const KeyringItem *item, const Secret *kept, GError **error)
{
  g_autoptr (KeyringMatch) match = NULL;

  if (!keyring_find (item, &(KeyringOptions){ .interactive = true }, &match, error))
    return false;
  if (match != NULL && match->secret != NULL && secret_equal (match->secret, kept))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
               _ ("the keyring does not give back what was put into it"));
  return false;
}

static bool
keep (const KeyringItem *item, const Secret *secret, const char *collection, GError **error)
{
  const KeyringOptions options = { .interactive = true, .collection = collection };

  return keyring_store (item, secret, &options, error) && read_back (item, secret, error);
}

bool
stored_key_keep (const char *name, const Secret *content, const char *collection, GError **error)
{
  const char *const attributes[] = { "name", name, NULL };
  g_autofree char *label = g_strdup_printf (_ ("avouch: key %s"), name);
  KeyringItem item = key_item (attributes);

  item.label = label;
  return keep (&item, content, collection, error);
}

void
stored_key_drop (const char *name)
{
  const char *const attributes[] = { "name", name, NULL };
  const KeyringItem item = key_item (attributes);

  keyring_erase (&item, NULL, NULL, &(KeyringOptions){ 0 }, NULL, NULL);
}

bool
stored_passphrase_keep (const char *profile, const char *purpose, const Secret *passphrase,
                        const char *collection, GError **error)
{
  const char *const attributes[] = { "profile", profile, "purpose", purpose, NULL };
  g_autofree char *label = g_strdup_printf (_ ("avouch: passphrase of %s"), profile);
  const KeyringItem item = {
    .schema = KEYRING_SCHEMA,
    .attributes = attributes,
    .label = label,
  };

  return keep (&item, passphrase, collection, error);
}
