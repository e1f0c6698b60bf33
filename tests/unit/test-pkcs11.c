/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys in tokens of SoftHSM, put there by p11tool; and URIs that are refused before any token is
 * looked for. */
#include "error.h"
#include "gnutls-auto.h"
#include "pair.h"
#include "pkcs11-make.h"
#include "pkcs11-uri.h"

#include <string.h>

#include "key-maker.h"

#define PIN     "1234"
#define TOKEN   "softhsm2-util --init-token --free --so-pin 12345678 --pin " PIN " --label "
#define WRITE   "p11tool --batch --login --set-pin=" PIN " --write "
#define ROBOT   " pkcs11:token=robot"
#define EC      "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:"
#define CERTIFY " -subj /CN=robot -days 2 "

static const char *const makers[] = {
  TOKEN "robot",
  TOKEN "twins",
  TOKEN "twins",
  "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa",
  "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out small",
  EC "P-256 -out p256",
  EC "P-384 -out p384",
  EC "P-521 -out p521",
  "openssl genpkey -algorithm ED25519 -out ed25519",
  "openssl req -x509 -new -key rsa" CERTIFY "-out rsa.crt",
  "openssl req -x509 -new -key p384" CERTIFY "-out p384.crt",
  "openssl req -x509 -new -key p521" CERTIFY "-out p521.crt",
  "openssl pkey -in p256 -pubout -out p256.pub",
  "openssl pkey -in ed25519 -pubout -out ed25519.pub",
  WRITE "--load-privkey rsa --label rsa --id 01" ROBOT,
  WRITE "--load-certificate rsa.crt --label rsa --id 01" ROBOT,
  WRITE "--load-privkey p256 --label p256 --id 02" ROBOT,
  WRITE "--load-pubkey p256.pub --label p256 --id 02" ROBOT,
  WRITE "--load-privkey p384 --label p384 --id 03" ROBOT,
  WRITE "--load-certificate p384.crt --label p384 --id 03" ROBOT,
  WRITE "--load-privkey p521 --label alone --id 04" ROBOT,
  WRITE "--load-privkey ed25519 --label ed25519 --id 05" ROBOT,
  WRITE "--load-pubkey ed25519.pub --label ed25519 --id 05" ROBOT,
  WRITE "--load-privkey small --label small --id 06" ROBOT,
  WRITE "--load-privkey rsa --label both --id 07" ROBOT,
  WRITE "--load-privkey small --label both --id 08" ROBOT,
  WRITE "--load-privkey rsa --label foreign --id 09" ROBOT,
  WRITE "--load-certificate p384.crt --label foreign --id 09" ROBOT,
  WRITE "--load-privkey p256 --label foreign-ec --id 0a" ROBOT,
  WRITE "--load-certificate p384.crt --label foreign-ec --id 0a" ROBOT,
  WRITE "--load-privkey rsa --mark-always-authenticate --label careful --id 0b" ROBOT,
};

static Key *
open_token (const char *uri, const char *alias, const char *pin, GError **error)
{
  KeySource source = { .location = uri, .alias = alias };

  asked = 0;
  if (pin != NULL)
    {
      source.passphrase = answer;
      source.passphrase_data = (void *) pin;
    }
  return key_load (&source, error);
}

static void
expect (const char *uri, const char *pin, AvouchError code, const char *message, const char *hint)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;

  g_assert_null (open_token (uri, NULL, pin, &error));
  g_assert_error (error, AVOUCH_ERROR, (int) code);
  g_test_message ("%s", error->message);
  first = error_message (error);
  g_assert_nonnull (strstr (first, message));
  g_assert_false (g_str_has_suffix (first, "."));
  g_assert_nonnull (error_hint (error));
  g_assert_nonnull (strstr (error_hint (error), hint));
}

static bool
has_tools (void)
{
  static const char *const names[] = { "softhsm2-util", "p11tool" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_find_program_in_path (names[i]);

      if (path == NULL)
        return false;
    }
  return true;
}

/* Whether the system's configuration of p11-kit names SoftHSM's module. */
static bool
has_tokens (void)
{
  g_autofree char *output = NULL;

  g_spawn_command_line_sync ("p11tool --list-tokens", &output, NULL, NULL, NULL);
  return output != NULL && strstr (output, "token=robot") != NULL;
}

