/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keystores that Java's keytool makes: each opens, signs, and is verified by openssl with the
 * certificate that keytool exports. */
#include "base64url.h"
#include "error.h"
#include "gnutls-auto.h"
#include "jwt.h"

#include "key-maker.h"

#include <gnutls/crypto.h>

#define STORE_WORD "store-word"
#define KEY_WORD   "key-word"
#define WIDE_WORD  "pässwörd😀"

/* What keytool can vary. */
static const char *const algorithms[] = { "rsa", "ec" };
static const struct {
  const char *name;
  const char *option; /* for the machine */
  const char *type;
  bool key_word; /* a key may have its own password */
} types[] = {
  { "jks", "", "JKS", true },
  { "jceks", "", "JCEKS", true },
  { "modern", "", "PKCS12", false },
  { "legacy", "-J-Dkeystore.pkcs12.legacy ", "PKCS12", false },
};

#define EXPORT "-exportcert -rfc -alias alpha -storepass " STORE_WORD
#define GENERATE                                                                                   \
  "-genkeypair -storetype PKCS12 -storepass " STORE_WORD " -dname CN=robot -alias %s -keystore "
#define RSA  " -keyalg RSA -keysize 2048\n"
#define EC   " -keyalg EC -groupname secp256r1\n"
#define FROM "-importkeystore -noprompt -srcstorepass " STORE_WORD " -srckeystore "

/* One and three entries of each kind, to be copied into every other kind of store. */
static void
write_sources (GString *commands)
{
  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      const char *options = i == 0 ? RSA : EC;
      const char *name = algorithms[i];

      g_string_append_printf (commands, GENERATE "%s1%s", "Alpha", name, options);
      g_string_append_printf (commands, EXPORT " -keystore %s1 -file %s.crt\n", name, name);
      g_string_append_printf (
          commands, FROM "%s1 -destkeystore %s3 -deststorepass " STORE_WORD "\n", name, name);
      g_string_append_printf (commands, GENERATE "%s3" EC, "Beta", name);
      g_string_append_printf (commands, GENERATE "%s3" EC, "Gamma", name);
    }
}

static char *
store_name (size_t type, const char *algorithm, int entries, bool key_word)
{
  return g_strdup_printf ("%s-%s%d%s", types[type].name, algorithm, entries,
                          key_word ? "-own" : "");
}

/* keytool gives a key its own password only where it copies that key alone. */
static void
write_copies (GString *commands, size_t type, const char *algorithm, int entries, bool key_word)
{
  static const char *const aliases[] = { "alpha", "beta", "gamma" };
  g_autofree char *name = store_name (type, algorithm, entries, key_word);
  g_autofree char *copy = g_strdup_printf (
      "%s" FROM "%s%d -destkeystore %s -deststoretype %s -deststorepass " STORE_WORD,
      types[type].option, algorithm, entries, name, types[type].type);

  if (!key_word)
    g_string_append_printf (commands, "%s\n", copy);
  for (int i = 0; key_word && i < entries; i++)
    g_string_append_printf (commands, "%s -srcalias %s -destkeypass " KEY_WORD "\n", copy,
                            aliases[i]);
}

/* Every store of the matrix. */
static void
each_store (void (*visit) (void *data, size_t type, const char *algorithm, int entries,
                           bool key_word),
            void *data)
{
  for (size_t type = 0; type < G_N_ELEMENTS (types); type++)
    for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
      for (int entries = 1; entries <= 3; entries += 2)
        for (int key_word = 0; key_word <= types[type].key_word; key_word++)
          visit (data, type, algorithms[i], entries, key_word != 0);
}

static void
write_copy (void *data, size_t type, const char *algorithm, int entries, bool key_word)
{
  write_copies (data, type, algorithm, entries, key_word);
}

