/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON that consoles hand out for a service account. */
#include "contents.h"
#include "error.h"
#include "key-maker.h"

#include <string.h>

/* PEM as JSON's string has it. */
static char *
quote (const char *name)
{
  size_t length;
  g_autofree char *pem = get (name, &length);
  g_autofree char *text = g_strndup (pem, length);

  return g_strescape (text, NULL);
}

static void
put_google (const char *more)
{
  g_autofree char *pem = quote ("key.pem");
  g_autofree char *json =
      g_strdup_printf ("\n{\"type\": \"service_account\", \"private_key\": \"%s\"%s}\n", pem, more);

  put ("account.json", json);
}

static void
put_box (const char *pem_name, const char *passphrase)
{
  g_autofree char *pem = quote (pem_name);
  g_autofree char *json = g_strdup_printf (
      "{\"boxAppSettings\": {\"clientID\": \"app\", \"appAuth\": {\"publicKeyID\": \"k1\", "
      "\"privateKey\": \"%s\"%s}}, \"enterpriseID\": \"42\"}",
      pem, passphrase);

  put ("account.json", json);
}

static void
test_google (void)
{
  g_autoptr (Key) key = NULL;

  put_google (", \"private_key_id\": \"k1\", \"client_email\": \"robot@acme.example\"");
  key = load_well ("account.json", NULL, NULL);
  g_assert_cmpint (key_kind (key), ==, KEY_RSA);
  g_assert_cmpstr (key_format (key), ==, "service account");
  g_assert_cmpstr (key_id (key), ==, "k1");
  g_assert_cmpstr (key_account (key), ==, "robot@acme.example");
  g_assert_null (key_only_algorithm (key));
}

static void
test_without_names (void)
{
  g_autoptr (Key) key = NULL;

  put_google ("");
  key = load_well ("account.json", NULL, NULL);
  g_assert_null (key_id (key));
  g_assert_null (key_account (key));
}

static void
test_box (void)
{
  g_autoptr (Key) key = NULL;

  put_box ("sealed.pem", ", \"passphrase\": \"from the file\"");
  key = load_well ("account.json", NULL, NULL);
  g_assert_cmpint (asked, ==, 0);
  g_assert_cmpstr (key_id (key), ==, "k1");
  g_assert_cmpstr (key_account (key), ==, "app");
}

/* Whoever took it out of the file has it elsewhere. */
static void
test_box_without_passphrase (void)
{
  g_autoptr (Key) key = NULL;

  put_box ("sealed.pem", "");
  key = load_well ("account.json", NULL, "from the file");
  g_assert_cmpint (asked, ==, 1);
}

static void
test_wrong_passphrase (void)
{
  g_autoptr (GError) error = NULL;

  put_box ("sealed.pem", ", \"passphrase\": \"another\"");
  g_assert_null (load ("account.json", NULL, NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
}

static void
test_no_other_is_one (void)
{
  g_autoptr (Key) key = load_well ("key.pem", NULL, NULL);

  g_assert_cmpstr (key_format (key), ==, "PEM");
  g_assert_null (key_account (key));
}

static void
test_damaged (void)
{
  g_autofree char *name = g_strnfill (CONTENTS_MAX_ALIAS + 1, 'a');
  g_autofree char *long_name = g_strdup_printf (
      "{\"type\": \"service_account\", \"private_key\": \"x\", \"client_email\": \"%s\"}", name);
  const char *const cases[][2] = {
    { "{\"type\": \"service_account\"}", "no “private_key”" },
    { "{\"type\": \"service_account\", \"private_key\": null}", "no “private_key”" },
    { "{\"type\": \"service_account\", \"private_key\": 5}", "no “private_key”" },
    { "{\"type\": \"service_account\", \"private_key\": \"\"}", "" },
    { "{\"type\": \"service_account\", \"private_key\": \"hunter2\"}", "" },
    { "{\"type\": \"service_account\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\"}",
      "cut short" },
    { "{\"type\": \"service_account\", \"private_key\": \"x\", \"client_email\": 5}",
      "is not a string" },
    { "{\"type\": \"service_account\", \"private_key\": \"x\", \"client_email\": \"a\\nb\"}",
      "“client_email” cannot be used" },
    { "{\"type\": \"service_account\", \"private_key\": \"x\", \"private_key_id\": []}",
      "is not a string" },
    { long_name, "“client_email” cannot be used" },
    { "{\"type\": \"service_account\", ", "" },
    { "{\"boxAppSettings\": 5}", "is not an object" },
    { "{\"boxAppSettings\": {}}", "no “appAuth”" },
    { "{\"boxAppSettings\": {\"appAuth\": {\"passphrase\": 5}}}", "no “privateKey”" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      put ("account.json", cases[i][0]);
      g_assert_null (load ("account.json", NULL, NULL, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
      if (strstr (error->message, cases[i][1]) == NULL)
        g_error ("%s: not in: %s", cases[i][1], error->message);
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void
test_too_long (void)
{
  g_autofree char *filling = g_strnfill (CONTENTS_MAX_ENCODED, ' ');
  g_autofree char *json = g_strdup_printf ("{\"type\": \"service_account\"%s}", filling);
  g_autoptr (GError) error = NULL;

  put ("account.json", json);
  g_assert_null (load ("account.json", NULL, NULL, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_nonnull (strstr (error->message, "longer than 65536 bytes"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  make ("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem");
  make ("openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out sealed.pem -passout "
        "'pass:from the file'");
  g_test_add_func ("/account/google's-tells-id-and-name", test_google);
  g_test_add_func ("/account/id-and-name-may-be-missing", test_without_names);
  g_test_add_func ("/account/box's-opens-by-the-passphrase-in-it", test_box);
  g_test_add_func ("/account/box's-passphrase-may-be-elsewhere", test_box_without_passphrase);
  g_test_add_func ("/account/a-wrong-passphrase-is-told", test_wrong_passphrase);
  g_test_add_func ("/account/pem-stays-pem", test_no_other_is_one);
  g_test_add_func ("/account/damaged-ones-are-key-errors", test_damaged);
  g_test_add_func ("/account/past-the-limit-of-a-key", test_too_long);
  status = g_test_run ();
  maker_end ();
  return status;
}
