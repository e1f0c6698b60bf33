/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unlock.h"

#include "error.h"
#include "i18n.h"

void
unlock_clear (Unlock *unlock)
{
  g_clear_pointer (&unlock->passphrase, secret_unref);
}

const char *
unlock_passphrase (Unlock *unlock, const char *what, GError **error)
{
  const KeySource *source = unlock->source;

  if (unlock->passphrase == NULL && source->passphrase != NULL)
    unlock->passphrase = source->passphrase (what, source->passphrase_data, error);
  else if (unlock->passphrase == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                   _ ("it is encrypted, and no passphrase is configured"));
      if (error != NULL)
        error_add_hint (*error, _ ("set `passphrase = …` in the profile: keyring, file:PATH, "
                                   "env:NAME or prompt"));
    }
  return unlock->passphrase != NULL ? secret_bytes (unlock->passphrase, NULL) : NULL;
}

bool
unlock_spend (Unlock *unlock, unsigned iterations, GError **error)
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
  unlock->iterations += iterations;
  return true;
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