static void
make_stores (void)
{
  static const char others[] =
      FROM "ec1 -destkeystore wide.jks -deststoretype JKS -deststorepass " WIDE_WORD
           " -destkeypass " WIDE_WORD " -srcalias alpha -destalias Schlüssel😀\n"
           "-genkeypair -storetype JKS -storepass " STORE_WORD
           " -dname CN=large -alias alpha -keystore large.jks -keyalg RSA -keysize 4096\n" EXPORT
           " -keystore large.jks -file large.crt\n"
           "-importcert -noprompt -storetype JKS -storepass " STORE_WORD
           " -keystore jks-ec3 -alias Root -file rsa.crt\n"
           "-importcert -noprompt -storetype JKS -storepass " STORE_WORD
           " -keystore trusted.jks -alias Root -file rsa.crt\n"
           "-importcert -noprompt -storetype JKS -storepass " STORE_WORD
           " -keystore trusted.jks -alias Leaf -file ec.crt\n"
           "-genseckey -storetype JCEKS -storepass " STORE_WORD
           " -keystore secret.jceks -alias Hidden -keyalg AES -keysize 128\n";
  g_autoptr (GString) commands = g_string_new (NULL);
  g_autofree char *program = g_test_build_filename (G_TEST_DIST, "unit", "keytool.java", NULL);
  g_autofree char *command =
      g_strdup_printf ("java --add-exports java.base/sun.security.tools.keytool=ALL-UNNAMED "
                       "-Dfile.encoding=UTF-8 '%s' commands",
                       program);

  write_sources (commands);
  each_store (write_copy, commands);
  g_string_append (commands, others);
  put ("commands", commands->str);
  make (command);
  make ("openssl x509 -in rsa.crt -pubkey -noout -out rsa.pub");
  make ("openssl x509 -in ec.crt -pubkey -noout -out ec.pub");
  make ("openssl x509 -in large.crt -pubkey -noout -out large.pub");
}

typedef struct {
  const char *store; /* NULL: not to be asked for */
  const char *key;
  int asked;
} Words;

static Secret *
tell (const char *what, void *data, GError **error G_GNUC_UNUSED)
{
  Words *words = data;
  const char *word = g_str_equal (what, "key") ? words->key : words->store;

  words->asked++;
  g_assert_nonnull (word);
  return secret_new (word, strlen (word));
}

static Key *
load_store (const char *name, const char *alias, Words *words, GError **error)
{
  g_autofree char *path = in_folder (name);
  KeySource source = { .location = path,
                       .alias = alias,
                       .passphrase = tell,
                       .passphrase_data = words,
                       .own_passphrase = words->key != NULL };

  words->asked = 0;
  g_chmod (path, 0600);
  return key_load (&source, error);
}

static void
expect_store (const char *name, const char *alias, const char *store_word, const char *key_word,
              AvouchError code, const char *message, const char *hint)
{
  Words words = { store_word, key_word, 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (load_store (name, alias, &words, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, AVOUCH_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, message));
  g_assert_nonnull (error_hint (error));
  g_assert_nonnull (strstr (error_hint (error), hint));
}

/* openssl wants DER of an ECDSA signature, where JWS has r ‖ s. */
static void
put_signature (const char *text, const Algorithm *algorithm)
{
  g_autoptr (Secret) raw = base64url_decode (text, strlen (text), NULL);
  unsigned char *bytes = (unsigned char *) secret_bytes (raw, NULL);
  unsigned part = (unsigned) algorithm->part;
  gnutls_datum_t r = { bytes, part };
  gnutls_datum_t s = { bytes + part, part };
  gnutls_datum_t der = { bytes, (unsigned) secret_length (raw) };

  if (part > 0)
    g_assert_cmpint (gnutls_encode_rs_value (&der, &r, &s), ==, 0);
  put_bytes ("signature", der.data, der.size);
  if (part > 0)
    gnutls_free (der.data);
}

static void
expect_signs (Key *key, const char *public)
{
  g_autoptr (JsonObject) claims = json_object_new ();
  g_autofree char *verify =
      g_strdup_printf ("openssl dgst -sha256 -verify %s.pub -signature signature input", public);
  const Algorithm *algorithm = algorithm_for_key (key, NULL);
  g_autoptr (Secret) token = NULL;
  const char *text, *dot;

  json_object_set_string_member (claims, "sub", "robot");
  token = jwt_sign (key, algorithm, NULL, claims, NULL);
  text = secret_bytes (token, NULL);
  dot = strrchr (text, '.');
  put_bytes ("input", text, (size_t) (dot - text));
  put_signature (dot + 1, algorithm);
  make (verify);
}

static void
expect_opens (const char *name, const char *alias, Words *words, const char *public)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) key = load_store (name, alias, words, &error);

  g_assert_no_error (error);
  g_assert_nonnull (key_certificate (key));
  expect_signs (key, public);
}

static void
visit_store (void *data G_GNUC_UNUSED, size_t type, const char *algorithm, int entries,
             bool key_word)
{
  g_autofree char *name = store_name (type, algorithm, entries, key_word);
  Words words = { STORE_WORD, key_word ? KEY_WORD : NULL, 0 };

  g_test_message ("%s", name);
  expect_opens (name, entries > 1 ? "aLPHA" : NULL, &words, algorithm);
  g_assert_cmpint (words.asked, ==, key_word ? 2 : 1);
}

