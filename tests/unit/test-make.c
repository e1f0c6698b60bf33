/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys, certificates and containers that we make, as openssl, keytool and our own readers see
 * them. */
#include "certificate.h"
#include "error.h"
#include "gnutls-auto.h"
#include "make.h"
#include "store.h"

#include <string.h>

#include "key-maker.h"

#define NOW G_GINT64_CONSTANT (1893456000) /* 2030-01-01 00:00:00 UTC */

static const char *const type_names[] = {
  "rsa-2048", "rsa-3072", "p-256", "p-384", "p-521", "ed25519",
};

static Key *
make_well (const char *type)
{
  g_autoptr (GError) error = NULL;
  Key *key = key_make (key_type_find (type), &error);

  g_assert_no_error (error);
  return key;
}

static void
certify (Key *key, const char *subject)
{
  g_autoptr (GError) error = NULL;

  key_set_certificate (key, certificate_make (key, subject, 730, NOW, &error));
  g_assert_no_error (error);
}

static void
put_secret (const char *name, Secret *content)
{
  size_t length;
  const char *bytes;

  g_assert_nonnull (content);
  bytes = secret_bytes (content, &length);
  put_bytes (name, bytes, length);
}

static char *
output_of (const char *command)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) argv = NULL;
  char *output = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  g_spawn_sync (folder, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                &output, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return output;
}

static void
expect_line (const char *text, const char *line)
{
  if (strstr (text, line) == NULL)
    g_error ("\"%s\" is not in: %s", line, text);
}

static void
put_certificate (const Key *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) pem = certificate_encode (key_certificate (key), GNUTLS_X509_FMT_PEM, &error);

  g_assert_no_error (error);
  put_secret ("made.crt", pem);
}

/* openssl signs with what we wrote, and verifies by the certificate that we made. */
static void
prove_by_openssl (const char *key_file, const char *arguments)
{
  g_autofree char *sign = g_strdup_printf (
      "openssl pkeyutl -sign -rawin -inkey %s %s -in message -out signature", key_file, arguments);

  put ("message", "avouch");
  make ("openssl x509 -in made.crt -pubkey -noout -out made.pub");
  make (sign);
  make ("openssl pkeyutl -verify -rawin -pubin -inkey made.pub -in message -sigfile signature");
}

static void
test_pem (const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) made = make_well (data);
  g_autoptr (Key) read = NULL;
  g_autoptr (Secret) word = secret_new ("geheim", 6);
  g_autoptr (Secret) pem = NULL;

  certify (made, "robot");
  pem = store_pem (made, word, &error);
  g_assert_no_error (error);
  put_secret ("made.pem", pem);
  put_certificate (made);
  prove_by_openssl ("made.pem", "-passin pass:geheim");
  read = load_well ("made.pem", NULL, "geheim");
  g_assert_cmpuint (key_bits (read), ==, key_bits (made));
  g_assert_nonnull (key_certificate (read));
}

static void
test_pkcs12 (const void *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) made = make_well (data);
  g_autoptr (Key) read = NULL;
  g_autoptr (Secret) word = secret_new ("geheim", 6);
  g_autoptr (Secret) file = NULL;
  g_autofree char *info = NULL;
  g_autofree char *listed = NULL;

  certify (made, "robot");
  file = store_pkcs12 (made, "acme", word, &error);
  g_assert_no_error (error);
  put_secret ("made.p12", file);
  put_certificate (made);
  make ("openssl pkcs12 -in made.p12 -passin pass:geheim -nodes -nocerts -out plain.pem");
  prove_by_openssl ("plain.pem", "");
  info = output_of ("sh -c 'openssl pkcs12 -in made.p12 -passin pass:geheim -info -noout 2>&1'");
  expect_line (info, "MAC: sha256");
  expect_line (info, "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC");
  expect_line (info, "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC");
  listed = output_of ("keytool -list -keystore made.p12 -storepass geheim");
  expect_line (listed, "acme, ");
  expect_line (listed, "PrivateKeyEntry");
  read = load_well ("made.p12", "ACME", "geheim");
  g_assert_nonnull (key_certificate (read));
}

static void
test_plain_pem (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) made = make_well ("p-256");
  g_autoptr (Key) read = NULL;
  g_autoptr (Secret) pem = store_pem (made, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (secret_bytes (pem, NULL), "-----BEGIN PRIVATE KEY-----\n"));
  put_secret ("plain.pem", pem);
  read = load_well ("plain.pem", NULL, NULL);
  g_assert_cmpint (asked, ==, 0);
  g_assert_null (key_certificate (read));
}

static void
test_certificate (const void *data)
{
  g_autoptr (Key) made = make_well (data);
  g_autofree char *text = NULL;

  certify (made, "CN=robot,OU=Ops,O=Acme\\, Inc.,C=DE");
  put_certificate (made);
  make ("openssl verify -attime 1893456000 -CAfile made.crt made.crt");
  make ("openssl verify -x509_strict -attime 1893456000 -CAfile made.crt made.crt");
  text =
      output_of ("openssl x509 -in made.crt -noout -nameopt RFC2253 -subject -issuer -dates -ext "
                 "basicConstraints,keyUsage,subjectKeyIdentifier");
  expect_line (text, "subject=CN=robot,OU=Ops,O=Acme\\, Inc.,C=DE\n");
  expect_line (text, "issuer=CN=robot,OU=Ops,O=Acme\\, Inc.,C=DE\n");
  expect_line (text, "notBefore=Dec 31 23:00:00 2029 GMT\n");
  expect_line (text, "notAfter=Jan  1 00:00:00 2032 GMT\n");
  expect_line (text, "CA:FALSE\n");
  expect_line (text, "    Digital Signature\n");
  expect_line (text, "X509v3 Subject Key Identifier");
  make ("keytool -printcert -file made.crt");
}

