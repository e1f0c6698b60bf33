/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every truncation and every changed byte of a small file of each kind (tests/fuzz/corpus,
 * passphrase "fuzz") gives an error of ours or a key that works, within 32 MiB of memory. Java
 * keystores have the same in test-jks-layout.c, where they are also signed anew. */
#include "error.h"
#include "gnutls-auto.h"
#include "key-private.h"
#include "pair.h"

#include <string.h>
#include <sys/resource.h>

#include "scratch.h"

/* A sanitizer keeps what is freed, and takes ten times as long. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#elif defined __SANITIZE_ADDRESS__
#define SANITIZED true
#endif
#if !defined SANITIZED
#define SANITIZED false
#endif

enum { MAX_GROWTH = 32 * 1024 /* KiB */ };

/* The key in it is whole without the certificate behind it. */
static const char bundle[] = "pem/bundle.pem";

static const char *const files[] = {
  "jks/keytool.jks",        "jks/keytool.jceks", "pkcs12/modern.p12", "pkcs12/legacy.p12",
  "pkcs12/without-mac.p12", "pem/bundle.pem",    "pem/openssl.pem",   "key/pkcs8.der",
  "key/encrypted.der",      "key/scrypt.der",    "jwk/ec.jwk",        "jwk/okp.jwk",
};

static Secret *
answer (const char *what G_GNUC_UNUSED, void *data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return secret_new ("fuzz", 4);
}

/* What it signs, its own public half verifies. */
static void
assert_works (Key *key)
{
  g_auto (gnutls_pubkey_t) public = NULL;

  g_assert_cmpint (gnutls_pubkey_init (&public), >=, 0);
  g_assert_cmpint (gnutls_pubkey_import_privkey (public, key_private (key), 0, 0), >=, 0);
  g_assert_true (pair_signs (key_private (key), public));
}

/* Whether there is a key; SIGNS: it is tried. */
static bool
try (const char *bytes, size_t length, bool signs)
{
  g_autoptr (Secret) content = secret_new (bytes, length);
  KeySource source = { .location = "", .passphrase = answer };
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) key = key_read (content, &source, &error);

  g_assert_true ((key == NULL) == (error != NULL));
  g_assert_true (error == NULL || error->domain == AVOUCH_ERROR);
  if (key != NULL && signs)
    assert_works (key);
  return key != NULL;
}

static void
change (char *bytes, size_t length, size_t at)
{
  char whole = bytes[at];

  for (unsigned mask = 1; mask < 256; mask += SANITIZED ? mask : 1)
    {
      bytes[at] = (char) (whole ^ (char) mask);
      try (bytes, length, (mask & (mask - 1)) == 0);
    }
  bytes[at] = whole;
}

static long
peak (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* In a process of its own, for its peak of memory. */
static bool
damage (void *data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", data, NULL);
  g_autofree char *bytes = NULL;
  long before;
  size_t length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_true (try (bytes, length, true));
  before = peak ();
  for (size_t cut = 0; cut + 1 < length; cut++) /* the last byte of a PEM is a line feed */
    g_assert_true (!try (bytes, cut, true) || strcmp (data, bundle) == 0);
  for (size_t at = 0; at < length; at++)
    change (bytes, length, at);
  return SANITIZED || peak () - before < MAX_GROWTH;
}

static void
test_damage (const void *file)
{
  g_assert_true (scratch_wait (scratch_fork (damage, (void *) file)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_strconcat ("/damage/", files[i], NULL);

      g_test_add_data_func (path, files[i], test_damage);
    }
  return g_test_run ();
}