static void
test_matrix (void)
{
  each_store (visit_store, NULL);
}

static void
test_large (void)
{
  Words words = { STORE_WORD, NULL, 0 };

  expect_opens ("large.jks", NULL, &words, "large");
}

static void
test_wide_characters (void)
{
  Words words = { WIDE_WORD, NULL, 0 };

  expect_opens ("wide.jks", "SCHLÜSSEL😀", &words, "ec");
  expect_store ("wide.jks", NULL, "pässwörd", NULL, AVOUCH_ERROR_PASSPHRASE,
                "does not open the Java", "keytool -list");
  expect_store ("wide.jks", NULL, "p\xe4ssw\xf6rd", NULL, AVOUCH_ERROR_PASSPHRASE,
                "does not open the Java", "keytool -list");
}

static void
test_wrong_words (void)
{
  static const char *const stores[] = { "jks-ec1-own", "jceks-ec1-own" };

  for (size_t i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      expect_store (stores[i], NULL, "wrong", KEY_WORD, AVOUCH_ERROR_PASSPHRASE,
                    "the passphrase does not open the Java keystore", "`passphrase`");
      expect_store (stores[i], NULL, STORE_WORD, NULL, AVOUCH_ERROR_PASSPHRASE,
                    "opens the keystore, but not the key in it", "set `key-passphrase`");
      expect_store (stores[i], NULL, STORE_WORD, "wrong", AVOUCH_ERROR_PASSPHRASE,
                    "`key-passphrase` does not open the key", "leave `key-passphrase` out");
    }
  expect_store ("modern-ec1", NULL, STORE_WORD, "wrong", AVOUCH_ERROR_PASSPHRASE,
                "`key-passphrase` does not open the key", "leave `key-passphrase` out");
}

static void
test_no_passphrase (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load ("jks-ec1", NULL, NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_assert_nonnull (strstr (error->message, "no passphrase is configured"));
}

/* Java keeps aliases in lower case and in no order. */
static void
test_aliases (void)
{
  for (const char **name = (const char *[]){ "alpha", "beta", "gamma", NULL }; *name != NULL;
       name++)
    {
      expect_store ("jks-rsa3", NULL, STORE_WORD, NULL, AVOUCH_ERROR_KEY, *name, "key-alias");
      expect_store ("jks-rsa3", "delta", STORE_WORD, NULL, AVOUCH_ERROR_KEY, *name, "key-alias");
    }
  expect_store ("jks-rsa3", NULL, STORE_WORD, NULL, AVOUCH_ERROR_KEY, "it holds 3 keys",
                "key-alias");
}

static void
test_trusted_certificates (void)
{
  expect_store ("trusted.jks", NULL, NULL, NULL, AVOUCH_ERROR_KEY, "no private key in it, only",
                "file with the private key");
  expect_store ("trusted.jks", "root", NULL, NULL, AVOUCH_ERROR_KEY, "root", "private key");
  expect_store ("trusted.jks", NULL, NULL, NULL, AVOUCH_ERROR_KEY, "leaf", "private key");
  expect_store ("jks-ec3", "ROOT", STORE_WORD, NULL, AVOUCH_ERROR_KEY,
                "“ROOT” in it is a trusted certificate", "key-alias");
}

static void
test_secret_key (void)
{
  expect_store ("secret.jceks", NULL, NULL, NULL, AVOUCH_ERROR_KEY, "“hidden”",
                "keytool -importkeystore -srcstoretype JCEKS");
}

static const struct {
  const char *path;
  void (*run) (void);
} tests[] = {
  { "/keytool/every-store-signs", test_matrix },
  { "/keytool/rsa-4096", test_large },
  { "/keytool/wide-characters-in-alias-and-password", test_wide_characters },
  { "/keytool/each-wrong-password-has-its-message", test_wrong_words },
  { "/keytool/no-passphrase-is-said", test_no_passphrase },
  { "/keytool/several-keys-need-an-alias", test_aliases },
  { "/keytool/trusted-certificates-are-listed", test_trusted_certificates },
  { "/keytool/secret-key-is-refused-by-name", test_secret_key },
};

int
main (int argc, char **argv)
{
  g_autofree char *java = g_find_program_in_path ("java");
  int result;

  g_test_init (&argc, &argv, NULL);
  if (java == NULL)
    {
      printf ("1..0 # SKIP java is not installed\n");
      return 0;
    }
  maker_begin ();
  make_stores ();
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].path, tests[i].run);
  result = g_test_run ();
  maker_end ();
  return result;
}
