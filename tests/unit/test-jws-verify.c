/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What others signed is verified; whatever was changed, or asks us to be careless, is refused. */
#include "base64url.h"
#include "claims.h"
#include "error.h"
#include "jws.h"
#include "jwt.h"
#include "strict.h"

#include <string.h>

#include "key-maker.h"

static const char *const makers[] = {
  "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa",
  "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out small",
  "openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521",
  "openssl genpkey -algorithm ED25519 -out ed25519",
  "openssl genpkey -algorithm ED448 -out ed448",
  "openssl pkey -in rsa -pubout -out rsa.pub",
  "openssl pkey -in rsa -pubout -outform DER -out rsa.der",
  "openssl rsa -in rsa -RSAPublicKey_out -out rsa.pkcs1",
  "openssl rsa -in rsa -RSAPublicKey_out -outform DER -out rsa.pkcs1.der",
  "openssl pkey -in small -pubout -out small.pub",
  "openssl pkey -in pss -pubout -out pss.pub",
  "openssl pkey -in p256 -pubout -out p256.pub",
  "openssl req -x509 -new -key rsa -subj /CN=test -days 2 -out rsa.crt",
  "openssl req -x509 -new -key rsa -subj /CN=test -days 2 -outform DER -out rsa.crt.der",
  "openssl req -x509 -new -key p256 -subj /CN=test -days 2 -out p256.crt",
  "openssl pkcs12 -export -inkey rsa -in rsa.crt -name it -passout pass:secret -out rsa.p12",
};

static const char secret_text[] =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static char *
vector (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return g_strchomp (text);
}

static KeySet *
load_set (const char *name, const char *passphrase, GError **error)
{
  g_autofree char *path = in_folder (name);
  KeySource source = { .location = path };

  if (passphrase != NULL)
    {
      source.passphrase = answer;
      source.passphrase_data = (void *) passphrase;
    }
  return key_set_load (&source, error);
}

static KeySet *
load_set_well (const char *name)
{
  g_autoptr (GError) error = NULL;
  KeySet *set = load_set (name, NULL, &error);

  g_assert_no_error (error);
  return set;
}

static KeySet *
secret_set (const char *jwk)
{
  put ("secret.jwk", jwk);
  return load_set_well ("secret.jwk");
}

static Jws *
parse (const char *token)
{
  g_autoptr (GError) error = NULL;
  Jws *jws = jws_parse (token, strlen (token), &error);

  g_assert_no_error (error);
  return jws;
}

static void
assert_verifies (const char *token, const KeySet *set, const char *named)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Jws) jws = parse (token);
  const Key *key =
      jws_verify (jws, set, named != NULL ? algorithm_find (named) : NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (key);
}

static void
assert_refused (const char *token, const KeySet *set, const char *named, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Jws) jws = parse (token);
  g_autofree char *first = NULL;

  g_assert_null (
      jws_verify (jws, set, named != NULL ? algorithm_find (named) : NULL, NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  first = error_message (error);
  g_test_message ("%s", first);
  g_assert_nonnull (strstr (first, message));
}

static void
assert_malformed (const char *token, size_t length, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (jws_parse (token, length, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, message));
}

/* HEADER and PAYLOAD as written, with a signature of SIGNATURE, or of KEY's algorithm. */
static char *
sign_texts (const char *header, const char *payload, const Key *key, const char *algorithm)
{
  g_auto (SecretBuffer) buffer = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) token = NULL;

  base64url_append (&buffer, header, strlen (header));
  secret_buffer_append (&buffer, ".", 1);
  base64url_append (&buffer, payload, strlen (payload));
  g_assert_true (jws_append_signature (&buffer, key, algorithm_find (algorithm), &error));
  g_assert_no_error (error);
  token = secret_buffer_end (&buffer);
  return g_strdup (secret_bytes (token, NULL));
}

static Key *
load_secret (const char *text)
{
  g_autoptr (Secret) encoded = NULL;
  g_auto (SecretBuffer) k = { 0 };
  g_autofree char *jwk = NULL;
  g_autofree char *path = in_folder ("hmac.jwk");
  KeySource source = { .location = path, .secrets = true };
  g_autoptr (GError) error = NULL;
  Key *key;

  base64url_append (&k, text, strlen (text));
  encoded = secret_buffer_end (&k);
  jwk = g_strdup_printf ("{\"kty\":\"oct\",\"k\":\"%s\"}", secret_bytes (encoded, NULL));
  put ("hmac.jwk", jwk);
  key = key_load (&source, &error);
  g_assert_no_error (error);
  return key;
}