/* Made at the first use: SoftHSM looks for tokens once, when it is loaded. */
static bool
skips (void)
{
  static enum { UNKNOWN, MADE, MISSING } state;

  if (state == UNKNOWN)
    {
      state = MISSING;
      if (has_tools ())
        {
          make (makers[0]);
          state = has_tokens () ? MADE : MISSING;
        }
      for (size_t i = 1; state == MADE && i < G_N_ELEMENTS (makers); i++)
        make (makers[i]);
    }
  if (state == MISSING)
    g_test_skip ("SoftHSM or p11tool is not installed, or p11-kit does not know SoftHSM");
  return state == MISSING;
}

/* KEY, which only its token has, signs what the public half of FILE's key verifies. */
static void
assert_same (const Key *key, const char *file)
{
  g_autoptr (Key) plain = load_well (file, NULL, NULL);
  g_auto (gnutls_pubkey_t) public = NULL;

  g_assert_cmpint (gnutls_pubkey_init (&public), >=, 0);
  g_assert_cmpint (gnutls_pubkey_import_privkey (public, key_private (plain), 0, 0), >=, 0);
  g_assert_true (pair_signs (key_private (key), public));
  g_assert_cmpint (key_kind (key), ==, key_kind (plain));
  g_assert_cmpuint (key_bits (key), ==, key_bits (plain));
  g_assert_cmpint (key_curve (key), ==, key_curve (plain));
}

static void
test_keys (void)
{
  static const struct {
    const char *uri;
    const char *file;
    bool certified;
  } cases[] = {
    { "pkcs11:token=robot;object=rsa", "rsa", true },
    { "pkcs11:token=robot;object=rsa;type=private", "rsa", true },
    { "pkcs11:token=robot;id=%01", "rsa", true },
    { "pkcs11:model=SoftHSM%20v2;token=rob%6ft;id=%01;object=rsa", "rsa", true },
    { "pkcs11:token=robot;object=p256", "p256", false },
    { "pkcs11:token=robot;object=p384", "p384", true },
    { "pkcs11:token=robot;object=ed25519", "ed25519", false },
    { "pkcs11:token=robot;object=both;id=%07", "rsa", false },
    { "pkcs11:token=robot;object=careful", "rsa", false },
  };

  if (skips ())
    return;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Key) key = open_token (cases[i].uri, NULL, PIN, &error);

      g_test_message ("%s", cases[i].uri);
      g_assert_no_error (error);
      g_assert_cmpint (asked, ==, 1);
      g_assert_true ((key_certificate (key) != NULL) == cases[i].certified);
      assert_same (key, cases[i].file);
      assert_same (key, cases[i].file);
      g_assert_cmpint (asked, ==, 0); /* since then */
    }
}

static void
test_refused_keys (void)
{
  if (skips ())
    return;
  expect ("pkcs11:token=robot;object=small", PIN, AVOUCH_ERROR_KEY, "an RSA key of 1024 bits",
          "2048");
  expect ("pkcs11:token=robot;object=alone", PIN, AVOUCH_ERROR_KEY,
          "neither a public key nor a certificate", "--load-certificate");
  expect ("pkcs11:token=robot;object=foreign", PIN, AVOUCH_ERROR_KEY,
          "does not belong to the certificate", "pair");
  expect ("pkcs11:token=robot;object=foreign-ec", PIN, AVOUCH_ERROR_KEY,
          "does not belong to the certificate", "pair");
  expect ("pkcs11:token=robot;object=both", PIN, AVOUCH_ERROR_KEY, "2 private keys", "`id`");
  expect ("pkcs11:token=robot;object=none", PIN, AVOUCH_ERROR_KEY, "no such private key",
          "--list-privkeys");
}

static void
test_tokens (void)
{
  if (skips ())
    return;
  expect ("pkcs11:token=none;object=rsa", PIN, AVOUCH_ERROR_KEY, "no token matches", "`token`");
  expect ("pkcs11:token=none;object=rsa", PIN, AVOUCH_ERROR_KEY, ";token=robot", "`token`");
  expect ("pkcs11:token=twins;object=rsa", PIN, AVOUCH_ERROR_KEY, "several tokens match",
          "`serial`");
  g_assert_cmpint (asked, ==, 0);
  expect ("pkcs11:object=rsa", PIN, AVOUCH_ERROR_KEY, "several tokens match", "`token`");
  g_assert_cmpint (asked, ==, 0);
}

