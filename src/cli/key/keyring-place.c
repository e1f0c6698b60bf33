/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring-place.h"

#include "certificate.h"
#include "config.h"
#include "error.h"
#include "i18n.h"
#include "store.h"
#include "stored-secret.h"

#include <errno.h>

void
keyring_place_clear (KeyringPlace *place)
{
  g_clear_pointer (&place->name, g_free);
  g_clear_pointer (&place->location, g_free);
  g_clear_pointer (&place->certificate, g_free);
}

static bool
check_name (const char *name, GError **error)
{
  if (config_is_profile_name (name))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("the name of a key has letters, digits, \"-\", \"_\" and \".\""));
  if (error != NULL)
    error_add_hint (*error, _ ("in the keyring a key has a name such as acme, and no path"));
  return false;
}

bool
keyring_place_choose (const Environment *environment, const char *name, const char *certificate,
                      const char *collection, KeyringPlace *place, GError **error)
{
  g_auto (KeyPlace) beside = { 0 };

  if (!check_name (name, error) ||
      (certificate == NULL && !key_place_choose (environment, name, "pem", true, &beside, error)))
    return false;
  *place = (KeyringPlace){
    .name = g_strdup (name),
    .location = g_strconcat (KEYRING_PLACE ":", name, NULL),
    .certificate = certificate != NULL ? g_canonicalize_filename (certificate, NULL)
                                       : g_steal_pointer (&beside.certificate),
    .collection = collection,
    .makes_folder = beside.ours,
  };
  return true;
}

bool
keyring_place_check (const KeyringPlace *place, GError **error)
{
  return stored_key_check (place->name, error) && key_certificate_check (place->certificate, error);
}

static bool
make_folder (const KeyringPlace *place, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (place->certificate);

  if (!place->makes_folder || g_mkdir_with_parents (folder, 0700) == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot be made: %s"), folder,
               g_strerror (errno));
  return false;
}

static bool
write_certificate (const KeyringPlace *place, const Key *key, GError **error)
{
  g_autoptr (Secret) content = NULL;

  if (key_certificate (key) == NULL)
    return true;
  content = certificate_encode (key_certificate (key), GNUTLS_X509_FMT_PEM, error);
  return content != NULL && make_folder (place, error) &&
         key_certificate_write (place->certificate, content, error);
}

bool
keyring_place_write (const KeyringPlace *place, const Key *key, GError **error)
{
  g_autoptr (Secret) content = store_pem (key, NULL, error);

  if (content == NULL || !store_check (content, key, NULL, error))
    return false;
  if (stored_key_keep (place->name, content, place->collection, error) &&
      write_certificate (place, key, error))
    return true;
  stored_key_drop (place->name);
  return false;
}
