/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* scrypt by the vectors of RFC 7914, and keys that openssl encrypts under it. */
#include "encoding.h"
#include "error.h"
#include "gnutls-auto.h"
#include "key-private.h"
#include "reader.h"
#include "scrypt.h"

#include <string.h>

#include "key-maker.h"

#define PASS "pass:correct horse"
static const char passphrase[] = "correct horse";

enum { DERIVED = 64, BLOCK_WORDS = 2 * SCRYPT_CORE_WORDS };

static GByteArray *
from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; *hex != '\0'; hex += 2)
    g_byte_array_append (bytes,
                         &(uint8_t){ (uint8_t) (g_ascii_xdigit_value (hex[0]) << 4 |
                                                g_ascii_xdigit_value (hex[1])) },
                         1);
  return bytes;
}

static void
words_from_hex (const char *hex, uint32_t *words)
{
  g_autoptr (GByteArray) bytes = from_hex (hex);

  for (unsigned i = 0; i < bytes->len / sizeof *words; i++)
    words[i] = bytes->data[4 * i] | (uint32_t) bytes->data[4 * i + 1] << 8 |
               (uint32_t) bytes->data[4 * i + 2] << 16 | (uint32_t) bytes->data[4 * i + 3] << 24;
}

static void
assert_words (const uint32_t *words, const char *hex)
{
  uint32_t expected[BLOCK_WORDS] = { 0 };

  words_from_hex (hex, expected);
  g_assert_cmpint (memcmp (words, expected, strlen (hex) / 2), ==, 0);
}

static void
test_core (void)
{
  uint32_t words[SCRYPT_CORE_WORDS];

  words_from_hex ("7e879a214f3ec9867ca940e641718f26baee555b8c61c1b50df846116dcd3b1d"
                  "ee24f319df9b3d8514121e4b5ac5aa3276021d2909c74829edebc68db8b8c25e",
                  words);
  scrypt_core (words);
  assert_words (words, "a41f859c6608cc993b81cacb020cef05044b2181a2fd337dfd7b1c6396682f29"
                       "b4393168e3c9e6bcfe6bc5b7a06d96bae424cc102c91745c24ad673dc7618f81");
}

/* The input of sections 9 and 10. */
static const char block_hex[] = "f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad"
                                "89f68f4811d1e87bcc3bd7400a9ffd29094f0184639574f39ae5a1315217bcd7"
                                "894991447213bb226c25b54da86370fbcd984380374666bb8ffcb5bf40c254b0"
                                "67d27c51ce4ad5fed829c90b505a571b7f4d1cad6a523cda770e67bceaaf7e89";

static void
test_block_mix (void)
{
  uint32_t in[BLOCK_WORDS], out[BLOCK_WORDS];

  words_from_hex (block_hex, in);
  scrypt_block_mix (in, out, 1);
  assert_words (out, "a41f859c6608cc993b81cacb020cef05044b2181a2fd337dfd7b1c6396682f29"
                     "b4393168e3c9e6bcfe6bc5b7a06d96bae424cc102c91745c24ad673dc7618f81"
                     "20edc975323881a80540f64c162dcd3c21077cfe5f8d5fe2b1a4168f953678b7"
                     "7d3b3d803b60e4ab920996e59b4d53b65d2a225877d5edf5842cb9f14eefe425");
}

static void
test_romix (void)
{
  ScryptCost cost = { 16, 1, 1 };
  uint32_t block[BLOCK_WORDS], room[17 * BLOCK_WORDS];

  words_from_hex (block_hex, block);
  scrypt_romix (block, &cost, room);
  assert_words (block, "79ccc193629debca047f0b70604bf6b62ce3dd4a9626e355fafc6198e6ea2b46"
                       "d58413673b99b029d665c357601fb426a0b2f4bba200ee9f0a43d19b571a9c71"
                       "ef1142e65d5a266fddca832ce59faa7cac0b9cf1be2bffca300d01ee387619c4"
                       "ae12fd4438f203a0e4e1c47ec314861f4e9087cb33396a6873e8f9d2539a4b8e");
}

/* The fourth vector takes 1 GiB. */
static void
test_derive (void)
{
  static const struct {
    const char *password;
    const char *salt;
    ScryptCost cost;
    const char *derived;
  } cases[] = {
    { "",
      "",
      { 16, 1, 1 },
      "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
      "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906" },
    { "password",
      "NaCl",
      { 1024, 8, 16 },
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
      "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640" },
    { "pleaseletmein",
      "SodiumChloride",
      { 16384, 8, 1 },
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) expected = from_hex (cases[i].derived);
      unsigned char out[DERIVED];

      g_assert_true (scrypt_is_valid (&cases[i].cost));
      scrypt_derive ((ScryptInput){ cases[i].password, strlen (cases[i].password) },
                     (ScryptInput){ cases[i].salt, strlen (cases[i].salt) }, &cases[i].cost, out,
                     sizeof out);
      g_assert_cmpmem (out, sizeof out, expected->data, expected->len);
    }
}

