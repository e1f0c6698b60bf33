/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pkcs11-pin.h"

#include "error.h"
#include "i18n.h"

#include <gnutls/pkcs11.h>
#include <string.h>

Pkcs11Pin *
pkcs11_pin_new (const KeySource *source)
{
  Pkcs11Pin *pin = g_new0 (Pkcs11Pin, 1);

  pin->source = source;
  return pin;
}

void
pkcs11_pin_free (Pkcs11Pin *pin)
{
  g_clear_pointer (&pin->pin, secret_unref);
  g_clear_error (&pin->reason);
  g_free (pin);
}

static bool
refuse_wrong (Pkcs11Pin *pin)
{
  g_set_error (&pin->reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               _ ("the token does not take the PIN"));
  error_add_hint (pin->reason, _ ("it was tried once, and will not be again until another program "
                                  "has logged in with the right one: p11tool --login "
                                  "--list-privkeys; then correct `passphrase`"));
  return false;
}

/* Few tries, often three, and the token is locked; git alone may ask for a credential six times. */
static bool
refuse_risk (Pkcs11Pin *pin)
{
  g_set_error (&pin->reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               _ ("a wrong PIN was entered before, and another would bring the token nearer to "
                  "being locked"));
  error_add_hint (pin->reason, _ ("make sure that `passphrase` has the right PIN, and log in with "
                                  "it once: p11tool --login --list-privkeys"));
  return false;
}

static bool
ask_for (Pkcs11Pin *pin)
{
  const KeySource *source = pin->source;

  if (source->passphrase != NULL)
    pin->pin = source->passphrase ("key", source->passphrase_data, &pin->reason);
  else
    {
      g_set_error (&pin->reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                   _ ("the token wants a PIN, and no passphrase is configured"));
      error_add_hint (pin->reason, _ ("set `passphrase = …` in the profile: keyring, file:PATH, "
                                      "env:NAME or prompt"));
    }
  return pin->pin != NULL;
}

static bool
may_give (Pkcs11Pin *pin, int attempt, unsigned flags)
{
  if (pin->reason != NULL)
    return false;
  if (attempt > 0 || (flags & GNUTLS_PIN_WRONG) != 0)
    return refuse_wrong (pin);
  if (pin->proven)
    return true;
  if (pin->pin != NULL)
    return refuse_wrong (pin);
  if ((flags & (GNUTLS_PIN_COUNT_LOW | GNUTLS_PIN_FINAL_TRY)) != 0)
    return refuse_risk (pin);
  return ask_for (pin);
}

int
pkcs11_pin_give (void *data, int attempt, const char *url G_GNUC_UNUSED,
                 const char *label G_GNUC_UNUSED, unsigned flags, char *place, size_t size)
{
  Pkcs11Pin *pin = data;

  if (!may_give (pin, attempt, flags))
    return GNUTLS_E_PKCS11_PIN_ERROR;
  if (secret_length (pin->pin) >= size)
    {
      g_set_error (&pin->reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                   _ ("the PIN is longer than %zu bytes"), size - 1);
      error_add_hint (pin->reason, _ ("check what `passphrase` names"));
      return GNUTLS_E_PKCS11_PIN_ERROR;
    }
  memcpy (place, secret_bytes (pin->pin, NULL), secret_length (pin->pin) + 1);
  return 0;
}
