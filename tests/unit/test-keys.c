/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Containers that openssl and keytool make, and every mistake that deserves its own answer. */
#include "contents.h"
#include "error.h"
#include "gnutls-auto.h"
#include "key-private.h"
#include "key.h"

#include <string.h>
#include <unistd.h>

#include "key-maker.h"

#define PASS "pass:correct horse"
static const char passphrase[] = "correct horse";

/* Made once, used by many tests. */
static const char *const makers[] = {
  "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem",
  "openssl req -x509 -new -key ec.pem -subj /CN=ec -days 2 -out ec.crt",
  "openssl req -x509 -new -key other.pem -subj /CN=other -days 2 -out other.crt",
  "openssl req -x509 -new -key rsa.pem -subj /CN=rsa -days 2 -out rsa.crt",
};

static void
expect (Key *key, const GError *error, AvouchError code, const char *message, const char *hint)
{
  g_autofree char *first = NULL;

  g_assert_null (key);
  g_assert_error (error, AVOUCH_ERROR, (int) code);
  first = error_message (error);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (first, folder)); /* names the file */
  g_assert_nonnull (strstr (first, message));
  g_assert_false (g_str_has_suffix (first, "."));
  if (hint != NULL)
    g_assert_nonnull (error_hint (error));
  if (hint != NULL)
    g_assert_nonnull (strstr (error_hint (error), hint));
}

static void
expect_load (const char *name, const char *alias, const char *secret, AvouchError code,
             const char *message, const char *hint)
{
  g_autoptr (GError) error = NULL;
  Key *key = load (name, alias, secret, &error);

  expect (key, error, code, message, hint);
}

static void
expect_key_error (const char *name, const char *alias, const char *secret, const char *message,
                  const char *hint)
{
  expect_load (name, alias, secret, AVOUCH_ERROR_KEY, message, hint);
}

/* Concatenates text files of the folder, a NULL at the end. */
static void
join (const char *name, ...)
{
  g_autoptr (GString) text = g_string_new (NULL);
  va_list parts;

  va_start (parts, name);
  for (const char *part = va_arg (parts, const char *); part != NULL;
       part = va_arg (parts, const char *))
    {
      g_autofree char *content = get (part, NULL);

      g_string_append (text, content);
    }
  va_end (parts);
  put (name, text->str);
}

static void
replace (const char *name, const char *from, const char *what, const char *with)
{
  g_autofree char *content = get (from, NULL);
  g_autoptr (GString) text = g_string_new (content);

  g_string_replace (text, what, with, 0);
  put (name, text->str);
}

/* No passphrase is asked for where none is needed. */
static void
test_plain_encodings (void)
{
  static const struct {
    const char *make;
    const char *file;
    KeyKind kind;
    unsigned bits;
  } cases[] = {
    { "openssl pkcs8 -topk8 -nocrypt -in rsa.pem -out a", "a", KEY_RSA, 2048 },
    { "openssl rsa -traditional -in rsa.pem -out b", "b", KEY_RSA, 2048 },
    { "openssl ec -in ec.pem -out c", "c", KEY_EC, 256 },
    { "openssl pkcs8 -topk8 -nocrypt -in rsa.pem -outform DER -out d", "d", KEY_RSA, 2048 },
    { "openssl rsa -traditional -in rsa.pem -outform DER -out e", "e", KEY_RSA, 2048 },
    { "openssl ec -in ec.pem -outform DER -out f", "f", KEY_EC, 256 },
    { "openssl ecparam -name secp384r1 -genkey -out g", "g", KEY_EC, 384 },
    { "openssl genpkey -algorithm ED25519 -out h", "h", KEY_EDDSA, 256 },
    { "openssl genpkey -algorithm ED25519 -outform DER -out i", "i", KEY_EDDSA, 256 },
    { "openssl genpkey -algorithm ED448 -out j", "j", KEY_EDDSA, 456 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Key) key = NULL;

      make (cases[i].make);
      key = load_well (cases[i].file, NULL, passphrase);
      g_assert_cmpint (key_kind (key), ==, cases[i].kind);
      g_assert_cmpuint (key_bits (key), ==, cases[i].bits);
      g_assert_null (key_certificate (key));
      g_assert_cmpint (asked, ==, 0);
    }
}

static const struct {
  const char *make;
  const char *file;
} encrypted[] = {
  { "openssl pkcs8 -topk8 -in rsa.pem -v2 aes-256-cbc -v2prf hmacWithSHA256 -passout '" PASS
    "' -out k1",
    "k1" },
  { "openssl pkcs8 -topk8 -in ec.pem -v2 aes-128-cbc -iter 1000 -passout '" PASS "' -out k2",
    "k2" },
  { "openssl pkcs8 -topk8 -in ec.pem -v2 des3 -passout '" PASS "' -out k3", "k3" },
  { "openssl pkcs8 -topk8 -in ec.pem -v1 PBE-SHA1-3DES -passout '" PASS "' -out k4", "k4" },
  { "openssl pkcs8 -topk8 -in ec.pem -outform DER -passout '" PASS "' -out k5", "k5" },
  { "openssl rsa -traditional -aes128 -in rsa.pem -passout '" PASS "' -out k6", "k6" },
  { "openssl rsa -traditional -des3 -in rsa.pem -passout '" PASS "' -out k7", "k7" },
  { "openssl ec -aes256 -in ec.pem -passout '" PASS "' -out k8", "k8" },
};

static void
test_encrypted_encodings (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (encrypted); i++)
    {
      g_autoptr (Key) key = NULL;

      make (encrypted[i].make);
      key = load_well (encrypted[i].file, NULL, passphrase);
      g_assert_cmpint (asked, ==, 1);
      expect_load (encrypted[i].file, NULL, "wrong", AVOUCH_ERROR_PASSPHRASE, "does not open",
                   "passphrase");
      g_assert_cmpint (asked, ==, 1);
      expect_load (encrypted[i].file, NULL, NULL, AVOUCH_ERROR_PASSPHRASE,
                   "no passphrase is configured", "passphrase = ");
    }
}

