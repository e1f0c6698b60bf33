/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unlock.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

void
unlock_clear (Unlock *unlock)
{
  g_clear_pointer (&unlock->passphrase, secret_unref);
  g_clear_pointer (&unlock->key_passphrase, secret_unref);
}

const char *
unlock_passphrase (Unlock *unlock, const char *what, GError **error)
{
  const KeySource *source = unlock->source;
  bool own = source->own_passphrase && strcmp (what, "key") == 0;
  Secret **passphrase = own ? &unlock->key_passphrase : &unlock->passphrase;

  if (*passphrase == NULL && source->passphrase != NULL)
    *passphrase = source->passphrase (what, source->passphrase_data, error);
  else if (*passphrase == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                   _ ("it is encrypted, and no passphrase is configured"));
      if (error != NULL)
        error_add_hint (*error, _ ("set `passphrase = …` in the profile: keyring, file:PATH, "
                                   "env:NAME or prompt"));
    }
  return *passphrase != NULL ? secret_bytes (*passphrase, NULL) : NULL;
}

bool
unlock_may_pass (const Unlock *unlock)
{
  return unlock->inspects && unlock->source->passphrase == NULL;
}

bool
unlock_spend (Unlock *unlock, uint64_t iterations, GError **error)
{
  if (iterations > UNLOCK_MAX_ITERATIONS - unlock->iterations)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("its encryption asks for more than %u rounds"),
                   (unsigned) UNLOCK_MAX_ITERATIONS);
      if (error != NULL)
        error_add_hint (*error, _ ("encrypt the key again with fewer iterations"));
      return false;
    }
  unlock->iterations += (unsigned) iterations;
  return true;
}

bool
unlock_allows_memory (uint64_t bytes, GError **error)
{
  if (bytes <= UNLOCK_MAX_MEMORY)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("its encryption (scrypt) asks for more than %d MiB of memory"),
               UNLOCK_MAX_MEMORY / (1024 * 1024));
  if (error != NULL)
    error_add_hint (*error, _ ("encrypt the key again with less: openssl pkcs8 -topk8 -scrypt "
                               "takes 16 MiB unless told otherwise"));
  return false;
}

bool
unlock_refused (GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("the passphrase does not open it"));
  if (error != NULL)
    error_add_hint (*error, _ ("check `passphrase`; a PKCS#12 file has the password that it was "
                               "exported with"));
  return false;
}

bool
unlock_key_refused (const Unlock *unlock, GError **error)
{
  if (!unlock->verified)
    return unlock_refused (error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               unlock->source->own_passphrase
                   ? _ ("the keystore opens, but `key-passphrase` does not open the key in it")
                   : _ ("the passphrase opens the keystore, but not the key in it"));
  if (error != NULL)
    error_add_hint (*error, unlock->source->own_passphrase
                                ? _ ("leave `key-passphrase` out if the key has the password of "
                                     "its keystore")
                                : _ ("set `key-passphrase`: the key has a password of its own"));
  return false;
}
