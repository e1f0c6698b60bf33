/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keystores that Java's keytool and openssl make: each opens and signs, and what it signs is
 * verified by openssl and by the npm library jose, with the certificate that keytool exports. */
#include "base64url.h"
#include "error.h"
#include "gnutls-auto.h"
#include "jwt.h"

#include "key-maker.h"

#include <gnutls/crypto.h>

#define STORE_WORD "store-word"
#define KEY_WORD   "key-word"
#define WIDE_WORD  "pässwörd😀"
#define EC         " -keyalg EC -groupname secp256r1\n"

/* What can vary. */
static const struct {
  const char *name;
  const char *options; /* of keytool */
} algorithms[] = {
  { "rsa", " -keyalg RSA -keysize 2048\n" },
  { "large", " -keyalg RSA -keysize 4096\n" },
  { "ec", EC },
};
static const struct {
  const char *name;
  const char *option; /* of the Java machine, or of openssl */
  const char *type;   /* NULL: made by openssl, with one entry */
  bool key_word;      /* a key may have its own password */
} types[] = {
  { "jks", "", "JKS", true },        { "jceks", "", "JCEKS", true },
  { "modern", "", "PKCS12", false }, { "legacy", "-J-Dkeystore.pkcs12.legacy ", "PKCS12", false },
  { "openssl", "", NULL, false },    { "openssl-legacy", "-legacy", NULL, false },
};

#define EXPORT "-exportcert -rfc -alias alpha -storepass " STORE_WORD
#define GENERATE                                                                                   \
  "-genkeypair -storetype PKCS12 -storepass " STORE_WORD " -dname CN=robot -alias %s -keystore "
#define FROM "-importkeystore -noprompt -srcstorepass " STORE_WORD " -srckeystore "

/* One and three entries of each kind, to be copied into every other kind of store. */
static void
write_sources (GString *commands)
{
  for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      const char *name = algorithms[i].name;

      g_string_append_printf (commands, GENERATE "%s1%s", "Alpha", name, algorithms[i].options);
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
  g_autofree char *copy = NULL;

  if (types[type].type == NULL)
    return;
  copy = g_strdup_printf ("%s" FROM
                          "%s%d -destkeystore %s -deststoretype %s -deststorepass " STORE_WORD,
                          types[type].option, algorithm, entries, name, types[type].type);
  if (!key_word)
    g_string_append_printf (commands, "%s\n", copy);
  for (int i = 0; key_word && i < entries; i++)
    g_string_append_printf (commands, "%s -srcalias %s -destkeypass " KEY_WORD "\n", copy,
                            aliases[i]);
}

/* The same keys once more. */
static void
make_openssl_store (size_t type, const char *algorithm)
{
  g_autofree char *name = store_name (type, algorithm, 1, false);
  g_autofree char *take =
      g_strdup_printf ("openssl pkcs12 -in %s1 -passin pass:" STORE_WORD " -nodes -out %s.pem",
                       algorithm, algorithm);
  g_autofree char *export = g_strdup_printf (
      "openssl pkcs12 -export %s -in %s.pem -name Alpha -passout pass:" STORE_WORD " -out %s",
      types[type].option, algorithm, name);

  make (take);
  make (export);
}

/* Every store of the matrix. */
static void
each_store (void (*visit) (void *data, size_t type, const char *algorithm, int entries,
                           bool key_word),
            void *data)
{
  for (size_t type = 0; type < G_N_ELEMENTS (types); type++)
    for (size_t i = 0; i < G_N_ELEMENTS (algorithms); i++)
      for (int entries = 1; entries <= (types[type].type != NULL ? 3 : 1); entries += 2)
        for (int key_word = 0; key_word <= types[type].key_word; key_word++)
          visit (data, type, algorithms[i].name, entries, key_word != 0);
}