static void
test_valid_costs (void)
{
  static const struct {
    ScryptCost cost;
    bool valid;
  } cases[] = {
    { { 2, 1, 1 }, true },
    { { 1, 8, 1 }, false },
    { { 0, 8, 1 }, false },
    { { 16383, 8, 1 }, false },
    { { 1u << 31, 8, 1 }, true },
    { { 1u << 15, 1, 1 }, true },
    { { 1u << 16, 1, 1 }, false },
    { { 16, 0, 1 }, false },
    { { 16, 1, 0 }, false },
    { { 16, 1, (1u << 30) - 1 }, true },
    { { 16, 1, 1u << 30 }, false },
    { { 16, 1u << 15, 1u << 15 }, false },
    { { 16, 1u << 16, 1u << 16 }, false },
  };
  ScryptCost largest = { 1u << 31, (1u << 30) - 1, 1 };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (scrypt_is_valid (&cases[i].cost), ==, cases[i].valid);
  g_assert_true (scrypt_is_valid (&largest));
  g_assert_cmpuint (scrypt_memory (&largest), ==, G_MAXUINT64);
}

static void
expect_load (const char *name, const char *word, AvouchError code, const char *message,
             const char *hint)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;

  g_assert_null (load (name, NULL, word, &error));
  g_assert_error (error, AVOUCH_ERROR, (int) code);
  first = error_message (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (first, message));
  g_assert_nonnull (strstr (error_hint (error), hint));
}

/* The last takes all the memory that openssl itself allows. */
static void
test_of_openssl (void)
{
  static const char *const options[] = {
    "",
    "-outform DER",
    "-v2 aes-128-cbc",
    "-scrypt_N 1024 -scrypt_r 3 -scrypt_p 5",
    "-scrypt_N 2 -scrypt_r 1 -scrypt_p 262140",
  };

  make ("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem");
  for (size_t i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autofree char *command = g_strdup_printf (
          "openssl pkcs8 -topk8 -scrypt %s -in ec.pem -passout '" PASS "' -out a", options[i]);
      g_autoptr (Key) key = NULL;

      make (command);
      key = load_well ("a", NULL, passphrase);
      g_assert_cmpint (key_kind (key), ==, KEY_EC);
      g_assert_cmpint (asked, ==, 1);
      expect_load ("a", "wrong", AVOUCH_ERROR_PASSPHRASE, "does not open", "passphrase");
      expect_load ("a", NULL, AVOUCH_ERROR_PASSPHRASE, "no passphrase is configured",
                   "passphrase = ");
    }
}

static void
put_store (const gnutls_datum_t *encrypted)
{
  g_auto (gnutls_pkcs12_t) store = NULL;
  g_auto (gnutls_pkcs12_bag_t) bag = NULL;
  g_auto (gnutls_datum_t) der = { 0 };

  g_assert_cmpint (gnutls_pkcs12_init (&store), ==, 0);
  g_assert_cmpint (gnutls_pkcs12_bag_init (&bag), ==, 0);
  g_assert_cmpint (gnutls_pkcs12_bag_set_data (bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, encrypted), ==,
                   0);
  g_assert_cmpint (gnutls_pkcs12_set_bag (store, bag), ==, 0);
  g_assert_cmpint (gnutls_pkcs12_generate_mac (store, passphrase), ==, 0);
  g_assert_cmpint (gnutls_pkcs12_export2 (store, GNUTLS_X509_FMT_DER, &der), ==, 0);
  put_bytes ("store", der.data, der.size);
}

/* openssl cannot make one: its key is put into a store of GnuTLS. */
static void
test_in_pkcs12 (void)
{
  g_autofree char *der = NULL;
  gnutls_datum_t encrypted = { 0 };
  size_t length;

  make ("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem");
  make ("openssl pkcs8 -topk8 -scrypt -in ec.pem -outform DER -passout '" PASS "' -out a");
  der = get ("a", &length);
  encrypted.data = (unsigned char *) der;
  encrypted.size = (unsigned) length;
  put_store (&encrypted);
  g_autoptr (Key) key = load_well ("store", NULL, passphrase);
  g_assert_cmpint (key_kind (key), ==, KEY_EC);
  expect_load ("store", "wrong", AVOUCH_ERROR_PASSPHRASE, "does not open", "passphrase");
}

/* DER: TAG around a NULL-ended list of parts, which are released. */
static GByteArray *
der (int tag, ...)
{
  GByteArray *all = g_byte_array_new ();
  va_list parts;

  va_start (parts, tag);
  for (GByteArray *part = va_arg (parts, GByteArray *); part != NULL;
       part = va_arg (parts, GByteArray *))
    {
      g_byte_array_append (all, part->data, part->len);
      g_byte_array_unref (part);
    }
  va_end (parts);
  g_assert_cmpuint (all->len, <, 0x80);
  g_byte_array_prepend (all, (uint8_t[]){ (uint8_t) tag, (uint8_t) all->len }, 2);
  return all;
}

