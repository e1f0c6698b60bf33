/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thumbprints that RFCs publish, and the public half of a key that openssl made. */
#include "error.h"
#include "gnutls-auto.h"
#include "jwk-public.h"

#include "base64url.h"
#include "key-maker.h"

#include <string.h>

static gnutls_datum_t
decode (const char *text, Secret **kept)
{
  g_autoptr (GError) error = NULL;
  size_t length;
  const char *bytes;

  *kept = base64url_decode (text, strlen (text), &error);
  g_assert_no_error (error);
  bytes = secret_bytes (*kept, &length);
  return (gnutls_datum_t){ (unsigned char *) bytes, (unsigned) length };
}

static void
expect_thumbprint (gnutls_pubkey_t public, const char *expected)
{
  g_auto (JwkPublic) jwk = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *thumbprint = NULL;

  g_assert_true (jwk_public_read (public, &jwk, &error));
  g_assert_no_error (error);
  thumbprint = jwk_public_thumbprint (&jwk);
  g_assert_cmpstr (thumbprint, ==, expected);
}

static void
test_rfc7638_3_1 (void)
{
  static const char n[] = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7"
                          "aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXA"
                          "rwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7"
                          "d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lF"
                          "d2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
  g_autoptr (Secret) modulus_bytes = NULL;
  g_autoptr (Secret) exponent_bytes = NULL;
  g_auto (gnutls_pubkey_t) public = NULL;
  gnutls_datum_t modulus = decode (n, &modulus_bytes);
  gnutls_datum_t exponent = decode ("AQAB", &exponent_bytes);

  g_assert_cmpint (gnutls_pubkey_init (&public), >=, 0);
  g_assert_cmpint (gnutls_pubkey_import_rsa_raw (public, &modulus, &exponent), >=, 0);
  expect_thumbprint (public, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

static void
test_rfc8037_a_3 (void)
{
  g_autoptr (Secret) bytes = NULL;
  g_auto (gnutls_pubkey_t) public = NULL;
  gnutls_datum_t x = decode ("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", &bytes);

  g_assert_cmpint (gnutls_pubkey_init (&public), >=, 0);
  g_assert_cmpint (gnutls_pubkey_import_ecc_raw (public, GNUTLS_ECC_CURVE_ED25519, &x, NULL), >=,
                   0);
  expect_thumbprint (public, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

/* One key in 256 has a coordinate that begins with a zero byte, which stays; this one, of openssl's
 * making, does. */
static void
test_coordinates_keep_their_zeros (void)
{
  static const char pem[] = "-----BEGIN EC PRIVATE KEY-----\n"
                            "MHcCAQEEIIx2ML9pszbvTIRM2PRm8AHh5snJwHBoCzRJsNmXXJqRoAoGCCqGSM49\n"
                            "AwEHoUQDQgAEAFCSQytquOOcSlm+f7OOI9MLt7+k9jnyUmyc8K8MKkOwhu7z6LiW\n"
                            "Gf13DdYpmZ+hgXYYimpifMrO2HbkagH59g==\n"
                            "-----END EC PRIVATE KEY-----\n";
  g_autoptr (Key) key = NULL;
  g_auto (gnutls_pubkey_t) public = NULL;
  g_auto (JwkPublic) jwk = { 0 };
  g_autoptr (GError) error = NULL;

  put ("ec", pem);
  key = load_well ("ec", NULL, NULL);
  public = key_copy_public (key, &error);
  g_assert_no_error (error);
  g_assert_true (jwk_public_read (public, &jwk, &error));
  g_assert_cmpstr (jwk.names[2], ==, "x");
  g_assert_cmpstr (jwk.values[2], ==, "AFCSQytquOOcSlm-f7OOI9MLt7-k9jnyUmyc8K8MKkM");
  g_assert_cmpstr (jwk.names[3], ==, "y");
  g_assert_cmpstr (jwk.values[3], ==, "sIbu8-i4lhn9dw3WKZmfoYF2GIpqYnzKzth25GoB-fY");
}

int
main (int argc, char **argv)
{
  int code;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  g_test_add_func ("/jwk-public/thumbprint/rfc7638-section-3.1", test_rfc7638_3_1);
  g_test_add_func ("/jwk-public/thumbprint/rfc8037-appendix-a.3", test_rfc8037_a_3);
  g_test_add_func ("/jwk-public/coordinates-keep-their-zeros", test_coordinates_keep_their_zeros);
  code = g_test_run ();
  maker_end ();
  return code;
}
