/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "new-key.h"

#include "certificate.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "make.h"
#include "process.h"
#include "profiles.h"

#include <stdio.h>

#define KEY_TYPE "rsa-2048"

/* Where the profile wants another. */
static const struct {
  const char *algorithm;
  const char *type;
} types[] = {
  { "ES256", "p-256" },
  { "ES384", "p-384" },
  { "ES512", "p-521" },
  { "EdDSA", "ed25519" },
};

static const KeyType *
find_type (const ProfileDraft *draft)
{
  const char *algorithm = profile_draft_get (draft, "algorithm");

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (types[i].algorithm, algorithm) == 0)
      return key_type_find (types[i].type);
  return key_type_find (KEY_TYPE);
}

void
new_key_clear (NewKey *key)
{
  key_place_clear (&key->place);
}

static bool
is_there (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

bool
new_key_choose (NewKey *key, const ProfileDraft *draft, const Environment *environment,
                GError **error)
{
  const char *passphrase = profile_draft_get (draft, "passphrase");
  g_autoptr (GError) reason = NULL;
  bool generated = passphrase == NULL;
  const KeyPlace *place = &key->place;

  key->type = find_type (draft);
  key->passphrase = (PassphrasePlace){
    .option = "--passphrase",
    .value = generated ? "generate" : passphrase,
    .chooses = true,
  };
  if (passphrase_place_is_none (&key->passphrase))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("--passphrase none: the key of a profile is made with a passphrase"));
      if (error != NULL)
        error_add_hint (*error, _ ("leave it out, and a file of its own gets one; or make the key "
                                   "by \"avouch key new\", and give --key"));
      return false;
    }
  if (!passphrase_place_check (&key->passphrase, error) ||
      !key_place_choose (environment, profile_draft_name (draft), NULL, false, &key->place, error))
    return false;
  key->found = is_there (place->key) && is_there (place->certificate) &&
               (!generated || is_there (place->passphrase));
  if (key->found || key_place_check (place, generated, &reason))
    return true;
  error_add_hint (reason, _ ("--key takes a key that is there; another name of the profile makes "
                             "another"));
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

static Key *
make_pair (const KeyType *type, const char *name, GError **error)
{
  g_autoptr (Key) key = key_make (type, error);
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  unsigned days = 0;

  if (key == NULL || !key_days_parse (NULL, &days, error))
    return NULL;
  certificate = certificate_make (key, name, days, process_now (), error);
  if (certificate == NULL)
    return NULL;
  key_set_certificate (key, g_steal_pointer (&certificate));
  return g_steal_pointer (&key);
}

static void
say_made (const KeyPlace *place, const Environment *environment)
{
  g_autofree char *key = profiles_short_path (environment, place->key);
  g_autofree char *certificate = profiles_short_path (environment, place->certificate);

  fprintf (stderr,
           _ ("\nMade a key, and a certificate for it:\n"
              "  %s    stays here\n"
              "  %s    is for the issuer, and no secret\n"),
           key, certificate);
}

bool
new_key_make (const NewKey *key, const Environment *environment, GError **error)
{
  const KeyPlace *place = &key->place;
  g_autoptr (Key) pair = make_pair (key->type, place->name, error);
  g_autoptr (Secret) passphrase = NULL;

  if (pair == NULL ||
      (passphrase = key_place_passphrase (place, &key->passphrase, environment, error)) == NULL)
    return false;
  if (!key_place_write (place, pair, passphrase, passphrase_place_is_generated (&key->passphrase),
                        error))
    return false;
  say_made (place, environment);
  return true;
}

bool
new_key_set (const NewKey *key, ProfileDraft *draft, const Environment *environment, GError **error)
{
  g_autofree char *location = profiles_short_path (environment, key->place.key);
  g_autofree char *passphrase = key_place_setting (&key->place, &key->passphrase, environment);

  if (!profile_draft_set (draft, "key", location, error))
    return false;
  return profile_draft_get (draft, "passphrase") != NULL ||
         profile_draft_set (draft, "passphrase", passphrase, error);
}