/* Padding alone lets one wrong passphrase in 256 through: none may become another kind of error. */
static void
test_many_wrong_passphrases (void)
{
  static const char *const files[] = { "few", "fewer" };

  make ("openssl pkcs8 -topk8 -in ec.pem -iter 1 -passout '" PASS "' -out few");
  make ("openssl ec -aes128 -in ec.pem -passout '" PASS "' -out fewer");
  for (unsigned i = 0; i < 2000; i++)
    {
      g_autofree char *wrong = g_strdup_printf ("wrong %u", i);
      g_autoptr (GError) error = NULL;

      g_assert_null (load (files[i % 2], NULL, wrong, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
    }
}

static void
test_passphrase_error_is_kept (void)
{
  /* An empty answer is a passphrase like any other. */

  make ("openssl pkcs8 -topk8 -in ec.pem -passout '" PASS "' -out kept");
  expect_load ("kept", NULL, "", AVOUCH_ERROR_PASSPHRASE, "does not open", NULL);
  g_assert_cmpint (asked, ==, 1);
}

static void
test_loose_pem (void)
{
  g_autoptr (GString) bare = NULL;
  g_autofree char *text = get ("rsa.pem", NULL);
  g_autofree char *escaped = NULL;
  g_autofree char *json = NULL;

  replace ("crlf", "rsa.pem", "\n", "\r\n");
  replace ("literal", "rsa.pem", "\n", "\\n");
  replace ("literal-crlf", "rsa.pem", "\n", "\\r\\n");
  replace ("spaces", "rsa.pem", "\n", " ");
  bare = g_string_new (g_strchomp (text));
  put ("unterminated", bare->str);
  g_string_prepend (bare, "\xef\xbb\xbfsubject=CN = robot\n# a note\n\n");
  put ("leading", bare->str);
  replace ("windows", "leading", "\n", "\r\n");
  g_string_append (bare, "\ntrailing words");
  put ("trailing", bare->str);
  escaped = g_strescape (text, NULL);
  json = g_strdup_printf ("{\"type\":\"service_account\",\"private_key\":\"%s\"}", escaped);
  put ("json", json);
  for (const char **name = (const char *[]){ "crlf", "literal", "literal-crlf", "spaces", "windows",
                                             "unterminated", "leading", "trailing", "json", NULL };
       *name != NULL; name++)
    {
      g_autoptr (Key) key = load_well (*name, NULL, NULL);

      g_assert_cmpuint (key_bits (key), ==, 2048);
    }
  make ("openssl rsa -traditional -aes128 -in rsa.pem -passout '" PASS "' -out old");
  replace ("old-crlf", "old", "\n", "\r\n");
  replace ("old-literal", "old", "\n", "\\n");
  for (const char **name = (const char *[]){ "old-crlf", "old-literal", NULL }; *name != NULL;
       name++)
    key_unref (load_well (*name, NULL, passphrase));
}

static void
expect_common_name (const Key *key, const char *expected)
{
  char name[16];
  size_t size = sizeof name;

  g_assert_nonnull (key_certificate (key));
  gnutls_x509_crt_get_dn_by_oid (key_certificate (key), GNUTLS_OID_X520_COMMON_NAME, 0, 0, name,
                                 &size);
  g_assert_cmpstr (name, ==, expected);
}

static void
test_bundles (void)
{
  join ("bundle1", "ec.pem", "ec.crt", "other.crt", NULL);
  join ("bundle2", "other.crt", "ec.crt", "ec.pem", NULL);
  join ("bundle3", "rsa.crt", "ec.pem", "other.crt", "ec.crt", NULL);
  for (const char **name = (const char *[]){ "bundle1", "bundle2", "bundle3", NULL }; *name != NULL;
       name++)
    {
      g_autoptr (Key) key = load_well (*name, NULL, NULL);

      expect_common_name (key, "ec");
    }
}

static void
test_mismatch (void)
{
  join ("mismatch", "ec.pem", "other.crt", NULL);
  expect_key_error ("mismatch", NULL, NULL, "does not belong to the certificate", "pair");
  make ("openssl pkcs12 -export -nocerts -inkey ec.pem -passout '" PASS "' -out alone.p12");
  key_unref (load_well ("alone.p12", NULL, passphrase));
}

static void
test_several_pem_keys (void)
{
  join ("two", "ec.pem", "ec.crt", "rsa.pem", NULL);
  expect_key_error ("two", NULL, NULL, "it holds 2 keys, and no alias says which: 1, 2",
                    "key-alias");
  expect_key_error ("two", "3", NULL, "\"3\" in it: 1, 2", "key-alias");
  g_assert_cmpint (0, ==, asked);
  g_autoptr (Key) second = load_well ("two", "2", NULL);
  g_assert_cmpint (key_kind (second), ==, KEY_RSA);
}

/* A guide's `key-alias` beside a PEM, which seldom has names. */
static void
test_alias_of_unnamed_key (void)
{
  expect_key_error ("ec.pem", "robot", NULL,
                    "the one key in it has no name, and \"robot\" is asked for", "may be left out");
  g_autoptr (Key) key = load_well ("ec.pem", "1", NULL);
  g_assert_cmpint (key_kind (key), ==, KEY_EC);
}

/* Two names may differ by case alone, and then it counts. */
static void
test_names_that_differ_by_case (void)
{
  g_autofree char *ec = get ("ec.pem", NULL);
  g_autofree char *rsa = get ("rsa.pem", NULL);
  g_autofree char *text =
      g_strdup_printf ("friendlyName: Robot\n%sfriendlyName: robot\n%s", ec, rsa);

  put ("case", text);
  g_autoptr (Key) first = load_well ("case", "Robot", NULL);
  g_autoptr (Key) second = load_well ("case", "robot", NULL);
  g_assert_cmpint (key_kind (first), ==, KEY_EC);
  g_assert_cmpint (key_kind (second), ==, KEY_RSA);
  expect_key_error ("case", "ROBOT", NULL, "no single key is called \"ROBOT\" in it: Robot, robot",
                    "key-alias");
}

/* The names that `openssl pkcs12 -nodes` writes above the blocks. */
static void
test_pem_friendly_names (void)
{
  make ("openssl pkcs12 -export -inkey ec.pem -in ec.crt -name Robot -passout '" PASS
        "' -out named.p12");
  make ("openssl pkcs12 -in named.p12 -nodes -passin '" PASS "' -out named.pem");
  join ("named", "named.pem", "rsa.pem", NULL);
  g_autoptr (Key) key = load_well ("named", "robot", NULL);
  g_assert_nonnull (key_certificate (key));
  expect_key_error ("named", NULL, NULL, "Robot, 2", "key-alias");
}

static const struct {
  const char *make;
  const char *file;
} stores[] = {
  { "openssl pkcs12 -export -inkey rsa.pem -in rsa.crt -name Robot -passout '" PASS "' -out s1",
    "s1" },
  { "openssl pkcs12 -export -legacy -inkey rsa.pem -in rsa.crt -name Robot -passout '" PASS
    "' -out s2",
    "s2" }, /* RC2-40 and 3DES */
  { "openssl pkcs12 -export -inkey rsa.pem -in rsa.crt -name Robot -keypbe PBE-SHA1-3DES -certpbe "
    "PBE-SHA1-3DES -macalg sha1 -passout '" PASS "' -out s3",
    "s3" },
  { "openssl pkcs12 -export -inkey rsa.pem -in rsa.crt -name Robot -keypbe NONE -certpbe NONE "
    "-passout '" PASS "' -out s4",
    "s4" },
  { "openssl pkcs12 -export -inkey rsa.pem -in rsa.crt -name Robot -certpbe NONE -nomac -passout "
    "'" PASS "' -out s5",
    "s5" },
};

static void
test_pkcs12 (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      g_autoptr (Key) key = NULL;
      g_autoptr (Key) named = NULL;

      make (stores[i].make);
      key = load_well (stores[i].file, NULL, passphrase);
      g_assert_cmpint (asked, ==, 1);
      g_assert_nonnull (key_certificate (key));
      named = load_well (stores[i].file, "rObOt", passphrase);
      expect_load (stores[i].file, NULL, "wrong", AVOUCH_ERROR_PASSPHRASE, "does not open",
                   "passphrase");
      g_assert_cmpint (asked, ==, 1);
      expect_load (stores[i].file, NULL, NULL, AVOUCH_ERROR_PASSPHRASE,
                   "no passphrase is configured", "passphrase = ");
      expect_key_error (stores[i].file, "other", passphrase, "\"other\" in it: Robot", "left out");
    }
}

static void
test_pkcs12_without_password (void)
{
  make ("openssl pkcs12 -export -inkey ec.pem -in ec.crt -passout pass: -out empty.p12");
  make (
      "openssl pkcs12 -export -legacy -inkey ec.pem -in ec.crt -passout pass: -out old-empty.p12");
  make ("openssl pkcs12 -export -inkey ec.pem -in ec.crt -keypbe NONE -certpbe NONE -nomac "
        "-passout pass: -out bare.p12");
  for (const char **name = (const char *[]){ "empty.p12", "old-empty.p12", "bare.p12", NULL };
       *name != NULL; name++)
    {
      g_autoptr (Key) key = load_well (*name, NULL, NULL);

      g_assert_nonnull (key_certificate (key));
      key_unref (load_well (*name, NULL, ""));
    }
}

static void
test_pkcs12_empty_of_keys (void)
{
  make ("openssl pkcs12 -export -nokeys -in ec.crt -passout '" PASS "' -out certs.p12");
  expect_key_error ("certs.p12", NULL, passphrase, "a certificate but no private key",
                    "private key");
}

/* Several entries in one store, each under its alias in lower case. */
static void
expect_keytool_store (const char *store)
{
  g_autoptr (Key) key = load_well (store, "ALPHA", passphrase);

  g_assert_nonnull (key_certificate (key));
  expect_key_error (store, NULL, passphrase, "it holds 2 keys", "key-alias");
  expect_key_error (store, NULL, passphrase, "alpha, beta", "key-alias");
  expect_key_error (store, "gamma", passphrase, "alpha, beta", "key-alias");
  expect_load (store, "alpha", "wrong", AVOUCH_ERROR_PASSPHRASE, "does not open", "passphrase");
}

#define GENERATE                                                                                   \
  "keytool -genkeypair -storetype PKCS12 -keystore modern -storepass 'correct horse' -keyalg RSA " \
  "-keysize 2048 -dname CN=robot -alias "
#define CONVERT                                                                                    \
  "-importkeystore -noprompt -srckeystore modern -srcstorepass 'correct horse' -deststorepass "    \
  "'correct horse' "

static void
test_keytool (void)
{
  g_autofree char *keytool = g_find_program_in_path ("keytool");

  if (keytool == NULL)
    {
      g_test_skip ("keytool is not installed");
      return;
    }
  make (GENERATE "Alpha");
  make (GENERATE "beta");
  make ("keytool -J-Dkeystore.pkcs12.legacy " CONVERT "-destkeystore legacy -deststoretype PKCS12");
  expect_keytool_store ("modern");
  expect_keytool_store ("legacy");
}

/* What the key signs, openssl verifies with the public half that we computed. */
static void
expect_signature (Key *key, const char *public)
{
  g_autofree char *command =
      g_strconcat ("openssl dgst -sha256 -verify ", public, " -signature signature signed", NULL);
  g_auto (gnutls_datum_t) signature = { 0 };
  gnutls_datum_t data = { (unsigned char *) "signed", 6 };

  g_assert_cmpint (
      gnutls_privkey_sign_data (key_private (key), GNUTLS_DIG_SHA256, 0, &data, &signature), ==, 0);
  put ("signed", "signed");
  put_bytes ("signature", signature.data, signature.size);
  make (command);
}

/* RFC 5915 makes the public half optional, and GnuTLS 3.7 needs it. */
static void
test_half_ec_key (void)
{
  static const char *const curves[] = { "P-256", "P-384", "P-521" };

  for (size_t i = 0; i < G_N_ELEMENTS (curves); i++)
    {
      g_autofree char *generate =
          g_strconcat ("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:", curves[i],
                       " -out whole", NULL);

      make (generate);
      make ("openssl pkey -in whole -pubout -out public");
      make ("openssl ec -in whole -no_public -out half1");
      make ("openssl ec -in whole -no_public -outform DER -out half2");
      make ("openssl pkcs8 -topk8 -nocrypt -in half1 -out half3");
      make ("openssl pkcs8 -topk8 -in half1 -passout '" PASS "' -out half4");
      make ("openssl pkcs12 -export -nocerts -inkey half1 -passout '" PASS "' -out half5");
      make ("openssl pkcs12 -export -nocerts -legacy -inkey half1 -passout '" PASS "' -out half6");
      for (const char **name =
               (const char *[]){ "half1", "half2", "half3", "half4", "half5", "half6", NULL };
           *name != NULL; name++)
        {
          g_autoptr (Key) key = load_well (*name, NULL, passphrase);

          g_assert_cmpint (key_kind (key), ==, KEY_EC);
          expect_signature (key, "public");
        }
    }
}

/* The scalar is within 1 to the order less 1: nettle would compute nonsense outside. */
static void
test_half_ec_scalars (void)
{
  static const struct {
    const char *scalar; /* 32 bytes */
    bool valid;
  } cases[] = {
    { "0000000000000000000000000000000000000000000000000000000000000000", false },
    { "0000000000000000000000000000000000000000000000000000000000000001", true },
    { "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", true },
    { "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", false },
    { "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      unsigned char der[] = { 0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20, [39] = 0xa0, 0x0a, 0x06,
                              0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,        0x07 };

      for (unsigned at = 0; at < 32; at++)
        der[7 + at] = (unsigned char) (g_ascii_xdigit_value (cases[i].scalar[2 * at]) << 4 |
                                       g_ascii_xdigit_value (cases[i].scalar[2 * at + 1]));
      put_bytes ("scalar", der, sizeof der);
      if (cases[i].valid)
        key_unref (load_well ("scalar", NULL, NULL));
      else
        expect_key_error ("scalar", NULL, NULL, "the private key is damaged", "copy");
    }
}

/* openssl writes each of them; keytool refuses such passwords. */
static void
test_passphrases (void)
{
  static const char *const words[] = { "pässwörd", "wörd😀", "ends in a blank ", " ", "a\tb" };
  static const char *const commands[] = {
    "openssl pkcs8 -topk8 -in ec.pem -out odd -passout",
    "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in ec.pem -out odd -passout",
    "openssl ec -aes128 -in ec.pem -out odd -passout",
    "openssl pkcs12 -export -inkey ec.pem -in ec.crt -out odd -passout",
    "openssl pkcs12 -export -legacy -inkey ec.pem -in ec.crt -out odd -passout",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (words); j++)
      {
        g_autofree char *command = g_strdup_printf ("%s 'pass:%s'", commands[i], words[j]);

        make (command);
        key_unref (load_well ("odd", NULL, words[j]));
        expect_load ("odd", NULL, "blank", AVOUCH_ERROR_PASSPHRASE, "does not open", NULL);
      }
}

static void
test_passphrase_in_latin1 (void)
{
  make ("openssl pkcs12 -export -inkey ec.pem -in ec.crt -passout pass:pässwörd -out latin1");
  expect_load ("latin1", NULL, "p\xe4ssw\xf6rd", AVOUCH_ERROR_PASSPHRASE, "not text in UTF-8",
               "as UTF-8");
}

/* A line feed from an editor, or the zeros of a block. */
static void
test_trailing_bytes (void)
{
  static const char *const commands[] = {
    "openssl pkcs8 -topk8 -nocrypt -in ec.pem -outform DER -out tail",
    "openssl pkcs8 -topk8 -in ec.pem -outform DER -passout '" PASS "' -out tail",
    "openssl ec -in ec.pem -outform DER -out tail",
    "openssl pkcs12 -export -inkey ec.pem -in ec.crt -passout '" PASS "' -out tail",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    for (size_t more = 1; more <= 2; more++)
      {
        g_autofree char *bytes = NULL;
        g_autofree char *longer = NULL;
        size_t length;

        make (commands[i]);
        bytes = get ("tail", &length);
        longer = g_malloc0 (length + 512);
        memcpy (longer, bytes, length);
        longer[length] = '\n';
        put_bytes ("tail", longer, more == 1 ? length + 1 : length + 512);
        key_unref (load_well ("tail", NULL, passphrase));
      }
}

/* The key's own certificate, wherever in the chain it stands. */
static void
test_pkcs12_chain (void)
{
  make ("openssl req -new -key rsa.pem -subj /CN=leaf -out leaf.csr");
  make ("openssl x509 -req -in leaf.csr -CA ec.crt -CAkey ec.pem -days 2 -out leaf.crt");
  join ("chain.pem", "leaf.crt", "ec.crt", "other.crt", NULL);
  make ("openssl pkcs12 -export -inkey rsa.pem -in chain.pem -passout '" PASS "' -out chain.p12");
  g_autoptr (Key) key = load_well ("chain.p12", NULL, passphrase);
  expect_common_name (key, "leaf");
}

/* Neither half of a pair tells of the other in PEM; the scalar of one with the point of the other.
 */
static void
test_halves_of_two_keys (void)
{
  static const char *const forms[] = { "-outform DER -out", "-outform DER -traditional -out" };

  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *own = g_strdup_printf ("openssl pkey -in ec.pem %s half", forms[i]);
      g_autofree char *foreign = g_strdup_printf ("openssl pkey -in other.pem %s whole", forms[i]);
      g_autofree char *bytes = NULL;
      g_autofree char *others = NULL;
      size_t length, other_length;

      make (own);
      make (foreign);
      bytes = get ("half", &length);
      others = get ("whole", &other_length);
      g_assert_cmpuint (length, ==, other_length);
      memcpy (bytes + length - 64, others + length - 64, 64); /* the point ends either form */
      put_bytes ("half", bytes, length);
      expect_key_error ("half", NULL, NULL, "the private and the public half of the key do not",
                        "copy");
    }
}

static const struct {
  const char *path;
  const char *make; /* NULL: TEXT is the file */
  const char *text;
  const char *message;
  const char *hint;
} mistakes[] = {
  { "/mistake/empty-file", NULL, "", "the file is empty", "PEM or PKCS#12" },
  { "/mistake/blank-file", NULL, " \n\t\n", "the file is empty", "PEM or PKCS#12" },
  { "/mistake/password-in-place-of-a-key", NULL, "hunter2\n", "it is not a private key",
    "BEGIN PRIVATE KEY" },
  { "/mistake/der-that-is-no-key", NULL, "\x30\x03\x02\x01\x05", "it is not a private key",
    "BEGIN PRIVATE KEY" },
  { "/mistake/cut-jks", NULL, "\xfe\xed\xfe\xed\x01", "the Java keystore is damaged or cut short",
    "binary" },
  { "/mistake/cut-jceks", NULL, "\xce\xce\xce\xce\x01", "the Java keystore is damaged", "binary" },
  { "/mistake/putty-key", NULL, "PuTTY-User-Key-File-3: ssh-rsa\n", "PuTTY", "puttygen" },
  { "/mistake/openssh-public-key", NULL, "ssh-ed25519 AAAAC3Nz robot\n", "a public key",
    "made together" },
  { "/mistake/utf-16", NULL, "\xff\xfe-", "UTF-16", "UTF-8" },
  { "/mistake/openpgp-key", NULL,
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n-----END PGP PRIVATE KEY BLOCK-----\n", "OpenPGP",
    "avouch key new" },
  { "/mistake/openssh-key", NULL,
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n",
    "an OpenSSH private key", "ssh-keygen -p -m PKCS8" },
  { "/mistake/unknown-pem-block", NULL, "-----BEGIN FOO-----\nb3Bl\n-----END FOO-----\n",
    "it is not a private key", "BEGIN" },
  { "/mistake/cut-pem", NULL, "-----BEGIN PRIVATE KEY-----\nMIIE", "cut short", "copy" },
  { "/mistake/cut-pem-label", NULL, "-----BEGIN PRIVATE KEY", "cut short", "copy" },
  { "/mistake/pem-not-in-base64", NULL,
    "-----BEGIN PRIVATE KEY-----\n*!\n-----END PRIVATE KEY-----\n", "not valid Base64", "copy" },
  { "/mistake/empty-pem-block", NULL, "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
    "not valid Base64", "copy" },
  { "/mistake/cut-pem-body", NULL, "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n",
    "damaged", "copy" },
  { "/mistake/certificate-without-a-key", "openssl x509 -in ec.crt -out m", NULL,
    "a certificate but no private key", "issuer" },
  { "/mistake/certificate-without-a-key-in-der", "openssl x509 -in ec.crt -outform DER -out m",
    NULL, "a certificate but no private key", "issuer" },
  { "/mistake/public-key", "openssl pkey -in ec.pem -pubout -out m", NULL,
    "a public key; the private key is needed", "made together" },
  { "/mistake/public-key-in-der", "openssl pkey -in ec.pem -pubout -outform DER -out m", NULL,
    "a public key", "made together" },
  { "/mistake/certificate-request", "openssl req -new -key ec.pem -subj /CN=a -out m", NULL,
    "a certificate request", "private key" },
  { "/mistake/pkcs7", "openssl crl2pkcs7 -nocrl -certfile ec.crt -out m", NULL, "PKCS#7",
    "PKCS#12" },
  { "/mistake/pkcs7-in-der", "openssl crl2pkcs7 -nocrl -certfile ec.crt -outform DER -out m", NULL,
    "PKCS#7", "PKCS#12" },
  { "/mistake/rsa-of-1024-bits",
    "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out m", NULL,
    "RSA key of 1024 bits", "2048" },
  { "/mistake/unknown-curve",
    "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out m", NULL,
    "its elliptic curve is not supported", "P-256" },
  { "/mistake/key-for-agreement", "openssl genpkey -algorithm X25519 -out m", NULL, "", NULL },
  { "/mistake/unknown-cipher",
    "openssl pkcs8 -topk8 -scrypt -v2 camellia-256-cbc -in ec.pem -passout '" PASS "' -out m", NULL,
    "encrypted in a way that is not supported", "aes-256-cbc" },
};

/* No passphrase is asked for. */
static void
test_mistake (const void *data)
{
  size_t i = GPOINTER_TO_SIZE (data);

  if (mistakes[i].make != NULL)
    make (mistakes[i].make);
  else
    put ("m", mistakes[i].text);
  expect_key_error ("m", NULL, passphrase, mistakes[i].message, mistakes[i].hint);
  g_assert_cmpint (asked, ==, 0);
}

static void
test_wrong_passphrase (void)
{
  make ("openssl pkcs8 -topk8 -in ec.pem -passout '" PASS "' -out m");
  expect_load ("m", NULL, "wrong", AVOUCH_ERROR_PASSPHRASE, "the passphrase does not open it",
               "check `passphrase`");
}

static void
test_missing_alias (void)
{
  make ("openssl pkcs12 -export -inkey ec.pem -in ec.crt -name Robot -passout '" PASS "' -out m");
  expect_key_error ("m", "other", passphrase, "no single key is called \"other\" in it: Robot",
                    "`key-alias` may be left out");
}

static void
test_literal_line_feeds (void)
{
  replace ("m", "ec.pem", "\n", "\\n");
  key_unref (load_well ("m", NULL, NULL));
}

static void
test_dsa (void)
{
  make ("openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out params");
  make ("openssl genpkey -paramfile params -out dsa");
  make ("openssl pkcs8 -topk8 -in dsa -passout '" PASS "' -out dsa-encrypted");
  make ("openssl dsa -in dsa -outform DER -out dsa-der");
  for (const char **name = (const char *[]){ "dsa", "dsa-encrypted", "dsa-der", NULL };
       *name != NULL; name++)
    expect_key_error (*name, NULL, passphrase, "a DSA key", "RSA key of at least 2048");
}

static void
test_rounds_limit (void)
{
  static const unsigned char asked_for[] = { 0x02, 0x03, 0x01, 0x11, 0x70 }; /* 70,000 */
  static const unsigned char limit[] = { 0x02, 0x03, 0x4c, 0x4b, 0x40 };     /* 5,000,000 */
  g_autofree char *bytes = NULL;
  char *place;
  size_t length;

  make ("openssl pkcs8 -topk8 -in ec.pem -outform DER -iter 70000 -passout '" PASS "' -out rounds");
  bytes = get ("rounds", &length);
  place = memmem (bytes, length, asked_for, sizeof asked_for);
  g_assert_nonnull (place);
  memcpy (place, limit, sizeof limit);
  put_bytes ("rounds", bytes, length);
  /* At the limit it would be decrypted: asking for the passphrase comes after the check. */
  expect_load ("rounds", NULL, NULL, AVOUCH_ERROR_PASSPHRASE, "no passphrase", NULL);
  place[sizeof limit - 1]++;
  put_bytes ("rounds", bytes, length);
  expect_key_error ("rounds", NULL, passphrase, "more than 5000000 rounds", "fewer iterations");
  g_assert_cmpint (asked, ==, 0);
}

static void
test_rounds_are_summed (void)
{
  g_auto (Unlock) unlock = { 0 };

  g_assert_true (unlock_spend (&unlock, UNLOCK_MAX_ITERATIONS - 1, NULL));
  g_assert_true (unlock_spend (&unlock, 1, NULL));
  g_assert_false (unlock_spend (&unlock, 1, NULL));
  g_assert_false (unlock_spend (&unlock, G_MAXUINT, NULL));
}

static void
test_mac_rounds_limit (void)
{
  static const unsigned char asked_for[] = { 0x02, 0x03, 0x01, 0x11, 0x70 };
  static const unsigned char beyond[] = { 0x02, 0x03, 0x7f, 0xff, 0xff };
  g_autofree char *bytes = NULL;
  char *place;
  size_t length;

  make ("openssl pkcs12 -export -inkey ec.pem -in ec.crt -keypbe NONE -certpbe NONE -iter 70000 "
        "-passout '" PASS "' -out mac.p12");
  bytes = get ("mac.p12", &length);
  place = memmem (bytes, length, asked_for, sizeof asked_for);
  g_assert_nonnull (place);
  memcpy (place, beyond, sizeof beyond);
  put_bytes ("mac.p12", bytes, length);
  expect_key_error ("mac.p12", NULL, passphrase, "more than 5000000 rounds", "fewer iterations");
  g_assert_cmpint (asked, ==, 0);
}

/* A PKCS#12 file without MAC, of COUNT empty parts. */
static void
put_parts (const char *name, unsigned count)
{
  static const char part[] =
      "\x30\x11\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x04\x04\x02\x30";
  g_autoptr (GByteArray) safe = g_byte_array_new ();
  /* PFX, version 3, data, [0], OCTET STRING, SEQUENCE; each length in two bytes. */
  static const unsigned char heads[] = { 0x30, 0x82, 0,    0,    0x02, 0x01, 0x03, 0x30, 0x82,
                                         0,    0,    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                         0x0d, 0x01, 0x07, 0x01, 0xa0, 0x82, 0,    0,    0x04,
                                         0x82, 0,    0,    0x30, 0x82, 0,    0 };
  static const size_t lengths[] = { 2, 9, 24, 28, 32 };

  g_byte_array_append (safe, heads, sizeof heads);
  for (unsigned i = 0; i < count; i++)
    g_byte_array_append (safe, (const unsigned char *) part, sizeof part); /* with its last NUL */
  for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      size_t length = safe->len - lengths[i] - 2;

      safe->data[lengths[i]] = (unsigned char) (length >> 8);
      safe->data[lengths[i] + 1] = (unsigned char) (length & 0xff);
    }
  put_bytes (name, safe->data, safe->len);
}

