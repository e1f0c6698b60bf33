/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "algorithm.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

/* The first row that fits a key is what it is used with by default. A name has two rows where the
 * kind of key decides what GnuTLS is asked for: a key that is marked for RSASSA-PSS alone, and the
 * two curves of EdDSA. */
#define CURVE_NONE GNUTLS_ECC_CURVE_INVALID
#define SIGN_NONE  GNUTLS_SIGN_UNKNOWN
#define MAC_NONE   GNUTLS_MAC_UNKNOWN

static const Algorithm algorithms[] = {
  { "RS256", KEY_RSA, GNUTLS_SIGN_RSA_SHA256, 0, CURVE_NONE, MAC_NONE },
  { "RS384", KEY_RSA, GNUTLS_SIGN_RSA_SHA384, 0, CURVE_NONE, MAC_NONE },
  { "RS512", KEY_RSA, GNUTLS_SIGN_RSA_SHA512, 0, CURVE_NONE, MAC_NONE },
  { "PS256", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, 0, CURVE_NONE, MAC_NONE },
  { "PS256", KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA256, 0, CURVE_NONE, MAC_NONE },
  { "PS384", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, 0, CURVE_NONE, MAC_NONE },
  { "PS384", KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA384, 0, CURVE_NONE, MAC_NONE },
  { "PS512", KEY_RSA, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, 0, CURVE_NONE, MAC_NONE },
  { "PS512", KEY_RSA, GNUTLS_SIGN_RSA_PSS_SHA512, 0, CURVE_NONE, MAC_NONE },
  { "ES256", KEY_EC, GNUTLS_SIGN_ECDSA_SHA256, 32, GNUTLS_ECC_CURVE_SECP256R1, MAC_NONE },
  { "ES384", KEY_EC, GNUTLS_SIGN_ECDSA_SHA384, 48, GNUTLS_ECC_CURVE_SECP384R1, MAC_NONE },
  { "ES512", KEY_EC, GNUTLS_SIGN_ECDSA_SHA512, 66, GNUTLS_ECC_CURVE_SECP521R1, MAC_NONE },
  { "EdDSA", KEY_EDDSA, GNUTLS_SIGN_EDDSA_ED25519, 0, GNUTLS_ECC_CURVE_ED25519, MAC_NONE },
  { "EdDSA", KEY_EDDSA, GNUTLS_SIGN_EDDSA_ED448, 0, GNUTLS_ECC_CURVE_ED448, MAC_NONE },
  { "HS256", KEY_SECRET, SIGN_NONE, 0, CURVE_NONE, GNUTLS_MAC_SHA256 },
  { "HS384", KEY_SECRET, SIGN_NONE, 0, CURVE_NONE, GNUTLS_MAC_SHA384 },
  { "HS512", KEY_SECRET, SIGN_NONE, 0, CURVE_NONE, GNUTLS_MAC_SHA512 },
};

const Algorithm *
algorithm_find (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (strcmp (algorithms[i].name, name) == 0)
      return &algorithms[i];
  return NULL;
}

void
algorithm_set_unknown (const char *name, GError **error)
{
  g_autofree char *cleaned = text_clean (name, -1);
  bool none = g_ascii_strcasecmp (name, "none") == 0;

  if (none)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("\"none\" is no signature"));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("there is no algorithm \"%s\""),
                 cleaned);
  if (error != NULL)
    error_add_hint (*error,
                    _ ("there are RS256, PS256, ES256 and HS256, each with 384 and 512 too, "
                       "and EdDSA"));
}

/* RFC 7518 section 3.2: no secret shorter than the hash. */
static bool
is_long_enough (const Algorithm *algorithm, const Key *key)
{
  return secret_length (key_secret (key)) >= gnutls_hmac_get_len (algorithm->mac);
}

static bool
fits (const Algorithm *algorithm, const Key *key)
{
  const char *only = key_only_algorithm (key);

  if (algorithm->key != key_kind (key) || algorithm->curve != key_curve (key) ||
      (only != NULL && strcmp (only, algorithm->name) != 0))
    return false;
  if (algorithm->key == KEY_SECRET)
    return is_long_enough (algorithm, key);
  return gnutls_sign_supports_pk_algorithm (algorithm->sign, key_algorithm (key));
}

/* "RS256, RS384, …": for a hint. */
static char *
list_fitting (const Key *key)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (fits (&algorithms[i], key) && !g_str_has_suffix (list->str, algorithms[i].name))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", algorithms[i].name);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static char *
explain_misfit (const Algorithm *algorithm, const Key *key)
{
  const char *only = key_only_algorithm (key);
  g_autofree char *cleaned = only != NULL ? text_clean (only, -1) : NULL;

  if (only != NULL && strcmp (only, algorithm->name) != 0)
    return g_strdup_printf (_ ("%s does not fit the key, whose \"alg\" says %s"), algorithm->name,
                            cleaned);
  if (algorithm->key != key_kind (key))
    return key_kind (key) == KEY_SECRET
               ? g_strdup_printf (_ ("%s needs a key, and this is a secret"), algorithm->name)
               : g_strdup_printf (_ ("%s does not fit the key, which is of kind %s with %u bits"),
                                  algorithm->name,
                                  gnutls_pk_algorithm_get_name (key_algorithm (key)),
                                  key_bits (key));
  if (algorithm->key == KEY_SECRET)
    return g_strdup_printf (_ ("%s needs a secret of %u bytes or more; this one has %zu"),
                            algorithm->name, gnutls_hmac_get_len (algorithm->mac),
                            secret_length (key_secret (key)));
  return g_strdup_printf (_ ("%s does not fit the key, which is of kind %s with %u bits"),
                          algorithm->name, gnutls_pk_algorithm_get_name (key_algorithm (key)),
                          key_bits (key));
}

static const Algorithm *
fail_fit (const Algorithm *algorithm, const Key *key, GError **error)
{
  g_autofree char *why = explain_misfit (algorithm, key);
  g_autofree char *fitting = list_fitting (key);

  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, why);
  if (error != NULL && *fitting != '\0')
    error_add_hint (*error, _ ("it can be used with %s"), fitting);
  return NULL;
}

const Algorithm *
algorithm_fit (const Algorithm *algorithm, const Key *key, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (strcmp (algorithms[i].name, algorithm->name) == 0 && fits (&algorithms[i], key))
      return &algorithms[i];
  return fail_fit (algorithm, key, error);
}

const Algorithm *
algorithm_for_key (const Key *key, GError **error)
{
  const char *only = key_only_algorithm (key);
  g_autofree char *cleaned = only != NULL ? text_clean (only, -1) : NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (fits (&algorithms[i], key))
      return &algorithms[i];
  if (only != NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("the key's \"alg\" says %s, which does not fit it or is not for signatures"),
                 cleaned);
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("no algorithm fits the key, which is of kind %s with %u bits"),
                 gnutls_pk_algorithm_get_name (key_algorithm (key)), key_bits (key));
  return NULL;
}

bool
algorithm_is_akin (const Algorithm *a, const Algorithm *b)
{
  enum { FAMILY = 2 /* "RS" */ };

  return strncmp (a->name, b->name, FAMILY) == 0;
}
