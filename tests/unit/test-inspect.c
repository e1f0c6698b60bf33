/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told of containers that openssl and keytool make, with their passphrase and without. */
#include "error.h"
#include "gnutls-auto.h"
#include "inspect.h"

#include <string.h>

#include "key-maker.h"

#define JKS                                                                                        \
  "keytool -genkeypair -storetype JKS -keystore several.jks -storepass geheim -keypass anders "    \
  "-keyalg RSA -keysize 2048 -dname CN=robot -alias "

static const char *const makers[] = {
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec",
  "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other",
  "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out small",
  "openssl pkcs8 -topk8 -in ec -passout pass:geheim -out sealed",
  "openssl pkey -in ec -pubout -out public",
  "openssl pkey -in ec -pubout -outform DER -out public.der",
  "openssl req -x509 -new -key ec -subj /CN=robot -days 2 -out certificate",
  "openssl x509 -in certificate -outform DER -out certificate.der",
  "openssl pkcs12 -export -inkey ec -in certificate -name Robot -passout pass:geheim -out "
  "store.p12",
  "sh -c 'cat ec certificate > bundle; cat other certificate > foreign'",
  "sh -c 'cat sealed certificate > sealed-bundle'",
  JKS "one",
  JKS "two",
  "keytool -importcert -noprompt -storetype JKS -keystore several.jks -storepass geheim -alias "
  "root "
  "-file certificate",
};

static Inspection *
inspect (const char *name, const char *alias, const char *passphrase)
{
  g_autofree char *path = in_folder (name);
  g_autoptr (GError) error = NULL;
  KeySource source = { .location = path, .alias = alias };
  Inspection *inspection;

  g_chmod (path, 0600);
  if (passphrase != NULL)
    {
      source.passphrase = answer;
      source.passphrase_data = (void *) passphrase;
    }
  inspection = key_inspect (&source, &error);
  g_assert_no_error (error);
  g_assert_nonnull (inspection);
  return inspection;
}

static const InspectedKey *
only (const Inspection *inspection)
{
  g_assert_cmpuint (inspection->keys->len, ==, 1);
  return g_ptr_array_index (inspection->keys, 0);
}

static void
test_bundle (void)
{
  g_autoptr (Inspection) inspection = inspect ("bundle", NULL, NULL);
  const InspectedKey *key = only (inspection);

  g_assert_no_error (inspection->trouble);
  g_assert_cmpstr (inspection->format, ==, "PEM");
  g_assert_true (key->chosen && key->matches && !key->encrypted && key->trouble == NULL);
  g_assert_cmpuint (inspection->certificates->len, ==, 0);
}