static void
test_pin (void)
{
  g_autofree char *endless = g_strnfill (300, '1');
  g_autoptr (Key) key = NULL;

  if (skips ())
    return;
  expect ("pkcs11:token=robot;object=rsa", NULL, AVOUCH_ERROR_PASSPHRASE,
          "wants a PIN, and no passphrase is configured", "passphrase = ");
  expect ("pkcs11:token=robot;object=rsa", endless, AVOUCH_ERROR_PASSPHRASE, "PIN is longer than",
          "passphrase");
  expect ("pkcs11:token=robot;object=rsa", "9999", AVOUCH_ERROR_PASSPHRASE, "does not take the PIN",
          "tried once");
  g_assert_cmpint (asked, ==, 1);
  /* Not even the right one: the token may be near to being locked. */
  expect ("pkcs11:token=robot;object=rsa", PIN, AVOUCH_ERROR_PASSPHRASE,
          "a wrong PIN was entered before", "p11tool --login");
  g_assert_cmpint (asked, ==, 0);
  make ("p11tool --batch --login --set-pin=" PIN " --list-privkeys" ROBOT);
  key = open_token ("pkcs11:token=robot;object=rsa", NULL, PIN, NULL);
  g_assert_nonnull (key);
}

static void
test_uris (void)
{
  static const struct {
    const char *uri;
    const char *message;
    const char *hint;
  } cases[] = {
    { "pkcs11:", "which key of the token", "`object` or `id`" },
    { "pkcs11:object=a%", "not well-formed", "p11tool" },
    { "pkcs11:robot", "not well-formed", "pkcs11:token=NAME;object=NAME" },
    { "pkcs11:token=a;", "not well-formed", "p11tool" },
    { "pkcs11:token=a;;object=b", "not well-formed", "p11tool" },
    { "pkcs11:token=a;token=a;object=b", "not well-formed", "p11tool" },
    { "pkcs11:token=a b;object=b", "not well-formed", "p11tool" },
    { "pkcs11:token=a%2;object=b", "not well-formed", "p11tool" },
    { "pkcs11:token=a%zz;object=b", "not well-formed", "p11tool" },
    { "pkcs11:token=a;object=b#c", "not well-formed", "p11tool" },
    { "pkcs11:token=ä;object=b", "not well-formed", "p11tool" },
    { "pkcs11:token=a", "which key of the token", "`object` or `id`" },
    { "pkcs11:token=a;object=b;type=cert", "not mean a private key", "`type`" },
    { "pkcs11:slot-id=1;object=b", "attribute that is not known", "serial" },
    { "pkcs11:library-manufacturer=a;object=b", "attribute that is not known", "serial" },
    { "pkcs11:token=a;object=b?x-vendor=c", "attribute that is not known", "serial" },
    { "pkcs11:token=a;object=b?", "attribute that is not known", "serial" },
    { "pkcs11:token=a;object=b?pin-source=file:/etc/pin", "pin-source", "`passphrase`" },
    { "pkcs11:token=a;object=b;pin-source=file:/etc/pin", "pin-source", "`passphrase`" },
    { "pkcs11:token=a;object=b?module-path=/tmp/evil.so", "module-path", "pkcs11.conf" },
    { "pkcs11:token=a;object=b?module-name=evil", "module-name", "pkcs11.conf" },
    { "pkcs11:token=a;object=b;module-path=/tmp/evil.so", "module-path", "pkcs11.conf" },
    { "pkcs11:token=a;object=b?pin-value=87654321", "holds a PIN", "change the PIN" },
    { "pkcs11:token=a;object=b;pin-value=87654321", "holds a PIN", "change the PIN" },
    { "pkcs11:pin-value=87654321;object=b", "holds a PIN", "change the PIN" },
    { "pkcs11:token=a?&pin-value=87654321", "attribute that is not known", "serial" },
    { "pkcs11:87654321?pin-value=87654321", "holds a PIN", "change the PIN" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    expect (cases[i].uri, PIN, AVOUCH_ERROR_KEY, cases[i].message, cases[i].hint);
}

static void
test_pin_is_not_shown (void)
{
  static const char *const uris[] = {
    "pkcs11:token=a;object=b?pin-value=87654321", "pkcs11:token=a;object=b;pin-value=87654321",
    "pkcs11:pin-value=87654321;object=b",         "pkcs11:token=a?&pin-value=87654321",
    "pkcs11:token=a?PIN-VALUE=87654321",          "pkcs11:token=a;PIN-value=87654321",
    "pkcs11:token=a;pi%6e-value=87654321",        "pkcs11:87654321",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_token (uris[i], NULL, PIN, &error));
      g_assert_true (g_str_has_prefix (error->message, "pkcs11:"));
      g_assert_null (strstr (error->message, "87654321"));
    }
}

static void
test_alias (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_token ("pkcs11:token=a;object=b", "b", PIN, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_nonnull (strstr (error_hint (error), "remove `key-alias`"));
}

static const struct {
  const char *path;
  void (*run) (void);
} tests[] = {
  { "/uri/each-mistake-has-its-message", test_uris },
  { "/uri/no-message-shows-a-pin", test_pin_is_not_shown },
  { "/uri/no-alias-beside-it", test_alias },
  { "/token/keys-sign", test_keys },
  { "/token/keys-that-are-refused", test_refused_keys },
  { "/token/one-must-match", test_tokens },
  { "/token/pin-is-tried-once", test_pin },
};

/* SoftHSM finds its configuration by HOME, as under avouch-mint. */
static void
prepare_home (void)
{
  g_autofree char *text = g_strdup_printf ("directories.tokendir = %s/tokens\n"
                                           "objectstore.backend = file\nlog.level = ERROR\n",
                                           folder);

  g_setenv ("HOME", folder, TRUE);
  g_unsetenv ("SOFTHSM2_CONF");
  make ("mkdir -p -m 700 tokens .config/softhsm2");
  put (".config/softhsm2/softhsm2.conf", text);
}

static Key *
make_in_token (const char *uri, const char *type, const char *pin, GError **error)
{
  const Pkcs11Recipe recipe = { key_type_find (type), "robot", 30, g_get_real_time () / 1000000 };
  KeySource source = { .location = uri, .passphrase = answer, .passphrase_data = (void *) pin };

  asked = 0;
  return pkcs11_make (&source, &recipe, error);
}

/* The key stays there, signs for its certificate, and is found by the name that it was given. */
static void
test_makes_a_key (const void *data)
{
  g_autofree char *uri = g_strconcat ("pkcs11:token=robot;object=made-", (const char *) data, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) made = NULL;
  g_autoptr (Key) read = NULL;
  g_auto (gnutls_pubkey_t) public = NULL;

  if (skips ())
    return;
  made = make_in_token (uri, data, PIN, &error);
  g_assert_no_error (error);
  g_assert_cmpint (asked, ==, 1);
  read = open_token (uri, NULL, PIN, &error);
  g_assert_no_error (error);
  g_assert_nonnull (key_certificate (read));
  public = key_copy_public (read, &error);
  g_assert_no_error (error);
  g_assert_true (pair_signs (key_private (read), public));
  g_assert_true (gnutls_x509_crt_equals (key_certificate (made), key_certificate (read)));
}

static void
expect_not_made (const char *uri, const char *pin, AvouchError code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (make_in_token (uri, "p-256", pin, &error));
  g_assert_error (error, AVOUCH_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, message));
  g_assert_nonnull (error_hint (error));
}

static void
test_makes_none (void)
{
  if (skips ())
    return;
  expect_not_made ("pkcs11:token=robot;object=rsa", PIN, AVOUCH_ERROR_KEY, "of this name already");
  expect_not_made ("pkcs11:token=robot;id=%21", PIN, AVOUCH_ERROR_KEY, "named by `object`");
  expect_not_made ("pkcs11:token=nobody;object=new", PIN, AVOUCH_ERROR_KEY, "no token matches");
  expect_not_made ("pkcs11:token=robot;object=new", "9999", AVOUCH_ERROR_PASSPHRASE,
                   "does not take the PIN");
  g_assert_cmpint (asked, ==, 1);
  /* So that the tests that follow find a token that trusts. */
  make ("p11tool --batch --login --set-pin=" PIN " --list-privkeys" ROBOT);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  prepare_home ();
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].path, tests[i].run);
  g_test_add_data_func ("/token/makes-an-rsa-key", "rsa-2048", test_makes_a_key);
  g_test_add_data_func ("/token/makes-an-ec-key", "p-384", test_makes_a_key);
  g_test_add_func ("/token/makes-no-key", test_makes_none);
  result = g_test_run ();
  make ("rm -r tokens .config");
  maker_end ();
  return result;
}
