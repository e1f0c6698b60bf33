/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What we sign is verified by GnuTLS's own call and by openssl; what RFCs publish is reproduced. */
#include "base64url.h"
#include "error.h"
#include "jwt.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "key-maker.h"

/* One key a kind, shared by the tests: making RSA keys takes most of the time. */
static const struct {
  const char *file;
  const char *make;
  const char *algorithms;
} kinds[] = {
  { "rsa", "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa",
    "RS256 RS384 RS512 PS256 PS384 PS512" },
  { "pss", "openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss",
    "PS256 PS384 PS512" },
  { "p256", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256", "ES256" },
  { "p384", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384", "ES384" },
  { "p521", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521", "ES512" },
  { "ed25519", "openssl genpkey -algorithm ED25519 -out ed25519", "EdDSA" },
  { "ed448", "openssl genpkey -algorithm ED448 -out ed448", "EdDSA" },
};

static const char *const all_algorithms[] = {
  "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
};

static JsonObject *
make_claims (void)
{
  JsonObject *claims = json_object_new ();

  json_object_set_string_member (claims, "iss", "3MVG9/é\"\\");
  json_object_set_string_member (claims, "aud", "https://login.salesforce.com");
  json_object_set_int_member (claims, "exp", 1300819380);
  return claims;
}

static char *
vector (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return g_strchomp (text);
}

static Key *
vector_key (const char *name)
{
  g_autofree char *text = vector (name);

  put ("vector.pem", text);
  return load_well ("vector.pem", NULL, NULL);
}

/* JWS's r ‖ s to the DER that GnuTLS verifies; other signatures stay as they are. */
static void
to_der (const Algorithm *algorithm, const Secret *raw, gnutls_datum_t *der)
{
  size_t length;
  unsigned char *bytes = (unsigned char *) secret_bytes (raw, &length);
  unsigned part = (unsigned) algorithm->part;

  if (part == 0)
    {
      der->data = gnutls_malloc (length);
      der->size = (unsigned) length;
      memcpy (der->data, bytes, length);
      return;
    }
  g_assert_cmpuint (length, ==, 2 * part);
  g_assert_cmpint (gnutls_encode_rs_value (der, &(gnutls_datum_t){ bytes, part },
                                           &(gnutls_datum_t){ bytes + part, part }),
                   ==, 0);
}

static bool
verifies (const char *token, const Key *key, const Algorithm *algorithm)
{
  const char *dot = strrchr (token, '.');
  gnutls_datum_t input = { (unsigned char *) token, (unsigned) (dot - token) };
  g_autoptr (Secret) raw = base64url_decode (dot + 1, strlen (dot + 1), NULL);
  gnutls_datum_t signature = { 0 };
  gnutls_pubkey_t public;
  int status;

  gnutls_pubkey_init (&public);
  gnutls_pubkey_import_privkey (public, key_private (key), 0, 0);
  to_der (algorithm, raw, &signature);
  status = gnutls_pubkey_verify_data2 (public, algorithm->sign, 0, &input, &signature);
  gnutls_free (signature.data);
  gnutls_pubkey_deinit (public);
  return status >= 0;
}

static void
test_every_algorithm (void)
{
  g_autoptr (JsonObject) claims = make_claims ();

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (Key) key = load_well (kinds[i].file, NULL, NULL);
      g_auto (GStrv) fitting = g_strsplit (kinds[i].algorithms, " ", -1);

      g_assert_cmpstr (algorithm_for_key (key, NULL)->name, ==, fitting[0]);
      for (size_t j = 0; fitting[j] != NULL; j++)
        {
          g_autoptr (GError) error = NULL;
          const Algorithm *algorithm = algorithm_find (fitting[j]);
          g_autoptr (Secret) token = jwt_sign (key, algorithm, NULL, claims, &error);

          g_assert_no_error (error);
          algorithm = algorithm_fit (algorithm, key, NULL);
          g_assert_true (verifies (secret_bytes (token, NULL), key, algorithm));
        }
    }
}

static void
test_unfit_algorithm (void)
{
  g_autoptr (JsonObject) claims = make_claims ();

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (Key) key = load_well (kinds[i].file, NULL, NULL);
      g_auto (GStrv) fitting = g_strsplit (kinds[i].algorithms, " ", -1);

      for (size_t j = 0; j < G_N_ELEMENTS (all_algorithms); j++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (Secret) token = NULL;

          if (g_strv_contains ((const char *const *) fitting, all_algorithms[j]))
            continue;
          token = jwt_sign (key, algorithm_find (all_algorithms[j]), NULL, claims, &error);
          g_assert_null (token);
          g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
          g_assert_nonnull (strstr (error_hint (error), fitting[0]));
        }
    }
}

static void
test_unknown_algorithms (void)
{
  static const char *const names[] = { "none", "None", "", "rs256", "hs256", "RS1", "RS256 " };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_null (algorithm_find (names[i]));
}

/* One signature in 128 or so has an r or s of fewer bytes; both must keep their places. */
static void
test_ecdsa_padding (void)
{
  g_autoptr (JsonObject) claims = make_claims ();
  g_autoptr (Key) key = load_well ("p256", NULL, NULL);
  const Algorithm *algorithm = algorithm_find ("ES256");

  for (unsigned i = 0; i < 300; i++)
    {
      g_autoptr (Secret) token = jwt_sign (key, algorithm, NULL, claims, NULL);

      g_assert_true (verifies (secret_bytes (token, NULL), key, algorithm));
    }
}

static char *
decode_part (const char *token, unsigned index)
{
  g_auto (GStrv) parts = g_strsplit (token, ".", -1);
  g_autoptr (Secret) decoded = base64url_decode (parts[index], strlen (parts[index]), NULL);

  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  return g_strdup (secret_bytes (decoded, NULL));
}

static void
test_json_is_compact (void)
{
  g_autoptr (JsonObject) claims = make_claims ();
  g_autoptr (JsonObject) header = json_object_new ();
  g_autoptr (Key) key = load_well ("ed25519", NULL, NULL);
  const Algorithm *algorithm = algorithm_for_key (key, NULL);
  g_autoptr (Secret) plain = jwt_sign (key, algorithm, NULL, claims, NULL);
  g_autoptr (Secret) full = NULL;
  g_autofree char *alone = decode_part (secret_bytes (plain, NULL), 0);
  g_autofree char *members = NULL;
  g_autofree char *payload = decode_part (secret_bytes (plain, NULL), 1);

  json_object_set_string_member (header, "typ", "JWT");
  json_object_set_string_member (header, "kid", "a");
  full = jwt_sign (key, algorithm, header, claims, NULL);
  members = decode_part (secret_bytes (full, NULL), 0);
  g_assert_cmpstr (alone, ==, "{\"alg\":\"EdDSA\"}");
  g_assert_cmpstr (members, ==, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"a\"}");
  g_assert_cmpstr (payload, ==,
                   "{\"iss\":\"3MVG9/é\\\"\\\\\",\"aud\":\"https://login.salesforce.com\","
                   "\"exp\":1300819380}");
}

static void
test_header_cannot_name_algorithm (void)
{
  g_autoptr (JsonObject) claims = make_claims ();
  g_autoptr (JsonObject) header = json_object_new ();
  g_autoptr (Key) key = load_well ("ed25519", NULL, NULL);
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (header, "alg", "none");
  g_assert_null (jwt_sign (key, algorithm_find ("EdDSA"), header, claims, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
}

static void
test_openssl_verifies (void)
{
  g_autoptr (JsonObject) claims = make_claims ();
  g_autoptr (Key) key = load_well ("rsa", NULL, NULL);
  g_autoptr (Secret) token = jwt_sign (key, algorithm_find ("RS256"), NULL, claims, NULL);
  const char *text = secret_bytes (token, NULL);
  const char *dot = strrchr (text, '.');
  g_autoptr (Secret) signature = base64url_decode (dot + 1, strlen (dot + 1), NULL);

  put_bytes ("input", text, (size_t) (dot - text));
  put_bytes ("signature", secret_bytes (signature, NULL), secret_length (signature));
  make ("openssl pkey -in rsa -pubout -out public");
  make ("openssl dgst -sha256 -verify public -signature signature input");
}

/* Signs the vector's own signing input again. */
static Secret *
sign_again (const char *token, const Key *key, const Algorithm *algorithm)
{
  g_auto (SecretBuffer) input = { 0 };
  g_autoptr (GError) error = NULL;

  secret_buffer_append (&input, token, strrchr (token, '.') - token);
  g_assert_true (jws_append_signature (&input, key, algorithm, &error));
  g_assert_no_error (error);
  return secret_buffer_end (&input);
}

static void
test_rfc7515_a2 (void)
{
  g_autofree char *token = vector ("rfc7515-a2-rs256.jws");
  g_autoptr (Key) key = vector_key ("rfc7515-a2-rs256.pem");
  g_autoptr (Secret) again = sign_again (token, key, algorithm_find ("RS256"));

  g_assert_cmpstr (secret_bytes (again, NULL), ==, token);
}

static void
test_rfc7515_a3 (void)
{
  g_autofree char *token = vector ("rfc7515-a3-es256.jws");
  g_autoptr (Key) key = vector_key ("rfc7515-a3-es256.pem");
  const Algorithm *algorithm = algorithm_find ("ES256");
  g_autoptr (Secret) again = sign_again (token, key, algorithm);

  g_assert_true (verifies (token, key, algorithm));
  g_assert_true (verifies (secret_bytes (again, NULL), key, algorithm));
  g_assert_cmpstr (secret_bytes (again, NULL), !=, token); /* a fresh nonce each time */
  token[strlen (token) - 4] ^= 1;
  g_assert_false (verifies (token, key, algorithm));
}

static void
test_rfc8037_a4 (void)
{
  g_autofree char *token = vector ("rfc8037-a4-ed25519.jws");
  g_autoptr (Key) key = vector_key ("rfc8037-a1-ed25519.pem");
  g_autoptr (Secret) again = sign_again (token, key, algorithm_find ("EdDSA"));

  g_assert_cmpstr (secret_bytes (again, NULL), ==, token);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    make (kinds[i].make);
  g_test_add_func ("/jwt/every-algorithm-verifies", test_every_algorithm);
  g_test_add_func ("/jwt/unfit-algorithm-is-a-key-error", test_unfit_algorithm);
  g_test_add_func ("/jwt/none-and-unknown-algorithms-are-not-found", test_unknown_algorithms);
  g_test_add_func ("/jwt/ecdsa-integers-are-padded", test_ecdsa_padding);
  g_test_add_func ("/jwt/json-is-compact-and-alg-first", test_json_is_compact);
  g_test_add_func ("/jwt/header-cannot-name-the-algorithm", test_header_cannot_name_algorithm);
  g_test_add_func ("/jwt/openssl-verifies-rs256", test_openssl_verifies);
  g_test_add_func ("/jwt/rfc7515-a2-rs256", test_rfc7515_a2);
  g_test_add_func ("/jwt/rfc7515-a3-es256", test_rfc7515_a3);
  g_test_add_func ("/jwt/rfc8037-a4-ed25519", test_rfc8037_a4);
  result = g_test_run ();
  maker_end ();
  return result;
}