static void
test_pkcs12_limits (void)
{
  g_autofree char *store = NULL;
  g_autofree char *bytes = g_malloc0 (1024 * 1024 + 1);
  size_t length;

  put_parts ("parts", 64);
  expect_key_error ("parts", NULL, passphrase, "a certificate but no private key", NULL);
  put_parts ("parts", 65);
  expect_key_error ("parts", NULL, passphrase, "more than 64 parts", "export");
  put_parts ("parts", 3000);
  expect_key_error ("parts", NULL, passphrase, "more than 64 parts", "export");
  put_parts ("parts", 0);
  expect_key_error ("parts", NULL, passphrase, "damaged, empty or not in DER", "export");
  make ("openssl pkcs12 -export -inkey ec.pem -in ec.crt -passout '" PASS "' -out sized.p12");
  store = get ("sized.p12", &length);
  memcpy (bytes, store, length);
  put_bytes ("sized", bytes, 1024 * 1024 + 1);
  expect_key_error ("sized", NULL, passphrase, "more than 1048576 bytes", "export");
  put_bytes ("sized", bytes, 1024 * 1024); /* what follows the store is passed over */
  key_unref (load_well ("sized", NULL, passphrase));
}

static void
repeat (const char *name, const char *text, unsigned count, const char *last)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (unsigned i = 0; i < count; i++)
    g_string_append (all, text);
  g_string_append (all, last);
  put (name, all->str);
}

