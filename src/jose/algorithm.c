/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "algorithm.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

/* The first row that fits a key is what it is used with by default. A name has two rows where the
 * kind of key decides what GnuTLS is asked for: a key that is marked for RSASSA-PSS alone, and the
 * two curves of EdDSA. */
static const Algorithm algorithms[] = {
  { "RS256", KEY_RSA, GNUTLS_SIGN_RSA_SHA256, 0, GNUTLS_ECC_CURVE_INVALID },
  { "RS384", KEY_RSA, GNUTLS_SIGN_RSA_SHA384, 0, GNUTLS_ECC_CURVE_INVALID },
  { "RS512", KEY_RSA, GNUTLS_SIGN_RSA_SHA512, 0, GNUTLS_ECC_CURVE_INVALID },
  { "PS256", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, 0, GNUTLS_ECC_CURVE_INVALID },
  { "PS256", KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA256, 0, GNUTLS_ECC_CURVE_INVALID },
  { "PS384", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, 0, GNUTLS_ECC_CURVE_INVALID },
  { "PS384", KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA384, 0, GNUTLS_ECC_CURVE_INVALID },
  { "PS512", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, 0, GNUTLS_ECC_CURVE_INVALID },
  { "PS512", KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA512, 0, GNUTLS_ECC_CURVE_INVALID },
  { "ES256", KEY_EC, GNUTLS_SIGN_ECDSA_SHA256, 32, GNUTLS_ECC_CURVE_SECP256R1 },
  { "ES384", KEY_EC, GNUTLS_SIGN_ECDSA_SHA384, 48, GNUTLS_ECC_CURVE_SECP384R1 },
  { "ES512", KEY_EC, GNUTLS_SIGN_ECDSA_SHA512, 66, GNUTLS_ECC_CURVE_SECP521R1 },
  { "EdDSA", KEY_EDDSA, GNUTLS_SIGN_EDDSA_ED25519, 0, GNUTLS_ECC_CURVE_ED25519 },
  { "EdDSA", KEY_EDDSA, GNUTLS_SIGN_EDDSA_ED448, 0, GNUTLS_ECC_CURVE_ED448 },
};

const Algorithm *
algorithm_find (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (strcmp (algorithms[i].name, name) == 0)
      return &algorithms[i];
  return NULL;
}

static bool
fits (const Algorithm *algorithm, const Key *key)
{
  int kind = gnutls_privkey_get_pk_algorithm (key_private (key), NULL);

  return algorithm->key == key_kind (key) && algorithm->curve == key_curve (key) &&
         gnutls_sign_supports_pk_algorithm (algorithm->sign, (gnutls_pk_algorithm_t) kind);
}

/* "RS256, RS384, …": for a hint. */
static char *
list_fitting (const Key *key)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (fits (&algorithms[i], key))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", algorithms[i].name);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static const Algorithm *
fail_fit (const char *name, const Key *key, GError **error)
{
  g_autofree char *fitting = list_fitting (key);
  int kind = gnutls_privkey_get_pk_algorithm (key_private (key), NULL);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("%s does not fit the key, which is of kind %s with %u bits"), name,
               gnutls_pk_algorithm_get_name ((gnutls_pk_algorithm_t) kind), key_bits (key));
  if (error != NULL && *fitting != '\0')
    error_add_hint (*error, _ ("with this key, `algorithm` can be %s"), fitting);
  return NULL;
}

const Algorithm *
algorithm_fit (const Algorithm *algorithm, const Key *key, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (strcmp (algorithms[i].name, algorithm->name) == 0 && fits (&algorithms[i], key))
      return &algorithms[i];
  return fail_fit (algorithm->name, key, error);
}

const Algorithm *
algorithm_for_key (const Key *key, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (fits (&algorithms[i], key))
      return &algorithms[i];
  return fail_fit (_ ("no algorithm"), key, error);
}