static void
test_rfc_vectors (void)
{
  static const struct {
    const char *token;
    const char *key;
    const char *payload;
  } vectors[] = {
    { "rfc7515-a1-hs256.jws", "rfc7515-a1-hs256.jwk", "\"iss\":\"joe\"" },
    { "rfc7515-a2-rs256.jws", "rfc7515-a2-rs256.jwk", "\"iss\":\"joe\"" },
    { "rfc7515-a2-rs256.jws", "rfc7515-a2-rs256.pem", "\"iss\":\"joe\"" },
    { "rfc7515-a3-es256.jws", "rfc7515-a3-es256.jwk", "\"iss\":\"joe\"" },
    { "rfc7515-a3-es256.jws", "rfc7515-a3-es256.pem", "\"iss\":\"joe\"" },
    { "rfc7515-a4-es512.jws", "rfc7515-a4-es512.jwk", "Payload" },
    { "rfc8037-a4-ed25519.jws", "rfc8037-a1-ed25519.jwk", "Example of Ed25519 signing" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *token = vector (vectors[i].token);
      g_autofree char *key = vector (vectors[i].key);
      g_autoptr (Jws) jws = parse (token);
      g_autoptr (KeySet) set = NULL;

      put ("vector", key);
      set = load_set_well ("vector");
      assert_verifies (token, set, NULL);
      g_assert_nonnull (strstr (secret_bytes (jws->payload, NULL), vectors[i].payload));
    }
}

static void
test_rfc7515_a5 (void)
{
  g_autofree char *token = vector ("rfc7515-a5-none.jws");
  g_autofree char *key = vector ("rfc7515-a1-hs256.jwk");
  g_autoptr (KeySet) set = secret_set (key);
  g_autoptr (KeySet) rsa = load_set_well ("rsa.pub");

  assert_refused (token, set, NULL, "not signed");
  assert_refused (token, rsa, NULL, "not signed");
}

static void
test_every_algorithm (void)
{
  static const struct {
    const char *file;
    const char *algorithm;
  } cases[] = {
    { "rsa", "RS256" },  { "rsa", "RS384" },     { "rsa", "RS512" },   { "pss", "PS256" },
    { "pss", "PS384" },  { "pss", "PS512" },     { "p256", "ES256" },  { "p384", "ES384" },
    { "p521", "ES512" }, { "ed25519", "EdDSA" }, { "ed448", "EdDSA" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Key) key = load_well (cases[i].file, NULL, NULL);
      g_autofree char *header = g_strdup_printf ("{\"alg\":\"%s\"}", cases[i].algorithm);
      g_autofree char *token = sign_texts (header, "{}", key, cases[i].algorithm);
      g_autoptr (KeySet) set = load_set_well (cases[i].file);

      assert_verifies (token, set, NULL);
      assert_verifies (token, set, cases[i].algorithm);
    }
}

static void
test_every_hmac (void)
{
  static const char *const names[] = { "HS256", "HS384", "HS512" };
  g_autoptr (Key) key = load_secret (secret_text);
  g_autoptr (KeySet) set = key_set_of_key (key, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *header = g_strdup_printf ("{\"alg\":\"%s\"}", names[i]);
      g_autofree char *token = sign_texts (header, "{}", key, names[i]);

      assert_verifies (token, set, NULL);
      token[strlen (token) - 3] ^= 1;
      assert_refused (token, set, NULL, "does not fit");
    }
}

/* RFC 7518 section 3.2: at the limit, and one byte less. */
static void
test_short_secrets (void)
{
  static const struct {
    size_t length;
    const char *algorithm;
    bool fits;
  } cases[] = {
    { 32, "HS256", true }, { 32, "HS384", false }, { 47, "HS384", false },
    { 48, "HS384", true }, { 63, "HS512", false }, { 64, "HS512", true },
  };
  g_autoptr (GError) short_error = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strndup (secret_text, cases[i].length);
      g_autoptr (Key) key = load_secret (text);
      g_autoptr (GError) error = NULL;
      bool fits = algorithm_fit (algorithm_find (cases[i].algorithm), key, &error) != NULL;

      g_assert_cmpint (fits, ==, cases[i].fits);
      if (!fits)
        g_assert_nonnull (strstr (error->message, "bytes or more"));
    }
  put ("short.jwk", "{\"kty\":\"oct\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZQ\"}");
  g_assert_null (load_set ("short.jwk", NULL, &short_error));
  g_assert_error (short_error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_nonnull (strstr (short_error->message, "31 bytes"));
}

static void
test_sources (void)
{
  static const char *const files[] = { "rsa.pub",  "rsa.der",     "rsa.pkcs1", "rsa.pkcs1.der",
                                       "rsa.crt",  "rsa.crt.der", "rsa",       "rsa.p12",
                                       "rsa.crlf", "rsa.literal", "bundle" };
  g_autoptr (Key) key = load_well ("rsa", NULL, NULL);
  g_autofree char *token = sign_texts ("{\"alg\":\"RS256\"}", "{}", key, "RS256");
  g_autofree char *pem = get ("rsa.pub", NULL);
  g_autofree char *certificate = get ("rsa.crt", NULL);
  g_auto (GStrv) lines = g_strsplit (pem, "\n", -1);
  g_autofree char *crlf = g_strjoinv ("\r\n", lines);
  g_autofree char *literal = g_strjoinv ("\\n", lines);
  g_autofree char *other = get ("p256.crt", NULL);
  g_autofree char *bundle = g_strconcat ("Bag Attributes\n", certificate, other, NULL);

  put ("rsa.crlf", crlf);
  put ("rsa.literal", literal);
  put ("bundle", bundle);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (KeySet) set = load_set (files[i], "secret", &error);

      g_test_message ("%s", files[i]);
      g_assert_no_error (error);
      assert_verifies (token, set, NULL);
    }
}