static void
test_pem_limits (void)
{
  g_autofree char *key = get ("ec.pem", NULL);
  g_autofree char *own = get ("ec.crt", NULL);
  g_autofree char *certificate = get ("other.crt", NULL);
  g_autofree char *both = g_strconcat (own, key, NULL);
  static const char block[] = "-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n";

  repeat ("blocks", block, 63, key);
  key_unref (load_well ("blocks", NULL, NULL));
  repeat ("blocks", block, 64, key);
  expect_key_error ("blocks", NULL, NULL, "more than 64 PEM blocks", NULL);
  repeat ("chain", certificate, 31, both);
  key_unref (load_well ("chain", NULL, NULL));
  repeat ("chain", certificate, 32, both);
  expect_key_error ("chain", NULL, NULL, "more than 32 certificates", NULL);
}

/* A key whose block is padded to LENGTH bytes between its two lines. */
static void
put_padded (const char *name, size_t length)
{
  g_autofree char *key = get ("ec.pem", NULL);
  g_auto (GStrv) halves = g_strsplit (key, "-----END ", 2);
  size_t body = strlen (halves[0]) - strlen ("-----BEGIN PRIVATE KEY-----");
  g_autofree char *padding = g_strnfill (length - body, '\n');
  g_autofree char *text = g_strconcat (halves[0], padding, "-----END ", halves[1], NULL);

  put (name, text);
}

