/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JWKs that RFCs publish, those of keys that openssl makes, and every way in which one is wrong. */
#include "base64url.h"
#include "error.h"
#include "key-private.h"
#include "strict.h"

#include <string.h>

#include "key-maker.h"

/* RFC 7515, appendix A.3.1, in parts. */
#define X       "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\""
#define Y       "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define D       "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\""
#define P256    "\"kty\":\"EC\",\"crv\":\"P-256\","
#define PUBLIC  P256 X "," Y
#define PRIVATE PUBLIC "," D
/* RFC 8037, appendix A.1. */
#define OKP   "\"kty\":\"OKP\",\"crv\":\"Ed25519\","
#define OKP_X "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define OKP_D "\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\""

static const char *const makers[] = {
  "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa",
  "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out small",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521",
  "openssl genpkey -algorithm ED25519 -out ed25519",
  "openssl genpkey -algorithm ED448 -out ed448",
  "openssl req -x509 -new -key p256 -subj /CN=robot -days 2 -outform DER -out p256.der",
};

static Key *
read_text (const char *text, size_t length, const char *alias, GError **error)
{
  g_autoptr (Secret) content = secret_new (text, length);
  KeySource source = { .location = "", .alias = alias };
  Key *key = key_read (content, &source, error);

  return key;
}

static Key *
read_well (const char *text, const char *alias)
{
  g_autoptr (GError) error = NULL;
  Key *key = read_text (text, strlen (text), alias, &error);

  g_assert_no_error (error);
  g_assert_nonnull (key);
  return key;
}