static void
make_other (void *data G_GNUC_UNUSED, size_t type, const char *algorithm, int entries G_GNUC_UNUSED,
            bool key_word G_GNUC_UNUSED)
{
  if (types[type].type == NULL)
    make_openssl_store (type, algorithm);
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
  each_store (make_other, NULL);
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

/* One token a store, for jose: it is started once. */
static JsonArray *requests;

/* RS256 gives the same bytes each time: the same key came out of every store. */
static void
expect_same_token (const char *token, const char *certificate)
{
  for (unsigned i = 0; i < json_array_get_length (requests); i++)
    {
      JsonObject *request = json_array_get_object_element (requests, i);

      if (strcmp (json_object_get_string_member (request, "key"), certificate) == 0)
        g_assert_cmpstr (json_object_get_string_member (request, "token"), ==, token);
    }
}

static void
remember (const char *token, const char *algorithm, const char *public)
{
  JsonObject *request = json_object_new ();
  JsonObject *options = json_object_new ();
  JsonArray *allowed = json_array_new ();
  g_autofree char *name = g_strconcat (public, ".crt", NULL);
  g_autofree char *certificate = get (name, NULL);

  if (strcmp (algorithm, "RS256") == 0)
    expect_same_token (token, certificate);
  json_array_add_string_element (allowed, algorithm);
  json_object_set_array_member (options, "algorithms", allowed);
  json_object_set_string_member (request, "do", "verify");
  json_object_set_string_member (request, "key", certificate);
  json_object_set_string_member (request, "token", token);
  json_object_set_object_member (request, "options", options);
  json_array_add_object_element (requests, request);
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
  remember (text, algorithm->name, public);
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
put_requests (void)
{
  g_autoptr (JsonNode) root = json_node_alloc ();
  g_autofree char *text = json_to_string (json_node_init_array (root, requests), FALSE);

  put ("requests", text);
}

static void
expect_verified (JsonArray *answers)
{
  g_assert_cmpuint (json_array_get_length (answers), ==, json_array_get_length (requests));
  for (unsigned i = 0; i < json_array_get_length (answers); i++)
    {
      JsonObject *answer = json_array_get_object_element (answers, i);
      JsonObject *claims;

      if (json_object_has_member (answer, "error"))
        g_error ("token %u: %s", i, json_object_get_string_member (answer, "message"));
      claims = json_object_get_object_member (answer, "claims");
      g_assert_cmpstr (json_object_get_string_member (claims, "sub"), ==, "robot");
    }
}

static void
test_jose (void)
{
  g_autofree char *node = g_find_program_in_path ("node");
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "integration", "jose.mjs", NULL);
  g_autofree char *command =
      g_strdup_printf ("sh -c 'node --no-warnings \"$0\" <requests >answers' "
                       "'%s'",
                       script);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *answers = in_folder ("answers");

  if (node == NULL || g_getenv ("TEST_JOSE") == NULL)
    {
      g_test_skip ("jose is not installed; ./dev deps does");
      return;
    }
  if (json_array_get_length (requests) == 0) /* run alone */
    each_store (visit_store, NULL);
  put_requests ();
  make (command);
  g_assert_true (json_parser_load_from_file (parser, answers, NULL));
  expect_verified (json_node_get_array (json_parser_get_root (parser)));
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
  static const char *const names[] = { "alpha", "beta", "gamma", "it holds 3 keys" };
  static const char *const stores[] = { "jks-rsa3", "jceks-rsa3", "modern-rsa3", "legacy-rsa3" };

  for (size_t i = 0; i < G_N_ELEMENTS (stores); i++)
    {
      for (size_t j = 0; j < G_N_ELEMENTS (names); j++)
        expect_store (stores[i], NULL, STORE_WORD, NULL, AVOUCH_ERROR_KEY, names[j], "key-alias");
      expect_store (stores[i], "delta", STORE_WORD, NULL, AVOUCH_ERROR_KEY,
                    "no single key is called \"delta\" in it: ", "key-alias");
    }
}

static void
test_trusted_certificates (void)
{
  expect_store ("trusted.jks", NULL, NULL, NULL, AVOUCH_ERROR_KEY, "no private key in it, only",
                "file with the private key");
  expect_store ("trusted.jks", "root", NULL, NULL, AVOUCH_ERROR_KEY, "root", "private key");
  expect_store ("trusted.jks", NULL, NULL, NULL, AVOUCH_ERROR_KEY, "leaf", "private key");
  expect_store ("jks-ec3", "ROOT", STORE_WORD, NULL, AVOUCH_ERROR_KEY,
                "\"ROOT\" in it is a trusted certificate", "key-alias");
}

static void
test_secret_key (void)
{
  expect_store ("secret.jceks", NULL, NULL, NULL, AVOUCH_ERROR_KEY, "\"hidden\"",
                "keytool -importkeystore -srcstoretype JCEKS");
}

static const struct {
  const char *path;
  void (*run) (void);
} tests[] = {
  { "/keytool/every-store-signs", test_matrix },
  { "/keytool/jose-verifies-what-each-store-signs", test_jose },
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
  requests = json_array_new ();
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].path, tests[i].run);
  result = g_test_run ();
  json_array_unref (requests);
  maker_end ();
  return result;
}