static void
test_pem_sizes (void)
{
  g_autofree char *key = get ("ec.pem", NULL);
  g_autofree char *alias = g_strnfill (CONTENTS_MAX_ALIAS + 1, 'a');
  g_autofree char *longer = g_strconcat ("friendlyName: ", alias, "\n", key, NULL);
  g_autofree char *longest = g_strconcat ("friendlyName: ", alias + 1, "\n", key, NULL);

  put_padded ("padded", 2 * CONTENTS_MAX_ENCODED);
  key_unref (load_well ("padded", NULL, NULL));
  put_padded ("padded", 2 * CONTENTS_MAX_ENCODED + 1);
  expect_key_error ("padded", NULL, NULL, "block is longer than 131072 bytes", NULL);
  put ("named", longest);
  key_unref (load_well ("named", alias + 1, NULL));
  put ("named", longer);
  expect_key_error ("named", NULL, NULL, "name in it is longer than 1024 bytes", NULL);
}

static void
test_encoded_limit (void)
{
  g_autoptr (Contents) contents = contents_new ();
  g_autofree char *bytes = g_malloc0 (CONTENTS_MAX_ENCODED + 1);
  g_autoptr (Secret) most = secret_new (bytes, CONTENTS_MAX_ENCODED);
  g_autoptr (Secret) more = secret_new (bytes, CONTENTS_MAX_ENCODED + 1);
  g_autoptr (Secret) one = secret_new ("1", 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (contents_add_key (contents, NULL, NULL, most, NULL, NULL));
  g_assert_false (contents_add_key (contents, NULL, NULL, more, NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  for (unsigned i = 1; i < CONTENTS_MAX_KEYS; i++)
    g_assert_true (contents_add_key (contents, NULL, NULL, one, NULL, NULL));
  g_assert_false (contents_add_key (contents, NULL, NULL, one, NULL, NULL));
}

static void
test_file_size_limit (void)
{
  g_autofree char *key = get ("ec.pem", NULL);
  g_autofree char *bytes = g_strnfill (KEY_MAX_FILE + 1, ' ');

  memcpy (bytes, key, strlen (key));
  put_bytes ("large", bytes, KEY_MAX_FILE);
  key_unref (load_well ("large", NULL, NULL));
  put_bytes ("large", bytes, KEY_MAX_FILE + 1);
  expect_key_error ("large", NULL, NULL, "longer than 16777216 bytes", NULL);
}

/* load () sets 0600; this one leaves the mode as it is. */
static void
expect_refused_path (const char *name, const char *message, const char *hint)
{
  g_autofree char *path = in_folder (name);
  g_autoptr (GError) error = NULL;
  KeySource source = { .location = path };
  Key *key = key_load (&source, &error);

  expect (key, error, AVOUCH_ERROR_KEY, message, hint);
}

static void
test_file_mode (void)
{
  static const struct {
    int mode;
    bool accepted;
  } modes[] = {
    { 0600, true },  { 0400, true },  { 0640, true },  { 0660, true },  { 0601, true },
    { 0604, false }, { 0602, false }, { 0644, false }, { 0666, false }, { 0777, false }
  };
  g_autofree char *text = get ("ec.pem", NULL);
  g_autofree char *path = in_folder ("mode.pem");

  put ("mode.pem", text);
  for (size_t i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      KeySource source = { .location = path };
      g_autoptr (Key) key = NULL;

      g_chmod (path, modes[i].mode);
      if (!modes[i].accepted)
        {
          expect_refused_path ("mode.pem", "every user of this machine", "chmod 600 ");
          expect_refused_path ("mode.pem", "every user of this machine", "defaultMode: 0400");
          continue;
        }
      key = key_load (&source, NULL);
      g_assert_nonnull (key);
    }
}

static void
test_file_kinds (void)
{
  g_autofree char *fifo = in_folder ("fifo");
  g_autofree char *link = in_folder ("link.pem");
  g_autofree char *dangling = in_folder ("dangling.pem");
  g_autofree char *inner = in_folder ("inner");
  KeySource source = { .location = link };
  g_autoptr (Key) key = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  expect_refused_path ("fifo", "not a regular file", NULL);
  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  expect_refused_path ("inner", "a folder, not a file", NULL);
  expect_refused_path ("missing.pem", "No such file", "check `key`");
  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  expect_refused_path ("dangling.pem", "No such file", "check `key`");
  /* A Kubernetes secret is a link to a link. */
  g_assert_cmpint (symlink ("ec.pem", link), ==, 0);
  key = key_load (&source, NULL);
  g_assert_nonnull (key);
}

static void
test_other_locations (void)
{
  static const struct {
    const char *location;
    const char *message;
  } cases[] = {
    { "keyring:", "which key" },
    { "keyring:a", "cannot be used here" },
    { "key.pem", "from files, PKCS#11 tokens and the keyring only" },
    { "", "from files, PKCS#11 tokens and the keyring only" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      KeySource source = { .location = cases[i].location };
      g_autoptr (GError) error = NULL;

      g_assert_null (key_load (&source, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

/* A KeyKeyring; DATA is a folder. */
static Secret *
find_in_keyring (const char *name, void *data, GError **error)
{
  g_autofree char *path = g_build_filename (data, name, NULL);
  g_autofree char *content = NULL;
  size_t length;

  if (g_file_get_contents (path, &content, &length, NULL))
    return secret_new (content, length);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, "no such item");
  return NULL;
}

static void
test_keyring (void)
{
  KeySource source = { .location = "keyring:ec.pem",
                       .keyring = find_in_keyring,
                       .keyring_data = folder };
  KeySource none = { .location = "keyring:missing",
                     .keyring = find_in_keyring,
                     .keyring_data = folder };
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) key = key_load (&source, &error);

  g_assert_no_error (error);
  g_assert_cmpint (key_curve (key), ==, GNUTLS_ECC_CURVE_SECP256R1);
  g_assert_null (key_load (&none, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_cmpstr (error->message, ==, "keyring:missing: no such item");
}

static void
test_references (void)
{
  Key *key = load_well ("ec.pem", NULL, NULL);
  Key *same = key_ref (key);

  key_unref (key);
  g_assert_true (same == key);
  g_assert_cmpint (key_curve (same), ==, GNUTLS_ECC_CURVE_SECP256R1);
  g_assert_nonnull (key_private (same));
  key_unref (same);
}

static const struct {
  const char *path;
  void (*run) (void);
} tests[] = {
  { "/keys/plain-encodings-need-no-passphrase", test_plain_encodings },
  { "/keys/encrypted-encodings-ask-once", test_encrypted_encodings },
  { "/keys/wrong-passphrase-is-always-a-passphrase-error", test_many_wrong_passphrases },
  { "/keys/empty-passphrase-is-an-answer", test_passphrase_error_is_kept },
  { "/keys/references-are-counted", test_references },
  { "/pem/loose-text-is-accepted", test_loose_pem },
  { "/pem/bundle-in-any-order", test_bundles },
  { "/pem/several-keys-need-an-alias", test_several_pem_keys },
  { "/pem/alias-of-an-unnamed-key", test_alias_of_unnamed_key },
  { "/pem/names-that-differ-by-case", test_names_that_differ_by_case },
  { "/pem/friendly-names-are-aliases", test_pem_friendly_names },
  { "/pem/limits", test_pem_limits },
  { "/pkcs12/modern-and-legacy", test_pkcs12 },
  { "/pkcs12/without-password", test_pkcs12_without_password },
  { "/keys/odd-passphrases-open", test_passphrases },
  { "/keys/what-follows-is-passed-over", test_trailing_bytes },
  { "/pkcs12/passphrase-in-latin-1", test_passphrase_in_latin1 },
  { "/pkcs12/certificate-of-a-chain", test_pkcs12_chain },
  { "/mistake/halves-of-two-keys", test_halves_of_two_keys },
  { "/pkcs12/certificates-alone", test_pkcs12_empty_of_keys },
  { "/pkcs12/keytool-aliases", test_keytool },
  { "/pkcs12/mac-rounds-limit", test_mac_rounds_limit },
  { "/pkcs12/limits", test_pkcs12_limits },
  { "/mistake/wrong-passphrase", test_wrong_passphrase },
  { "/mistake/missing-alias", test_missing_alias },
  { "/mistake/literal-line-feeds-are-accepted", test_literal_line_feeds },
  { "/mistake/dsa-key", test_dsa },
  { "/ec/public-half-is-computed", test_half_ec_key },
  { "/ec/private-scalar-is-checked", test_half_ec_scalars },
  { "/mistake/key-of-another-certificate", test_mismatch },
  { "/limit/rounds", test_rounds_limit },
  { "/limit/rounds-are-summed", test_rounds_are_summed },
  { "/limit/encoded-size-and-count", test_encoded_limit },
  { "/limit/pem-block-and-name", test_pem_sizes },
  { "/limit/file-size", test_file_size_limit },
  { "/file/mode-for-others-is-refused", test_file_mode },
  { "/file/kinds", test_file_kinds },
  { "/file/other-locations-are-named", test_other_locations },
  { "/keyring/holds-what-a-file-would", test_keyring },
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
  for (size_t i = 0; i < G_N_ELEMENTS (mistakes); i++)
    g_test_add_data_func (mistakes[i].path, GSIZE_TO_POINTER (i), test_mistake);
  result = g_test_run ();
  maker_end ();
  return result;
}