/* Positive, minimal DER, 16 bytes, and never the same. */
static void
test_serials (void)
{
  g_autoptr (Key) key = make_well ("ed25519");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < 50; i++)
    {
      char *serial;

      certify (key, "robot");
      serial = certificate_serial (key_certificate (key));
      g_assert_cmpuint (strlen (serial), ==, 32);
      g_assert_true (serial[0] >= '4' && serial[0] <= '7');
      g_assert_true (g_hash_table_add (seen, serial));
    }
}

static void
test_facts (void)
{
  g_autoptr (Key) key = make_well ("p-256");
  g_autofree char *sha1 = NULL;
  g_autofree char *sha256 = NULL;
  g_autofree char *serial = NULL;
  g_autofree char *told = NULL;
  g_autoptr (GString) plain = g_string_new (NULL);

  certify (key, "robot");
  put_certificate (key);
  told = output_of ("sh -c 'openssl x509 -in made.crt -noout -serial; openssl x509 -in made.crt "
                    "-noout -fingerprint -sha1; openssl x509 -in made.crt -noout -fingerprint "
                    "-sha256'");
  for (const char *c = told; *c != '\0'; c++)
    if (*c != ':')
      g_string_append_c (plain, g_ascii_tolower (*c));
  serial = certificate_serial (key_certificate (key));
  sha1 = certificate_fingerprint (key_certificate (key), GNUTLS_DIG_SHA1);
  sha256 = certificate_fingerprint (key_certificate (key), GNUTLS_DIG_SHA256);
  expect_line (plain->str, serial);
  expect_line (plain->str, sha1);
  expect_line (plain->str, sha256);
  g_assert_true (certificate_is_self_signed (key_certificate (key)));
}

static void
expect_subject_error (const char *subject, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (certificate_check_subject (subject, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE);
  expect_line (error->message, why);
}

static void
test_subjects (void)
{
  g_autofree char *longest = g_strnfill (64, 'a');
  g_autofree char *longer = g_strnfill (65, 'a');
  g_autoptr (GError) error = NULL;

  g_assert_true (certificate_check_subject (longest, &error));
  g_assert_true (certificate_check_subject ("robot at acme (ümlaut)", &error));
  g_assert_true (certificate_check_subject ("CN=a=b", &error));
  g_assert_true (certificate_check_subject ("CN=\\#1,O=a#b", &error));
  expect_subject_error (longer, "64 characters");
  expect_subject_error ("", "empty");
  expect_subject_error ("a\nb", "control character");
  expect_subject_error ("\xff", "control character");
  expect_subject_error ("CN=", "RFC 4514");
  expect_subject_error ("CM=robot", "RFC 4514");
  expect_subject_error ("CN=#0500", "begins with");
  expect_subject_error ("CN=robot,O= #0c0161", "begins with");
}

static void
test_types (void)
{
  g_autofree char *list = key_type_list ();

  g_assert_nonnull (key_type_find ("RSA-4096"));
  g_assert_null (key_type_find ("rsa-1024"));
  g_assert_null (key_type_find (""));
  g_assert_cmpstr (list, ==, "rsa-2048, rsa-3072, rsa-4096, p-256, p-384, p-521, ed25519");
}

/* A word that other programs would read by other rules, and one that the format cannot take. */
static void
test_passphrases (void)
{
  g_autoptr (Key) key = make_well ("p-256");
  g_autofree char *filler = g_strnfill (4096, 'x');
  g_autoptr (Secret) bytes = secret_new ("gehe\xffim", 7);
  g_autoptr (Secret) longest = secret_new (filler, 4096);
  g_autoptr (Secret) umlaut = secret_new ("schlüssel", strlen ("schlüssel"));
  g_autoptr (Secret) file = NULL;
  g_autoptr (Secret) pem = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (store_pkcs12 (key, "acme", bytes, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_clear_error (&error);
  g_assert_null (store_pem (key, bytes, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_clear_error (&error);
  g_assert_null (store_pkcs12 (key, "acme", longest, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
  g_clear_error (&error);
  pem = store_pem (key, longest, &error);
  g_assert_no_error (error);
  file = store_pkcs12 (key, "acme", umlaut, &error);
  g_assert_no_error (error);
  put_secret ("made.p12", file);
  make ("openssl pkcs12 -in made.p12 -passin pass:schlüssel -noout");
}

int
main (int argc, char **argv)
{
  int code;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  for (size_t i = 0; i < G_N_ELEMENTS (type_names); i++)
    {
      g_autofree char *pem = g_strconcat ("/make/pem/openssl-signs/", type_names[i], NULL);
      g_autofree char *pkcs12 =
          g_strconcat ("/make/pkcs12/openssl-and-keytool-open-it/", type_names[i], NULL);
      g_autofree char *certificate =
          g_strconcat ("/make/certificate/openssl-and-keytool-take-it/", type_names[i], NULL);

      g_test_add_data_func (pem, type_names[i], test_pem);
      g_test_add_data_func (pkcs12, type_names[i], test_pkcs12);
      g_test_add_data_func (certificate, type_names[i], test_certificate);
    }
  g_test_add_func ("/make/pem/without-a-passphrase", test_plain_pem);
  g_test_add_func ("/make/certificate/serials-are-random-and-positive", test_serials);
  g_test_add_func ("/make/certificate/facts-are-those-that-openssl-tells", test_facts);
  g_test_add_func ("/make/certificate/subjects", test_subjects);
  g_test_add_func ("/make/types", test_types);
  g_test_add_func ("/make/passphrases-that-cannot-be-used", test_passphrases);
  code = g_test_run ();
  maker_end ();
  return code;
}