static void
test_open_files (void)
{
  g_autofree char *public = in_folder ("rsa.pub");
  g_autofree char *private = in_folder ("open");
  g_autofree char *pem = get ("rsa", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (KeySet) set = NULL;
  g_autofree char *jwk = vector ("rfc7515-a1-hs256.jwk");
  const char *const secrets[] = { pem, jwk };

  g_chmod (public, 0644);
  set = load_set_well ("rsa.pub");
  for (size_t i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      put ("open", secrets[i]);
      g_chmod (private, 0644);
      g_assert_null (load_set ("open", NULL, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
      g_assert_nonnull (strstr (error->message, "may read or write it"));
      g_clear_error (&error);
    }
  g_chmod (public, 0646);
  g_assert_null (load_set ("rsa.pub", NULL, &error));
  g_assert_nonnull (strstr (error->message, "may write it"));
  g_chmod (public, 0644);
}

static void
test_mistaken_files (void)
{
  static const struct {
    const char *content;
    const char *message;
  } cases[] = {
    { "", "nothing that signatures are verified with" },
    { "hello", "nothing that signatures are verified with" },
    { "ssh-ed25519 AAAA me@here\n", "OpenSSH public key" },
    { "{}", "neither a JWK nor a JWK set" },
    { "{\"keys\":[]}", "JWK set is empty" },
    { "{\"keys\":{}}", "not a list of objects" },
    { "{\"keys\":[1]}", "not a list of objects" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", "1 bytes" },
    { "{\"kty\":\"what\"}", "\"kty\" is none of" },
    { "{\"keys\":[{\"kty\":\"what\"}]}", "no key of the JWK set can be used: its \"kty\"" },
    { "{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQAB\",\"use\":\"enc\"}", "not for signing" },
    { "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "damaged" },
    { "-----BEGIN PUBLIC KEY-----\n!!\n", "damaged" },
    { "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "damaged" },
    /* P-256 with y one too large: not on the curve */
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
      "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1\"}",
      "" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
      "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4\"}",
      "damaged" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      put ("mistake", cases[i].content);
      g_assert_null (load_set ("mistake", NULL, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

static void
test_short_rsa (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load_set ("small.pub", NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_nonnull (strstr (error->message, "1024 bits"));
}

/* CVE-2015-9235 and its kin: the public key's text as the secret of an HMAC. */
static void
test_public_key_is_no_secret (void)
{
  static const char *const files[] = { "rsa.pub", "rsa.crt", "rsa.der", "p256.pub" };

  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      size_t length;
      g_autofree char *text = get (files[i], &length);
      g_auto (SecretBuffer) k = { 0 };
      g_autofree char *jwk = NULL;
      g_autofree char *path = in_folder ("confused.jwk");
      g_autoptr (Key) key = NULL;
      g_autofree char *token = NULL;
      g_autoptr (KeySet) set = load_set_well (files[i]);

      base64url_append (&k, text, length);
      jwk = g_strdup_printf ("{\"kty\":\"oct\",\"k\":\"%.*s\"}", (int) k.length, k.data);
      put ("confused.jwk", jwk);
      key = key_load (&(KeySource){ .location = path, .secrets = true }, NULL);
      token = sign_texts ("{\"alg\":\"HS256\"}", "{}", key, "HS256");
      assert_refused (token, set, NULL, "HS256 does not fit the key");
    }
}

static void
test_key_fixes_algorithm (void)
{
  g_autoptr (Key) rsa = load_well ("rsa", NULL, NULL);
  g_autoptr (Key) p256 = load_well ("p256", NULL, NULL);
  g_autoptr (Key) hmac = load_secret (secret_text);
  g_autoptr (KeySet) rsa_set = load_set_well ("rsa.pub");
  g_autoptr (KeySet) p384_set = load_set_well ("p384");
  g_autofree char *ps256 = sign_texts ("{\"alg\":\"PS256\"}", "{}", rsa, "PS256");
  g_autofree char *es256 = sign_texts ("{\"alg\":\"ES256\"}", "{}", p256, "ES256");
  g_autofree char *rs512 = sign_texts ("{\"alg\":\"RS512\"}", "{}", rsa, "RS512");
  g_autofree char *lie = sign_texts ("{\"alg\":\"RS512\"}", "{}", rsa, "RS256");
  g_autofree char *rs1 = sign_texts ("{\"alg\":\"RS1\"}", "{}", rsa, "RS256");
  g_autofree char *lower = sign_texts ("{\"alg\":\"rs256\"}", "{}", rsa, "RS256");
  g_autofree char *none = sign_texts ("{\"alg\":\"NonE\"}", "{}", hmac, "HS256");
  g_autoptr (KeySet) hmac_set = key_set_of_key (hmac, NULL);

  assert_refused (ps256, rsa_set, NULL, "used with RS256");
  assert_verifies (ps256, rsa_set, "PS256");
  assert_verifies (rs512, rsa_set, NULL);
  assert_refused (rs512, rsa_set, "RS256", "only RS256 is accepted");
  assert_refused (lie, rsa_set, NULL, "does not fit");
  assert_refused (es256, p384_set, NULL, "ES256 does not fit the key");
  assert_refused (es256, rsa_set, NULL, "ES256 does not fit the key");
  assert_refused (es256, hmac_set, NULL, "this is a secret");
  assert_refused (rs1, rsa_set, NULL, "does not know: RS1");
  assert_refused (lower, rsa_set, NULL, "does not know: rs256");
  assert_refused (none, hmac_set, NULL, "not signed");
}

static char *
public_jwk (const char *vector_name, const char *more)
{
  g_autofree char *jwk = vector (vector_name);
  g_autoptr (JsonObject) object = json_strict_object (jwk, strlen (jwk), NULL);
  const char *x = json_object_get_string_member (object, "x");

  return g_strdup_printf ("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"%s}", x, more);
}

static void
test_jwk_names_algorithm (void)
{
  g_autofree char *token = vector ("rfc8037-a4-ed25519.jws");
  g_autofree char *right = public_jwk ("rfc8037-a1-ed25519.jwk", ",\"alg\":\"EdDSA\"");
  g_autofree char *wrong = public_jwk ("rfc8037-a1-ed25519.jwk", ",\"alg\":\"ES256\"");
  g_autoptr (KeySet) set = secret_set (right);
  g_autoptr (KeySet) other = secret_set (wrong);

  assert_verifies (token, set, NULL);
  assert_refused (token, other, NULL, "\"alg\" says ES256");
}

static char *
with_kid (const char *id)
{
  g_autoptr (Key) key = load_well ("vector.pem", NULL, NULL);
  g_autofree char *header = id != NULL ? g_strdup_printf ("{\"alg\":\"EdDSA\",\"kid\":\"%s\"}", id)
                                       : g_strdup ("{\"alg\":\"EdDSA\"}");

  return sign_texts (header, "{}", key, "EdDSA");
}

static void
test_key_is_chosen_by_kid (void)
{
  static const char stranger[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"b\","
                                 "\"x\":\"O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik\"}";
  g_autofree char *pem = vector ("rfc8037-a1-ed25519.pem");
  g_autofree char *named = public_jwk ("rfc8037-a1-ed25519.jwk", ",\"kid\":\"a\"");
  g_autofree char *bare = public_jwk ("rfc8037-a1-ed25519.jwk", "");
  g_autofree char *encrypting =
      public_jwk ("rfc8037-a1-ed25519.jwk", ",\"kid\":\"c\",\"use\":\"enc\"");
  g_autofree char *both =
      g_strdup_printf ("{\"keys\":[%s,%s,%s,{\"kty\":\"new\"}]}", stranger, encrypting, named);
  g_autofree char *nameless = g_strdup_printf ("{\"keys\":[%s,%s]}", stranger, bare);
  g_autofree char *twins = g_strdup_printf ("{\"keys\":[%s,%s]}", stranger, stranger);

  put ("vector.pem", pem);
  g_autofree char *a = with_kid ("a");
  g_autofree char *b = with_kid ("b");
  g_autofree char *c = with_kid ("c");
  g_autofree char *d = with_kid ("d");
  g_autofree char *none = with_kid (NULL);
  g_autoptr (KeySet) set = secret_set (both);
  g_autoptr (KeySet) nameless_set = secret_set (nameless);
  g_autoptr (KeySet) twin_set = secret_set (twins);
  g_autoptr (KeySet) single = secret_set (named);

  assert_verifies (a, set, NULL);
  assert_verifies (none, set, NULL);
  assert_refused (b, set, NULL, "does not fit");
  assert_refused (c, set, NULL, "\"c\" that it names cannot be used: its \"use\"");
  assert_refused (d, set, NULL, "has the \"kid\" that it names: d");
  assert_verifies (a, nameless_set, NULL);
  assert_refused (none, twin_set, NULL, "none of the 2 keys");
  /* A key by itself was named by the caller. */
  assert_verifies (d, single, NULL);
}

static void
test_published_secrets_are_none (void)
{
  g_autofree char *jwk = vector ("rfc7515-a1-hs256.jwk");
  g_autofree char *set = g_strdup_printf ("{\"keys\":[%s]}", jwk);
  const char *const texts[] = { jwk, set };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Secret) content = secret_new (texts[i], strlen (texts[i]));
      g_autoptr (GError) error = NULL;

      g_assert_null (key_set_read_published (content, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
      g_assert_nonnull (strstr (error->message, "none once it is published"));
    }
}

/* The first character of every part, and the last but one: the last may have bits that count for
 * nothing, which the decoder refuses by itself. */
static void
test_tampering (void)
{
  static const struct {
    const char *token;
    const char *key;
  } vectors[] = {
    { "rfc7515-a1-hs256.jws", "rfc7515-a1-hs256.jwk" },
    { "rfc7515-a2-rs256.jws", "rfc7515-a2-rs256.jwk" },
    { "rfc7515-a3-es256.jws", "rfc7515-a3-es256.jwk" },
    { "rfc7515-a4-es512.jws", "rfc7515-a4-es512.jwk" },
    { "rfc8037-a4-ed25519.jws", "rfc8037-a1-ed25519.jwk" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *token = vector (vectors[i].token);
      g_autofree char *text = vector (vectors[i].key);
      g_autoptr (KeySet) set = secret_set (text);

      for (size_t at = 0; token[at] != '\0'; at++)
        {
          g_autofree char *changed = g_strdup (token);
          g_autoptr (Jws) jws = NULL;
          g_autoptr (GError) error = NULL;

          changed[at] = changed[at] == 'A' ? 'B' : 'A';
          jws = jws_parse (changed, strlen (changed), &error);
          if (jws == NULL)
            continue;
          g_assert_null (jws_verify (jws, set, NULL, NULL, &error));
          g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
        }
    }
}

static void
test_truncated_signatures (void)
{
  static const struct {
    const char *token;
    const char *key;
  } vectors[] = {
    { "rfc7515-a1-hs256.jws", "rfc7515-a1-hs256.jwk" },
    { "rfc7515-a2-rs256.jws", "rfc7515-a2-rs256.jwk" },
    { "rfc7515-a3-es256.jws", "rfc7515-a3-es256.jwk" },
    { "rfc8037-a4-ed25519.jws", "rfc8037-a1-ed25519.jwk" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *token = vector (vectors[i].token);
      g_autofree char *text = vector (vectors[i].key);
      g_autoptr (KeySet) set = secret_set (text);
      const char *dot = strrchr (token, '.');
      g_autoptr (Secret) signature = base64url_decode (dot + 1, strlen (dot + 1), NULL);

      for (size_t length = 0; length < secret_length (signature); length++)
        {
          g_auto (SecretBuffer) cut = { 0 };
          g_autoptr (Secret) whole = NULL;

          secret_buffer_append (&cut, token, dot + 1 - token);
          base64url_append (&cut, secret_bytes (signature, NULL), length);
          whole = secret_buffer_end (&cut);
          assert_refused (secret_bytes (whole, NULL), set, NULL, "does not fit");
        }
    }
}

/* TOKEN with these bytes as its signature. */
static char *
with_signature (const char *token, const unsigned char *bytes, size_t length)
{
  g_auto (SecretBuffer) buffer = { 0 };
  g_autoptr (Secret) whole = NULL;

  secret_buffer_append (&buffer, token, strrchr (token, '.') + 1 - token);
  base64url_append (&buffer, bytes, length);
  whole = secret_buffer_end (&buffer);
  return g_strdup (secret_bytes (whole, NULL));
}

/* CVE-2022-21449: r and s of zero; and lengths that are not the curve's, by padding in front. */
static void
test_ecdsa_lengths (void)
{
  g_autofree char *token = vector ("rfc7515-a3-es256.jws");
  g_autofree char *text = vector ("rfc7515-a3-es256.jwk");
  g_autoptr (KeySet) set = secret_set (text);
  const char *dot = strrchr (token, '.');
  g_autoptr (Secret) signature = base64url_decode (dot + 1, strlen (dot + 1), NULL);
  unsigned char bytes[66] = { 0 };
  g_autofree char *zero = with_signature (token, bytes, 64);

  assert_refused (zero, set, NULL, "does not fit");
  memcpy (bytes + 1, secret_bytes (signature, NULL), 32);
  memcpy (bytes + 34, secret_bytes (signature, NULL) + 32, 32);
  g_autofree char *padded = with_signature (token, bytes, 66);
  assert_refused (padded, set, NULL, "does not fit");
  g_autofree char *odd = with_signature (token, bytes, 65);
  assert_refused (odd, set, NULL, "does not fit");
}

/* One signature in 128 or so has an r or s with leading zeros. */
static void
test_ecdsa_leading_zeros (void)
{
  g_autoptr (Key) key = load_well ("p256", NULL, NULL);
  g_autoptr (KeySet) set = load_set_well ("p256.pub");
  unsigned zeros = 0;

  for (unsigned i = 0; i < 20000 && zeros < 3; i++)
    {
      g_autofree char *token = sign_texts ("{\"alg\":\"ES256\"}", "{}", key, "ES256");
      const char *dot = strrchr (token, '.');
      g_autoptr (Secret) signature = base64url_decode (dot + 1, strlen (dot + 1), NULL);
      const char *bytes = secret_bytes (signature, NULL);

      if (bytes[0] != 0 && bytes[32] != 0)
        continue;
      zeros++;
      assert_verifies (token, set, NULL);
    }
  g_assert_cmpuint (zeros, ==, 3);
}

static void
test_critical_headers (void)
{
  static const char *const headers[] = {
    "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}",
    "{\"alg\":\"HS256\",\"crit\":[]}",
    "{\"alg\":\"HS256\",\"crit\":null}",
    "{\"alg\":\"HS256\",\"b64\":true}",
    "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}",
  };
  g_autoptr (Key) key = load_secret (secret_text);
  g_autoptr (KeySet) set = key_set_of_key (key, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *token = sign_texts (headers[i], "{}", key, "HS256");

      assert_refused (token, set, NULL, "asks for an extension");
    }
}

static void
test_malformed (void)
{
  static const struct {
    const char *text;
    const char *message;
  } cases[] = {
    { "", "empty" },
    { "a", "number of parts is 1" },
    { "a.b", "number of parts is 2" },
    { "a.b.c.d", "number of parts is 4" },
    { "a.b.c.d.e", "JWE" },
    { "a.b.c.d.e.f", "number of parts is 6" },
    { "..", "the header: invalid JSON" },
    { "e30..", "the header: the JSON member \"alg\" is missing" },
    { "W10..", "the header: the JSON document is not an object" },
    { "e30=..", "the header: invalid base64url" },
    { "eyJhbGciOjF9..", "the JSON member \"alg\" is not a string" },
    { "eyJhbGciOiJIUzI1NiIsImtpZCI6MX0..", "the JSON member \"kid\" is not a string" },
    /* {"alg":"HS256","alg":"none"} */
    { "eyJhbGciOiJIUzI1NiIsImFsZyI6Im5vbmUifQ..", "the same name twice" },
    { "eyJhbGciOiJIUzI1NiJ9.e3 0.AA", "the payload: invalid base64url" },
    { "eyJhbGciOiJIUzI1NiJ9.e30.A+", "the signature: invalid base64url" },
    { "eyJhbGciOiJIUzI1NiJ9.e30.AB", "stray bits" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_malformed (cases[i].text, strlen (cases[i].text), cases[i].message);
}

static void
test_sizes (void)
{
  static const char start[] = "eyJhbGciOiJIUzI1NiJ9.";
  g_autofree char *whole = g_malloc (JWS_MAX_LENGTH + 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (Jws) jws = NULL;

  memset (whole, 'A', JWS_MAX_LENGTH + 1);
  memcpy (whole, start, strlen (start));
  whole[JWS_MAX_LENGTH - 4] = '.';
  jws = jws_parse (whole, JWS_MAX_LENGTH - 1, &error);
  g_assert_no_error (error);
  g_clear_pointer (&jws, jws_free);
  whole[JWS_MAX_LENGTH - 4] = 'A';
  whole[JWS_MAX_LENGTH - 3] = '.';
  whole[JWS_MAX_LENGTH - 5] = '.';
  assert_malformed (whole, JWS_MAX_LENGTH, "number of parts");
  assert_malformed (whole, JWS_MAX_LENGTH + 1, "longer than 1048576 bytes");

  /* {"alg":"HS256" and spaces before the brace */
  g_auto (SecretBuffer) padded = { 0 };
  g_auto (SecretBuffer) encoded = { 0 };
  secret_buffer_append (&padded, "{\"alg\":\"HS256\"", -1);
  while (padded.length < JWS_MAX_HEADER / 4 * 3 - 1)
    secret_buffer_append (&padded, " ", 1);
  secret_buffer_append (&padded, "}", 1);
  base64url_append (&encoded, padded.data, padded.length);
  g_assert_cmpuint (encoded.length, ==, JWS_MAX_HEADER);
  secret_buffer_append (&encoded, "..", 2);
  jws = jws_parse (encoded.data, encoded.length, &error);
  g_assert_no_error (error);
  encoded.length = 0;
  secret_buffer_append (&padded, "   ", 3);
  base64url_append (&encoded, padded.data, padded.length);
  secret_buffer_append (&encoded, "..", 2);
  assert_malformed (encoded.data, encoded.length, "header is longer than 65536 bytes");
}

/* Claims. */

#define NOW G_GINT64_CONSTANT (1790000000)

static void
expect_claims (const char *text, const ClaimsRules *rules, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) claims = json_strict_object (text, strlen (text), &error);
  bool good;

  g_assert_no_error (error);
  good = claims_check (claims, rules, &error);
  g_test_message ("%s: %s", text, good ? "good" : error->message);
  g_assert_cmpint (good, ==, message == NULL);
  if (good)
    return;
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, message));
}

static void
test_times (void)
{
  const ClaimsRules exact = { .now = NOW };
  const ClaimsRules lenient = { .now = NOW, .leeway = 30 };
  const ClaimsRules any = { .now = NOW, .any_time = true };

  expect_claims ("{}", &exact, NULL);
  expect_claims ("{\"exp\":1790000001}", &exact, NULL);
  expect_claims ("{\"exp\":1790000000}", &exact, "expired at 2026-09-21T14:13:20Z, 0 s ago");
  expect_claims ("{\"exp\":1790000000.5}", &exact, "expired");
  expect_claims ("{\"exp\":1790000001.5}", &exact, NULL);
  expect_claims ("{\"exp\":1789999971}", &lenient, NULL);
  expect_claims ("{\"exp\":1789999970}", &lenient, "30 s ago");
  expect_claims ("{\"exp\":1300819380}", &any, NULL);
  expect_claims ("{\"nbf\":1790000000}", &exact, NULL);
  expect_claims ("{\"nbf\":1790000001}", &exact, "not valid before 2026-09-21T14:13:21Z, in 1 s");
  expect_claims ("{\"nbf\":1790000030}", &lenient, NULL);
  expect_claims ("{\"nbf\":1790000031}", &lenient, "not valid before");
  expect_claims ("{\"iat\":1790000000}", &exact, NULL);
  expect_claims ("{\"iat\":1790003600}", &exact, "issued at 2026-09-21T15:13:20Z, in 1 h 0 min");
  expect_claims ("{\"iat\":1790000031}", &lenient, "issued at");
  expect_claims ("{\"exp\":\"1790000001\"}", &exact, "\"exp\" is not a number");
  expect_claims ("{\"exp\":null}", &exact, "\"exp\" is not a number");
  expect_claims ("{\"exp\":true}", &exact, "\"exp\" is not a number");
  expect_claims ("{\"exp\":1790000000000}", &exact, "no time that can be meant");
  expect_claims ("{\"exp\":1e300}", &exact, "no time that can be meant");
  expect_claims ("{\"nbf\":-9223372036854775808}", &exact, "no time that can be meant");
}

static void
test_parties (void)
{
  const ClaimsRules rules = {
    .now = NOW,
    .audiences = (const char *const[]){ "api", "web", NULL },
    .issuer = "joe",
    .subject = "ann",
  };
  const ClaimsRules required = { .now = NOW, .required = (const char *const[]){ "exp", NULL } };

  expect_claims ("{\"aud\":\"api\",\"iss\":\"joe\",\"sub\":\"ann\"}", &rules, NULL);
  expect_claims ("{\"aud\":[\"x\",\"web\"],\"iss\":\"joe\",\"sub\":\"ann\"}", &rules, NULL);
  expect_claims ("{\"aud\":\"x\",\"iss\":\"joe\",\"sub\":\"ann\"}", &rules, "not for api, web");
  expect_claims ("{\"aud\":[],\"iss\":\"joe\",\"sub\":\"ann\"}", &rules, "not for api, web");
  expect_claims ("{\"aud\":[[\"api\"]],\"iss\":\"joe\",\"sub\":\"ann\"}", &rules, "not for");
  expect_claims ("{\"aud\":{\"api\":1},\"iss\":\"joe\",\"sub\":\"ann\"}", &rules, "not for");
  expect_claims ("{\"iss\":\"joe\",\"sub\":\"ann\"}", &rules, "no \"aud\"");
  expect_claims ("{\"aud\":\"api\",\"sub\":\"ann\"}", &rules, "no \"iss\"");
  expect_claims ("{\"aud\":\"api\",\"iss\":\"Joe\",\"sub\":\"ann\"}", &rules, "must be \"joe\"");
  expect_claims ("{\"aud\":\"api\",\"iss\":[\"joe\"],\"sub\":\"ann\"}", &rules, "not a string");
  expect_claims ("{\"aud\":\"api\",\"iss\":\"joe\",\"sub\":\"bob\"}", &rules, "must be \"ann\"");
  expect_claims ("{\"exp\":1790000001}", &required, NULL);
  expect_claims ("{}", &required, "it has no \"exp\"");
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  for (size_t i = 0; i < G_N_ELEMENTS (makers); i++)
    make (makers[i]);
  g_test_add_func ("/jws/rfc7515-a1-to-a4-and-rfc8037-a4-verify", test_rfc_vectors);
  g_test_add_func ("/jws/rfc7515-a5-none-is-refused", test_rfc7515_a5);
  g_test_add_func ("/jws/every-algorithm-verifies", test_every_algorithm);
  g_test_add_func ("/jws/every-hmac-verifies", test_every_hmac);
  g_test_add_func ("/jws/a-secret-is-as-long-as-its-hash", test_short_secrets);
  g_test_add_func ("/jws/keys-come-from-every-form", test_sources);
  g_test_add_func ("/jws/public-files-may-be-readable-and-private-ones-not", test_open_files);
  g_test_add_func ("/jws/mistaken-files-are-key-errors", test_mistaken_files);
  g_test_add_func ("/jws/rsa-under-2048-bits-is-refused", test_short_rsa);
  g_test_add_func ("/jws/a-public-key-is-no-hmac-secret", test_public_key_is_no_secret);
  g_test_add_func ("/jws/the-key-fixes-the-algorithm", test_key_fixes_algorithm);
  g_test_add_func ("/jws/a-jwk-may-name-its-only-algorithm", test_jwk_names_algorithm);
  g_test_add_func ("/jws/a-set's-key-is-chosen-by-kid", test_key_is_chosen_by_kid);
  g_test_add_func ("/jws/a-published-secret-is-none", test_published_secrets_are_none);
  g_test_add_func ("/jws/any-changed-character-is-refused", test_tampering);
  g_test_add_func ("/jws/truncated-signatures-are-refused", test_truncated_signatures);
  g_test_add_func ("/jws/ecdsa-of-other-lengths-or-zero-is-refused", test_ecdsa_lengths);
  g_test_add_func ("/jws/ecdsa-with-leading-zeros-verifies", test_ecdsa_leading_zeros);
  g_test_add_func ("/jws/crit-and-b64-are-refused", test_critical_headers);
  g_test_add_func ("/jws/malformed-tokens-are-protocol-errors", test_malformed);
  g_test_add_func ("/jws/sizes-are-bounded", test_sizes);
  g_test_add_func ("/claims/times-are-checked-to-the-second", test_times);
  g_test_add_func ("/claims/audience-issuer-and-subject-are-checked", test_parties);
  result = g_test_run ();
  maker_end ();
  return result;
}
