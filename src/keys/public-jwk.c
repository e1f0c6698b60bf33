/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "public-jwk.h"

#include "encoding.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"

#include <string.h>

static Key *
finish (gnutls_pubkey_t *public, int status, GError **error)
{
  /* GnuTLS imports any point; only this looks whether it is on the curve. */
  if (status >= 0)
    status = gnutls_pubkey_verify_params (*public);
  if (status < 0)
    {
      g_autofree char *reason = gnutls_reason (status);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the public key is damaged: %s"),
                   reason);
      return NULL;
    }
  return key_new_public (g_steal_pointer (public), error);
}

static Key *
open_rsa (JsonObject *jwk, GError **error)
{
  g_autoptr (Secret) modulus = jwk_take_number (jwk, "n", NULL, error);
  g_autoptr (Secret) exponent = modulus != NULL ? jwk_take_number (jwk, "e", NULL, error) : NULL;
  g_auto (gnutls_pubkey_t) public = NULL;
  int status;

  if (exponent == NULL)
    return NULL;
  gnutls_datum_t n = encoding_datum (modulus);
  gnutls_datum_t e = encoding_datum (exponent);
  status = gnutls_pubkey_init (&public);
  if (status >= 0)
    status = gnutls_pubkey_import_rsa_raw (public, &n, &e);
  return finish (&public, status, error);
}

static Key *
open_curve (JsonObject *jwk, const char *type, bool has_y, GError **error)
{
  const JwkCurve *curve = jwk_find_curve (jwk, type, error);
  g_autoptr (Secret) first = curve != NULL ? jwk_take_number (jwk, "x", curve, error) : NULL;
  g_autoptr (Secret) second =
      first != NULL && has_y ? jwk_take_number (jwk, "y", curve, error) : NULL;
  g_auto (gnutls_pubkey_t) public = NULL;
  gnutls_datum_t x, y = { 0 };
  int status;

  if (first == NULL || (has_y && second == NULL))
    return NULL;
  x = encoding_datum (first);
  if (has_y)
    y = encoding_datum (second);
  status = gnutls_pubkey_init (&public);
  if (status >= 0)
    status = gnutls_pubkey_import_ecc_raw (public, curve->curve, &x, has_y ? &y : NULL);
  return finish (&public, status, error);
}

static Key *
open_kind (JsonObject *jwk, bool secrets, GError **error)
{
  const char *type = json_need_string (jwk, "kty", error);

  if (type == NULL)
    return NULL;
  if (strcmp (type, "RSA") == 0)
    return open_rsa (jwk, error);
  if (strcmp (type, "EC") == 0 || strcmp (type, "OKP") == 0)
    return open_curve (jwk, type, strcmp (type, "EC") == 0, error);
  if (secrets && strcmp (type, "oct") == 0)
    return jwk_open_secret (jwk, error);
  if (strcmp (type, "oct") == 0)
    g_set_error (
        error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
        _ ("it is a shared secret (\"kty\": \"oct\"), which is none once it is published"));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("its \"kty\" is none of RSA, EC and OKP (RFC 7518, RFC 8037)"));
  return NULL;
}

Key *
public_jwk_open (JsonObject *jwk, bool secrets, GError **error)
{
  GError *reason = NULL;
  g_autoptr (Key) key = NULL;

  if (!jwk_may (jwk, (const char *const[]){ "sign", "verify", NULL }))
    {
      mistake_fail (MISTAKE_NOT_FOR_SIGNING, error);
      return NULL;
    }
  key = open_kind (jwk, secrets, &reason);
  if (key != NULL && jwk_describe (jwk, key, &reason))
    return g_steal_pointer (&key);
  jwk_propagate (reason, error);
  return NULL;
}