static void
expect_error (const char *text, const char *alias, const char *message, const char *hint)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;

  g_assert_null (read_text (text, strlen (text), alias, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_test_message ("%s", error->message);
  first = error_message (error);
  g_assert_nonnull (strstr (first, message));
  g_assert_false (g_str_has_suffix (first, "."));
  if (hint != NULL)
    g_assert_nonnull (error_hint (error));
  if (hint != NULL)
    g_assert_nonnull (strstr (error_hint (error), hint));
}

static char *
vector (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
read_id (const Key *key, unsigned char id[32])
{
  gnutls_pubkey_t public = NULL;
  size_t size = 32;

  g_assert_cmpint (gnutls_pubkey_init (&public), >=, 0);
  g_assert_cmpint (gnutls_pubkey_import_privkey (public, key_private (key), 0, 0), >=, 0);
  g_assert_cmpint (gnutls_pubkey_get_key_id (public, GNUTLS_KEYID_USE_SHA256, id, &size), >=, 0);
  gnutls_pubkey_deinit (public);
}

static void
assert_same (const Key *a, const Key *b)
{
  unsigned char id_a[32];
  unsigned char id_b[32];

  read_id (a, id_a);
  read_id (b, id_b);
  g_assert_cmpmem (id_a, sizeof id_a, id_b, sizeof id_b);
  g_assert_cmpint (key_kind (a), ==, key_kind (b));
  g_assert_cmpuint (key_bits (a), ==, key_bits (b));
  g_assert_cmpint (key_curve (a), ==, key_curve (b));
}

static void
test_vectors (void)
{
  static const char *const names[] = { "rfc7515-a2-rs256", "rfc7515-a3-es256", "rfc7515-a4-es512",
                                       "rfc8037-a1-ed25519" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *jwk_name = g_strconcat (names[i], ".jwk", NULL);
      g_autofree char *pem_name = g_strconcat (names[i], ".pem", NULL);
      g_autofree char *jwk = vector (jwk_name);
      g_autofree char *pem = vector (pem_name);
      g_autoptr (Key) key = read_well (jwk, NULL);
      g_autoptr (Key) same = read_well (pem, NULL);

      assert_same (key, same);
      g_assert_null (key_certificate (key));
    }
}

static void
test_other_vectors (void)
{
  static const struct {
    const char *name;
    const char *alias;
    const char *message;
  } cases[] = {
    { "rfc7515-a1-hs256.jwk", NULL, "it is a shared secret" },
    { "rfc7517-a1-public.jwks", NULL, "it is a public key" },
    { "rfc7517-a1-public.jwks", "2011-04-29", "it is a public key" },
    { "rfc7638-3.1-rsa.jwk", NULL, "it is a public key" },
    { "rfc8037-a2-ed25519.jwk", NULL, "it is a public key" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = vector (cases[i].name);

      expect_error (text, cases[i].alias, cases[i].message, "");
    }
}

/* RFC 7517, appendix A.2: the EC key has "use": "enc". */
static void
test_rfc7517_set (void)
{
  g_autofree char *set = vector ("rfc7517-a2-private.jwks");
  g_autoptr (Key) only = read_well (set, NULL);
  g_autoptr (Key) named = read_well (set, "2011-04-29");

  g_assert_cmpint (key_kind (only), ==, KEY_RSA);
  assert_same (only, named);
  expect_error (set, "1", "is not for signing", "sig");
  expect_error (set, "2", "\"2\" in it: 2011-04-29", "key-alias");
}

static void
append (GString *text, const char *name, gnutls_datum_t *number, size_t size)
{
  g_auto (SecretBuffer) encoded = { 0 };
  const unsigned char *bytes = number->data;
  size_t length = number->size;
  unsigned char padded[66] = { 0 };

  for (; length > 0 && *bytes == 0 && length > size; length--)
    bytes++;
  if (length < size)
    {
      memcpy (padded + size - length, bytes, length);
      bytes = padded;
      length = size;
    }
  base64url_append (&encoded, bytes, length);
  g_string_append_printf (text, ",\"%s\":\"%.*s\"", name, (int) encoded.length, encoded.data);
  gnutls_free (number->data);
}

static void
append_rsa (GString *text, const Key *key)
{
  gnutls_datum_t n, e, d, p, q, u, e1, e2;

  g_assert_cmpint (
      gnutls_privkey_export_rsa_raw (key_private (key), &n, &e, &d, &p, &q, &u, &e1, &e2), >=, 0);
  append (text, "n", &n, 0);
  append (text, "e", &e, 0);
  append (text, "d", &d, 0);
  append (text, "p", &p, 0);
  append (text, "q", &q, 0);
  append (text, "dp", &e1, 0);
  append (text, "dq", &e2, 0);
  append (text, "qi", &u, 0);
}

static void
append_curve (GString *text, const Key *key, size_t size)
{
  gnutls_ecc_curve_t curve;
  gnutls_datum_t x, y, d;

  g_assert_cmpint (gnutls_privkey_export_ecc_raw (key_private (key), &curve, &x, &y, &d), >=, 0);
  append (text, "x", &x, size);
  if (y.size > 0)
    append (text, "y", &y, size);
  append (text, "d", &d, size);
}

/* The members of the JWK of FILE's key, without braces. */
static char *
convert (const char *file)
{
  static const struct {
    gnutls_ecc_curve_t curve;
    const char *head;
    size_t size;
  } heads[] = {
    { GNUTLS_ECC_CURVE_INVALID, "\"kty\":\"RSA\"", 0 },
    { GNUTLS_ECC_CURVE_SECP256R1, "\"kty\":\"EC\",\"crv\":\"P-256\"", 32 },
    { GNUTLS_ECC_CURVE_SECP384R1, "\"kty\":\"EC\",\"crv\":\"P-384\"", 48 },
    { GNUTLS_ECC_CURVE_SECP521R1, "\"kty\":\"EC\",\"crv\":\"P-521\"", 66 },
    { GNUTLS_ECC_CURVE_ED25519, "\"kty\":\"OKP\",\"crv\":\"Ed25519\"", 32 },
    { GNUTLS_ECC_CURVE_ED448, "\"kty\":\"OKP\",\"crv\":\"Ed448\"", 57 },
  };
  g_autoptr (Key) key = load_well (file, NULL, NULL);
  size_t i = 0;

  while (heads[i].curve != key_curve (key))
    i++;
  g_autoptr (GString) text = g_string_new (heads[i].head);
  if (heads[i].size == 0)
    append_rsa (text, key);
  else
    append_curve (text, key, heads[i].size);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_of_openssl (void)
{
  static const char *const files[] = { "rsa", "p256", "p384", "p521", "ed25519", "ed448" };

  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *members = convert (files[i]);
      g_autofree char *text = g_strdup_printf ("\n {%s,\"use\":\"sig\",\"ext\":true}", members);
      g_autoptr (Key) pem = load_well (files[i], NULL, NULL);
      g_autoptr (Key) key = NULL;

      put ("key.jwk", text);
      key = load_well ("key.jwk", NULL, NULL);
      assert_same (key, pem);
      g_assert_cmpint (asked, ==, 0);
    }
}

static void
test_small_rsa (void)
{
  g_autofree char *pem = NULL;
  g_autofree char *text = NULL;
  gnutls_x509_privkey_t handle = NULL;
  gnutls_datum_t n, e, d, p, q, u, e1, e2, data;
  g_autoptr (GString) members = g_string_new ("\"kty\":\"RSA\"");

  pem = get ("small", NULL);
  data = (gnutls_datum_t){ (unsigned char *) pem, (unsigned) strlen (pem) };
  gnutls_x509_privkey_init (&handle);
  g_assert_cmpint (gnutls_x509_privkey_import (handle, &data, GNUTLS_X509_FMT_PEM), >=, 0);
  gnutls_x509_privkey_export_rsa_raw2 (handle, &n, &e, &d, &p, &q, &u, &e1, &e2);
  gnutls_x509_privkey_deinit (handle);
  append (members, "n", &n, 0);
  append (members, "e", &e, 0);
  append (members, "d", &d, 0);
  append (members, "p", &p, 0);
  append (members, "q", &q, 0);
  append (members, "dp", &e1, 0);
  append (members, "dq", &e2, 0);
  append (members, "qi", &u, 0);
  text = g_strdup_printf ("{%s}", members->str);
  expect_error (text, NULL, "an RSA key of 1024 bits", "2048");
}

static void
test_mistakes (void)
{
  static const struct {
    const char *text;
    const char *message;
    const char *hint;
  } cases[] = {
    { "{" PUBLIC "}", "a public key; the private key is needed", "made together" },
    { "{" PUBLIC ",\"d\":null}", "a public key", "made together" },
    { "{\"keys\":[{" PUBLIC "}]}", "a public key", "made together" },
    { "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ\"}", "a shared secret",
      "Ed25519" },
    { "{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQAB\",\"d\":\"AQ\"}",
      "the JWK lacks p, q, dp, dq, qi", "as PEM" },
    { "{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQAB\",\"d\":\"AQ\",\"oth\":[]}", "two primes", NULL },
    { "{" P256 X "," D "}", "the JWK lacks y", NULL },
    { "{\"kty\":\"EC\"," X "," Y "," D "}", "\"crv\" is missing", NULL },
    { "{\"kty\":\"EC\",\"crv\":\"secp256k1\"," X "," Y "," D "}", "curve is not supported",
      "P-256" },
    { "{\"kty\":\"EC\",\"crv\":\"Ed25519\"," X "," Y "," D "}", "curve is not supported", "P-256" },
    { "{\"kty\":\"OKP\",\"crv\":\"X25519\"," OKP_X "," OKP_D "}", "curve is not supported",
      "Ed25519" },
    { "{\"kty\":\"AKP\",\"d\":\"AQ\"}", "none of RSA, EC and OKP", NULL },
    { "{\"kty\":7," X "," Y "," D "}", "\"kty\" is not a string", NULL },
    { "{" PUBLIC ",\"d\":7}", "\"d\" is not a string", NULL },
    { "{" PUBLIC ",\"d\":[\"AQ\"]}", "\"d\" is not a string", NULL },
    { "{" PRIVATE ",\"kid\":7}", "\"kid\" is not a string", NULL },
    { "{" PRIVATE "," D "}", "the same name twice", "copy" },
    { "{" PRIVATE ",\"use\":\"enc\"}", "is not for signing", "sig" },
    { "{" PRIVATE ",\"use\":7}", "is not for signing", "sig" },
    { "{" PRIVATE ",\"key_ops\":[\"decrypt\",7]}", "is not for signing", "sig" },
    { "{" PRIVATE ",\"key_ops\":\"sign\"}", "is not for signing", "sig" },
    { "{" PUBLIC ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI=\"}",
      "d: invalid base64url at byte 43: a character outside the alphabet", "copy" },
    { "{" PUBLIC ",\"d\":\"jpsQnnGQmL+YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}", "outside the alphabet",
      NULL },
    { "{" PUBLIC ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LJ\"}", "stray bits", NULL },
    { "{" PUBLIC ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9A\"}",
      "d: it has 31 bytes; a number of curve P-256 has 32", NULL },
    { "{" PUBLIC ",\"d\":\"AI6bEJ5xkJi_mASH3x9dd-nLKWBuvtImO19XwhPfhPSy\"}",
      "d: it has 33 bytes; a number of curve P-256 has 32", NULL },
    { "{" P256 Y "," D ",\"x\":\"zc4ncPbEXUGDy-5v20t7WAczNXvp7xO6z248e9FURQ\"}",
      "x: it has 31 bytes", NULL },
    { "{" PUBLIC ",\"d\":\"\"}", "d: it has 0 bytes", NULL },
    { "{" OKP OKP_X ",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyufw\"}", "d: it has 31 bytes",
      NULL },
    /* The private number of another key, the edges of its range, a point off the curve. */
    { "{" PUBLIC ",\"d\":\"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"}",
      "do not belong together", "copy" },
    { "{" PUBLIC ",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", "damaged", NULL },
    { "{" PUBLIC ",\"d\":\"__________________________________________8\"}",
      "do not belong together", NULL },
    { "{" P256 X "," D ",\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}",
      "do not belong together", NULL },
    { "{" OKP OKP_X ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}",
      "do not belong together", NULL },
    { "{" PRIVATE ",\"x5c\":\"MIIB\"}", "\"x5c\" is not a list", NULL },
    { "{" PRIVATE ",\"x5c\":[]}", "\"x5c\" is not a list", NULL },
    { "{" PRIVATE ",\"x5c\":[7]}", "\"x5c\" is not a list", NULL },
    { "{" PRIVATE ",\"x5c\":[\"MIIB\"]}", "in its \"x5c\" is damaged", NULL },
    { "{\"keys\":[]}", "the JWK set is empty", NULL },
    { "{\"keys\":{}}", "not a list of objects", NULL },
    { "{\"keys\":[7]}", "not a list of objects", NULL },
    { "{\"type\":\"another\"}", "neither a JWK nor a JWK set", "RFC 7517" },
    { "{}", "neither a JWK nor a JWK set", NULL },
    { "{\"kty\":", "invalid JSON at byte", "copy" },
    { "{" PRIVATE "} x", "something follows the value", NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    expect_error (cases[i].text, NULL, cases[i].message, cases[i].hint);
}

#define RSA(n, e, d, p, q)                                                                         \
  "{\"kty\":\"RSA\",\"n\":\"" n "\",\"e\":\"" e "\",\"d\":\"" d "\",\"p\":\"" p "\",\"q\":\"" q    \
  "\",\"dp\":\"AQ\",\"dq\":\"AQ\",\"qi\":\"AQ\"}"

/* One member of RFC 7515 A.2's key at a time becomes another number: none may end in a crash, nor
 * in a key that signs what its public half does not verify. */
static void
test_rsa_numbers (void)
{
  static const char *const members[] = { "n", "e", "d", "p", "q", "dp", "dq", "qi" };
  static const char *const numbers[] = { "", "AA", "AQ", "Ag", "Aw", "AQAA", "AQAB" };
  g_autofree char *text = vector ("rfc7515-a2-rs256.jwk");

  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (numbers); j++)
      {
        g_autoptr (JsonObject) jwk = json_strict_object (text, strlen (text), NULL);
        g_autoptr (JsonNode) node = json_node_alloc ();
        g_autofree char *changed = NULL;
        g_autoptr (GError) error = NULL;
        g_autoptr (Key) key = NULL;

        json_object_set_string_member (jwk, members[i], numbers[j]);
        changed = json_to_string (json_node_init_object (node, jwk), FALSE);
        key = read_text (changed, strlen (changed), NULL, &error);
        g_assert_true ((key == NULL) == (error != NULL));
        if (i == 0 || (i == 1 && j < 6) || i == 3 || i == 4)
          g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
      }
  expect_error (RSA ("", "", "", "", ""), NULL, "damaged", NULL);
  expect_error (RSA ("AQ", "AQ", "AQ", "AQ", "AQ"), NULL, "", NULL);
}

/* n and e are those of another key of the same size. */
static void
test_rsa_halves (void)
{
  g_autofree char *members = convert ("rsa");
  g_autofree char *whole = g_strdup_printf ("{%s}", members);
  g_autofree char *foreign = vector ("rfc7515-a2-rs256.jwk");
  g_autoptr (JsonObject) jwk = json_strict_object (whole, strlen (whole), NULL);
  g_autoptr (JsonObject) other = json_strict_object (foreign, strlen (foreign), NULL);
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *mixed = NULL;

  json_object_set_string_member (jwk, "n", json_object_get_string_member (other, "n"));
  mixed = json_to_string (json_node_init_object (node, jwk), FALSE);
  expect_error (mixed, NULL, "do not belong together", "copy");
}

static void
test_certificate (void)
{
  size_t length;
  g_autofree char *der = get ("p256.der", &length);
  g_autofree char *base64 = g_base64_encode ((const unsigned char *) der, length);
  g_autofree char *members = convert ("p256");
  g_autofree char *own = g_strdup_printf ("{%s,\"x5c\":[\"%s\",\"MIIB\"]}", members, base64);
  g_autofree char *foreign = g_strdup_printf ("{" PRIVATE ",\"x5c\":[\"%s\"]}", base64);
  g_autofree char *set = g_strdup_printf ("{\"keys\":[{%s,\"kid\":\"a\",\"x5c\":[\"%s\"]},{" PRIVATE
                                          ",\"kid\":\"b\",\"x5c\":[\"%s\"]}]}",
                                          members, base64, base64);
  g_autoptr (Key) key = read_well (own, NULL);
  g_autoptr (Key) chosen = read_well (set, "a");

  g_assert_nonnull (key_certificate (key));
  g_assert_nonnull (key_certificate (chosen));
  expect_error (foreign, NULL, "does not belong to the certificate", "pair");
  expect_error (set, "b", "does not belong to the certificate", "pair");
}

/* RFC 7517 section 5: what a set holds besides does no harm. */
static void
test_set (void)
{
  static const char lone[] =
      "{\"keys\":[{\"kty\":\"AKP\",\"d\":\"?\"},{\"kty\":7},{},{\"kty\":\"oct\",\"k\":\"AQ\"},"
      "{" PUBLIC ",\"kid\":\"public\"},{" OKP OKP_X "," OKP_D "}]}";
  static const char many[] =
      "{\"keys\":[{" PRIVATE ",\"kid\":\"first\"},{" OKP OKP_X "," OKP_D
      ",\"kid\":\"Z\\u00fcrich\"},{" PUBLIC ",\"kid\":\"public\"},{" OKP OKP_X "," OKP_D "}]}";
  g_autoptr (Key) only = read_well (lone, NULL);
  g_autoptr (Key) first = read_well (many, "first");
  g_autoptr (Key) second = read_well (many, "Zürich");
  g_autoptr (Key) folded = read_well (many, "ZÜRICH");

  g_assert_cmpint (key_kind (only), ==, KEY_EDDSA);
  g_assert_cmpint (key_kind (first), ==, KEY_EC);
  g_assert_cmpint (key_kind (second), ==, KEY_EDDSA);
  assert_same (folded, second);
  expect_error (many, NULL, "it holds 3 keys, and no alias says which: first, Zürich, 3",
                "key-alias");
  expect_error (many, "third", "\"third\" in it: first, Zürich, 3", "key-alias");
  expect_error (many, "public", "a public key; the private key is needed", "made together");
  expect_error (lone, "public", "a public key; the private key is needed", "made together");
  expect_error ("{" PRIVATE ",\"kid\":\"a\"}", "b", "\"b\" in it: a", "may be left out");
}

static void
test_limits (void)
{
  g_autofree char *filler = g_strnfill (JSON_MAX_LENGTH, ' ');
  g_autofree char *alias = g_strnfill (CONTENTS_MAX_ALIAS + 1, 'a');
  g_autofree char *longest = g_strdup_printf ("{" PRIVATE ",\"kid\":\"%s\"}", alias + 1);
  g_autofree char *longer = g_strdup_printf ("{" PRIVATE ",\"kid\":\"%s\"}", alias);
  g_autofree char *encoded = g_strnfill (CONTENTS_MAX_ENCODED, 'b');
  g_autofree char *fat = g_strdup_printf ("{" PRIVATE ",\"fat\":\"%s\"}", encoded);
  static const char jwk[] = "{" PRIVATE "}";
  g_autofree char *padded = g_strconcat (jwk, filler, NULL);
  g_autoptr (GError) error = NULL;

  key_unref (read_well (longest, alias + 1));
  expect_error (longer, NULL, "name in it is longer than 1024 bytes", NULL);
  expect_error (fat, NULL, "longer than 65536 bytes", NULL);
  g_assert_null (read_text (padded, JSON_MAX_LENGTH + 1, NULL, &error));
  g_assert_nonnull (strstr (error->message, "longer than 1048576 bytes"));
}

/* Each gives an error of ours, or a key that is whole. */
static void
test_damage (void)
{
  static const char *const texts[] = {
    "{" PRIVATE ",\"kid\":\"a\"}",
    "{\"keys\":[{" OKP OKP_X "," OKP_D ",\"kid\":\"a\"},{" PUBLIC "}]}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *bytes = g_strdup (texts[i]);
      size_t length = strlen (bytes);

      for (size_t cut = 0; cut < length; cut++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_null (read_text (bytes, cut, NULL, &error));
          g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
        }
      for (size_t at = 0; at < length; at++)
        for (int bit = 0; bit < 8; bit++)
          {
            g_autoptr (GError) error = NULL;
            g_autoptr (Key) key = NULL;

            bytes[at] ^= (char) (1 << bit);
            key = read_text (bytes, length, NULL, &error);
            bytes[at] ^= (char) (1 << bit);
            g_assert_true ((key == NULL) == (error != NULL));
            g_assert_true (error == NULL || error->domain == AVOUCH_ERROR);
          }
    }
}

static const struct {
  const char *path;
  void (*run) (void);
} tests[] = {
  { "/jwk/rfc7515-a2-to-a4-and-rfc8037-a1", test_vectors },
  { "/jwk/rfc7515-a1-rfc7517-a1-and-rfc8037-a2-are-no-private-keys", test_other_vectors },
  { "/jwk/rfc7517-a2", test_rfc7517_set },
  { "/jwk/of-openssl's-keys", test_of_openssl },
  { "/jwk/rsa-under-2048-bits", test_small_rsa },
  { "/jwk/certificate-must-be-the-key's", test_certificate },
  { "/jwk/rsa-numbers-that-cannot-be", test_rsa_numbers },
  { "/jwk/rsa-halves-of-two-keys", test_rsa_halves },
  { "/jwk/each-mistake-has-its-message", test_mistakes },
  { "/jwk/limits", test_limits },
  { "/jwks/one-key-is-chosen", test_set },
  { "/jwk/damage", test_damage },
};

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  for (size_t i = 0; i < G_N_ELEMENTS (makers); i++)
    make (makers[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].path, tests[i].run);
  result = g_test_run ();
  maker_end ();
  return result;
}