static GByteArray *
der_number (uint32_t value)
{
  uint32_t bytes = GUINT32_TO_BE (value);
  GByteArray *all = g_byte_array_new ();

  g_byte_array_append (all, (uint8_t[]){ 0x02, 5, 0 }, 3);
  g_byte_array_append (all, (uint8_t *) &bytes, sizeof bytes);
  return all;
}

/* A key under AES-256, with nothing to decrypt in it. */
static void
put_cost (const char *name, const ScryptCost *cost)
{
  static const char iv[] = "041000000000000000000000000000000000";
  GByteArray *scrypt = der (DER_TAG_SEQUENCE, from_hex ("06092b06010401da47040b"),
                            der (DER_TAG_SEQUENCE, from_hex ("040173"), der_number (cost->n),
                                 der_number (cost->r), der_number (cost->p), NULL),
                            NULL);
  GByteArray *cipher =
      der (DER_TAG_SEQUENCE, from_hex ("060960864801650304012a"), from_hex (iv), NULL);
  GByteArray *pbes2 = der (DER_TAG_SEQUENCE, from_hex ("06092a864886f70d01050d"),
                           der (DER_TAG_SEQUENCE, scrypt, cipher, NULL), NULL);
  g_autoptr (GByteArray) key = der (DER_TAG_SEQUENCE, pbes2, from_hex (iv), NULL);

  put_bytes (name, key->data, key->len);
}

/* At a limit it would be decrypted: asking for the passphrase comes after the check. */
static void
test_limits (void)
{
  static const struct {
    ScryptCost cost;
    const char *message; /* NULL: within the limits */
  } cases[] = {
    { { 2, 1, 262141 }, NULL }, /* 128 * 1 * (2 + 262141 + 1) is 32 MiB */
    { { 2, 1, 262142 }, "more than 32 MiB of memory" },
    { { 16384, 8, 1 }, NULL },
    { { 32768, 8, 1 }, "more than 32 MiB of memory" },
    { { 64, 1, 78125 }, NULL }, /* 5,000,000 rounds */
    { { 64, 1, 78126 }, "more than 5000000 rounds" },
    { { 1u << 31, (1u << 30) - 1, 1 }, "more than 32 MiB of memory" },
    { { 2, 1, (1u << 30) - 1 }, "more than 32 MiB of memory" },
    { { 3, 1, 1 }, "encrypted in a way that is not supported" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      put_cost ("cost", &cases[i].cost);
      if (cases[i].message == NULL)
        expect_load ("cost", NULL, AVOUCH_ERROR_PASSPHRASE, "no passphrase", "passphrase = ");
      else
        expect_load ("cost", passphrase, AVOUCH_ERROR_KEY, cases[i].message, "encrypt");
      g_assert_cmpint (asked, ==, 0);
    }
}

static void
test_rfc_key (void)
{
  g_autofree char *source =
      g_test_build_filename (G_TEST_DIST, "vectors", "rfc7914-13-scrypt.pem", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  put ("rfc", text);
  expect_load ("rfc", "Rabbit", AVOUCH_ERROR_KEY, "asks for more than 32 MiB of memory",
               "openssl pkcs8 -topk8 -scrypt");
}

static void
test_derived_again (void)
{
  ScryptCost cost = { 16, 1, 1 };
  unsigned char first[DERIVED], again[DERIVED];
  ScryptInput nothing = { "", 0 };

  scrypt_derive (nothing, nothing, &cost, first, sizeof first);
  scrypt_derive (nothing, nothing, &cost, again, 16);
  g_assert_cmpmem (first, 16, again, 16);
}

static const struct {
  const char *path;
  void (*run) (void);
} tests[] = {
  { "/scrypt/rfc7914-8-core", test_core },
  { "/scrypt/rfc7914-9-block-mix", test_block_mix },
  { "/scrypt/rfc7914-10-romix", test_romix },
  { "/scrypt/rfc7914-12-derive", test_derive },
  { "/scrypt/rfc7914-13-key-takes-too-much-memory", test_rfc_key },
  { "/scrypt/shorter-keys-are-a-start-of-longer", test_derived_again },
  { "/scrypt/costs-that-are-allowed", test_valid_costs },
  { "/scrypt/keys-of-openssl", test_of_openssl },
  { "/scrypt/key-in-pkcs12", test_in_pkcs12 },
  { "/limit/memory-and-rounds", test_limits },
};

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].path, tests[i].run);
  result = g_test_run ();
  maker_end ();
  return result;
}
