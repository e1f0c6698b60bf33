/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jwk-public.h"

#include "base64url.h"
#include "gnutls-auto.h"
#include "mistake.h"

#include <gnutls/crypto.h>
#include <string.h>

enum { SHA256_SIZE = 32 };

static const struct {
  gnutls_ecc_curve_t curve;
  const char *type;
  const char *name;
  size_t size; /* bytes of each coordinate: RFC 7518 section 6.2.1.2 */
} curves[] = {
  { GNUTLS_ECC_CURVE_SECP256R1, "EC", "P-256", 32 },
  { GNUTLS_ECC_CURVE_SECP384R1, "EC", "P-384", 48 },
  { GNUTLS_ECC_CURVE_SECP521R1, "EC", "P-521", 66 },
  { GNUTLS_ECC_CURVE_ED25519, "OKP", "Ed25519", 32 },
  { GNUTLS_ECC_CURVE_ED448, "OKP", "Ed448", 57 },
};

static char *
take_text (SecretBuffer *buffer)
{
  g_autoptr (Secret) text = secret_buffer_end (buffer);

  return g_strdup (secret_bytes (text, NULL));
}

/* SIZE: with zeros before it up to so many bytes. */
static char *
encode (const gnutls_datum_t *number, size_t size)
{
  g_auto (SecretBuffer) padded = { 0 };
  g_auto (SecretBuffer) text = { 0 };

  for (size_t i = number->size; i < size; i++)
    secret_buffer_append (&padded, "", 1);
  secret_buffer_append (&padded, (const char *) number->data, number->size);
  base64url_append (&text, padded.data, padded.length);
  return take_text (&text);
}

static bool
read_rsa (gnutls_pubkey_t public, JwkPublic *jwk)
{
  g_auto (gnutls_datum_t) modulus = { 0 };
  g_auto (gnutls_datum_t) exponent = { 0 };

  if (gnutls_pubkey_export_rsa_raw2 (public, &modulus, &exponent, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
    return false;
  *jwk = (JwkPublic){
    { "e", "kty", "n" },
    { encode (&exponent, 0), g_strdup ("RSA"), encode (&modulus, 0) },
  };
  return true;
}

static bool
read_curve (gnutls_pubkey_t public, JwkPublic *jwk)
{
  g_auto (gnutls_datum_t) x = { 0 };
  g_auto (gnutls_datum_t) y = { 0 };
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  size_t i = 0;

  if (gnutls_pubkey_export_ecc_raw2 (public, &curve, &x, &y, GNUTLS_EXPORT_FLAG_NO_LZ) < 0)
    return false;
  while (i < G_N_ELEMENTS (curves) && curves[i].curve != curve)
    i++;
  if (i == G_N_ELEMENTS (curves))
    return false;
  *jwk = (JwkPublic){
    { "crv", "kty", "x", y.size > 0 ? "y" : NULL },
    { g_strdup (curves[i].name), g_strdup (curves[i].type), encode (&x, curves[i].size),
      y.size > 0 ? encode (&y, curves[i].size) : NULL },
  };
  return true;
}

bool
jwk_public_read (gnutls_pubkey_t public, JwkPublic *jwk, GError **error)
{
  int algorithm = gnutls_pubkey_get_pk_algorithm (public, NULL);

  if (algorithm == GNUTLS_PK_DSA)
    return mistake_fail (MISTAKE_DSA, error);
  if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS)
    return read_rsa (public, jwk) || mistake_fail (MISTAKE_NOT_A_KEY, error);
  return read_curve (public, jwk) || mistake_fail (MISTAKE_CURVE, error);
}

void
jwk_public_clear (JwkPublic *jwk)
{
  for (size_t i = 0; i < JWK_PUBLIC_MEMBERS; i++)
    g_clear_pointer (&jwk->values[i], g_free);
}

char *
jwk_public_thumbprint (const JwkPublic *jwk)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (SecretBuffer) encoded = { 0 };
  unsigned char digest[SHA256_SIZE];

  for (size_t i = 0; i < JWK_PUBLIC_MEMBERS && jwk->names[i] != NULL; i++)
    g_string_append_printf (text, "%c\"%s\":\"%s\"", i == 0 ? '{' : ',', jwk->names[i],
                            jwk->values[i]);
  g_string_append_c (text, '}');
  gnutls_hash_fast (GNUTLS_DIG_SHA256, text->str, text->len, digest);
  base64url_append (&encoded, digest, sizeof digest);
  return take_text (&encoded);
}