static void
test_mismatch (void)
{
  g_autoptr (Inspection) inspection = inspect ("foreign", NULL, NULL);
  const InspectedKey *key = only (inspection);

  g_assert_error (key->trouble, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_false (key->matches);
  g_assert_nonnull (key->certificate);
}

static void
test_sealed (void)
{
  g_autoptr (Inspection) locked = inspect ("sealed", NULL, NULL);
  g_autoptr (Inspection) told = inspect ("sealed-bundle", NULL, NULL);
  g_autoptr (Inspection) opened = inspect ("sealed", NULL, "geheim");
  g_autoptr (Inspection) wrong = inspect ("sealed", NULL, "falsch");

  g_assert_true (inspection_is_locked (locked) && only (locked)->encrypted);
  g_assert_null (only (locked)->public);
  g_assert_nonnull (only (told)->public);
  g_assert_false (only (told)->matches);
  g_assert_false (inspection_is_locked (opened));
  g_assert_nonnull (only (opened)->key);
  g_assert_error (only (wrong)->trouble, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
}

static void
test_pkcs12 (void)
{
  g_autoptr (Inspection) locked = inspect ("store.p12", NULL, NULL);
  g_autoptr (Inspection) opened = inspect ("store.p12", NULL, "geheim");

  g_assert_cmpstr (locked->format, ==, "PKCS#12");
  g_assert_true (inspection_is_locked (locked));
  g_assert_cmpuint (locked->keys->len, ==, 0);
  g_assert_cmpstr (only (opened)->alias, ==, "Robot");
  g_assert_true (only (opened)->matches);
}

static const InspectedKey *
of_alias (const Inspection *inspection, const char *alias)
{
  for (unsigned i = 0; i < inspection->keys->len; i++)
    {
      const InspectedKey *key = g_ptr_array_index (inspection->keys, i);

      if (g_strcmp0 (key->alias, alias) == 0)
        return key;
    }
  g_assert_not_reached ();
}

static void
test_jks (void)
{
  g_autoptr (Inspection) seen = inspect ("several.jks", NULL, NULL);
  g_autoptr (Inspection) chosen = inspect ("several.jks", "TWO", NULL);
  g_autoptr (Inspection) wrong = inspect ("several.jks", "two", "falsch");
  const InspectedCertificate *root;

  g_assert_cmpstr (seen->format, ==, "JKS");
  g_assert_cmpuint (seen->keys->len, ==, 2);
  g_assert_error (seen->trouble, AVOUCH_ERROR, AVOUCH_ERROR_KEY); /* which one? */
  g_assert_nonnull (of_alias (seen, "one")->certificate);
  g_assert_null (of_alias (seen, "one")->key);
  g_assert_null (inspection_chosen (seen));
  g_assert_cmpuint (seen->certificates->len, ==, 1);
  root = g_ptr_array_index (seen->certificates, 0);
  g_assert_cmpstr (root->alias, ==, "root");
  g_assert_no_error (chosen->trouble);
  g_assert_true (inspection_chosen (chosen) == of_alias (chosen, "two"));
  g_assert_error (wrong->trouble, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
}

static void
test_certificates (void)
{
  static const char *const names[] = { "certificate", "certificate.der" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (Inspection) inspection = inspect (names[i], NULL, NULL);

      g_assert_cmpstr (inspection->format, ==, "X.509");
      g_assert_cmpuint (inspection->keys->len, ==, 0);
      g_assert_cmpuint (inspection->certificates->len, ==, 1);
    }
}

static void
test_public_keys (void)
{
  static const char *const names[] = { "public", "public.der" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (Inspection) inspection = inspect (names[i], NULL, NULL);

      g_assert_cmpstr (inspection->format, ==, "public key");
      g_assert_nonnull (only (inspection)->public);
      g_assert_null (only (inspection)->key);
    }
}

static void
test_small (void)
{
  g_autoptr (Inspection) inspection = inspect ("small", NULL, NULL);

  g_assert_error (only (inspection)->trouble, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_nonnull (strstr (only (inspection)->trouble->message, "1024"));
}

/* A certificate may be read by all, a key may not. */
static void
test_exposed (void)
{
  g_autofree char *key = in_folder ("ec");
  g_autofree char *certificate = in_folder ("certificate");
  KeySource of_key = { .location = key };
  KeySource of_certificate = { .location = certificate };
  g_autoptr (Inspection) exposed = NULL;
  g_autoptr (Inspection) shared = NULL;

  g_chmod (key, 0644);
  g_chmod (certificate, 0644);
  exposed = key_inspect (&of_key, NULL);
  shared = key_inspect (&of_certificate, NULL);
  g_assert_error (exposed->trouble, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_no_error (shared->trouble);
}

static void
test_nothing (void)
{
  g_autofree char *text = in_folder ("text");
  g_autofree char *missing = in_folder ("missing");
  const char *const paths[] = { text, missing, "keyring:acme" };

  put ("text", "neither key nor certificate");
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      KeySource source = { .location = paths[i] };
      g_autoptr (GError) error = NULL;

      g_assert_null (key_inspect (&source, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
      g_assert_true (g_str_has_prefix (error->message, paths[i]));
    }
}

int
main (int argc, char **argv)
{
  int code;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  for (size_t i = 0; i < G_N_ELEMENTS (makers); i++)
    make (makers[i]);
  g_test_add_func ("/inspect/pem/key-with-its-certificate", test_bundle);
  g_test_add_func ("/inspect/pem/key-with-another-certificate", test_mismatch);
  g_test_add_func ("/inspect/pem/encrypted", test_sealed);
  g_test_add_func ("/inspect/pkcs12/tells-nothing-without-its-passphrase", test_pkcs12);
  g_test_add_func ("/inspect/jks/tells-much-without-its-passphrase", test_jks);
  g_test_add_func ("/inspect/certificate-alone", test_certificates);
  g_test_add_func ("/inspect/public-key-alone", test_public_keys);
  g_test_add_func ("/inspect/rsa-1024-is-told-and-not-used", test_small);
  g_test_add_func ("/inspect/open-to-others", test_exposed);
  g_test_add_func ("/inspect/nothing-of-that-kind", test_nothing);
  code = g_test_run ();
  maker_end ();
  return code;
}
