/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Java keystores byte by byte: what keytool wrote (tests/fuzz/corpus/jks, password "fuzz") is taken
 * apart and put together as keytool never would. */
#include "encoding.h"
#include "error.h"
#include "gnutls-auto.h"
#include "jks-alias.h"
#include "key-private.h"
#include "reader.h"

#include <string.h>
#include <sys/resource.h>

#define JKS   0xfeedfeed
#define JCEKS 0xcececece

/* A sanitizer keeps what is freed. */
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

enum { DIGEST = 20, HEAD = 12, MAX_GROWTH = 32 * 1024 /* KiB */ };

static const char word[] = "fuzz";

static GByteArray *
seed (const char *corpus, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", corpus, name, NULL);
  char *bytes;
  size_t length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  return g_byte_array_new_take ((uint8_t *) bytes, length);
}

/* A key and its certificate from a store of one entry, "robot", with one certificate. */
typedef struct {
  GByteArray *store;
  Reader key;
  Reader certificate;
} Parts;

static void
parts_clear (Parts *parts)
{
  g_byte_array_unref (parts->store);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static Parts
take_apart (const char *name)
{
  Parts parts = { .store = seed ("jks", name) };
  Reader reader = { parts.store->data, parts.store->len };
  uint32_t length;

  g_assert_true (reader_take (&reader, HEAD + 4 + 2 + strlen ("robot") + 8, NULL));
  g_assert_true (reader_number (&reader, 4, &length) && reader_take (&reader, length, &parts.key));
  g_assert_true (reader_take (&reader, 4 + 2 + strlen ("X.509"), NULL));
  g_assert_true (reader_number (&reader, 4, &length) &&
                 reader_take (&reader, length, &parts.certificate));
  g_assert_cmpuint (reader.left, ==, DIGEST);
  return parts;
}

static void
add_number (GByteArray *store, size_t width, uint64_t value)
{
  for (size_t i = width; i-- > 0;)
    g_byte_array_append (store, &(uint8_t){ (uint8_t) (value >> (8 * i)) }, 1);
}

static void
add_sized (GByteArray *store, size_t width, const void *bytes, size_t length)
{
  add_number (store, width, length);
  g_byte_array_append (store, bytes, (unsigned) length);
}

static GByteArray *
begin_store (uint32_t magic, unsigned version, unsigned count)
{
  GByteArray *store = g_byte_array_new ();

  add_number (store, 4, magic);
  add_number (store, 4, version);
  add_number (store, 4, count);
  return store;
}

static void
add_head (GByteArray *store, unsigned tag, const char *alias, size_t length)
{
  add_number (store, 4, tag);
  add_sized (store, 2, alias, length);
  add_number (store, 8, 0);
}

static void
add_certificate (GByteArray *store, unsigned version, const void *der, size_t length)
{
  if (version > 1)
    add_sized (store, 2, "X.509", strlen ("X.509"));
  add_sized (store, 4, der, length);
}

static void
add_key (GByteArray *store, const char *alias, const Parts *parts)
{
  add_head (store, 1, alias, strlen (alias));
  add_sized (store, 4, parts->key.at, parts->key.left);
  add_number (store, 4, 1);
  add_certificate (store, 2, parts->certificate.at, parts->certificate.left);
}

static void
add_trusted (GByteArray *store, const char *alias, size_t alias_length, size_t length)
{
  g_autofree char *bytes = g_malloc0 (length);

  add_head (store, 2, alias, alias_length);
  add_certificate (store, 2, bytes, length);
}

static void
digest_store (const uint8_t *bytes, size_t length, uint8_t *digest)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  size_t size = DIGEST;

  g_checksum_update (checksum, (const uint8_t *) "\0f\0u\0z\0z", 8);
  g_checksum_update (checksum, (const uint8_t *) "Mighty Aphrodite", -1);
  g_checksum_update (checksum, bytes, (gssize) length);
  g_checksum_get_digest (checksum, digest, &size);
}

static void
end_store (GByteArray *store)
{
  uint8_t digest[DIGEST];

  digest_store (store->data, store->len, digest);
  g_byte_array_append (store, digest, sizeof digest);
}

static Secret *
answer (const char *what G_GNUC_UNUSED, void *data, GError **error)
{
  const char *told = data;

  if (told == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, "asked");
  return told != NULL ? secret_new (told, strlen (told)) : NULL;
}

static Key *
read_bytes (const uint8_t *bytes, size_t length, const char *alias, GError **error)
{
  g_autoptr (Secret) content = secret_new ((const char *) bytes, length);
  KeySource source = {
    .location = "", .alias = alias, .passphrase = answer, .passphrase_data = (void *) word
  };

  return key_read (content, &source, error);
}

static void
expect_key (const GByteArray *store, const char *alias)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) key = read_bytes (store->data, store->len, alias, &error);

  g_assert_no_error (error);
  g_assert_nonnull (key);
}

static void
expect_error (const GByteArray *store, const char *alias, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_bytes (store->data, store->len, alias, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, message));
}

static void
test_seeds (void)
{
  static const char *const seeds[][2] = {
    { "jks", "keytool.jks" },           { "jks", "keytool.jceks" },
    { "jks", "equal-halves.jceks" },    { "pkcs12", "keytool.p12" },
    { "pkcs12", "keytool-legacy.p12" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      g_autoptr (GByteArray) store = seed (seeds[i][0], seeds[i][1]);

      expect_key (store, "ROBOT");
    }
}

/* Version 1 does not name the type of a certificate; JCEKS takes keys in JKS's protection too. */
static void
test_versions (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jks");

  for (unsigned version = 0; version <= 3; version++)
    for (unsigned i = 0; i < 2; i++)
      {
        g_autoptr (GByteArray) store = begin_store (i == 0 ? JKS : JCEKS, version, 1);

        add_head (store, 1, "robot", 5);
        add_sized (store, 4, parts.key.at, parts.key.left);
        add_number (store, 4, 1);
        add_certificate (store, version, parts.certificate.at, parts.certificate.left);
        end_store (store);
        if (version == 1 || version == 2)
          expect_key (store, NULL);
        else
          expect_error (store, NULL, "damaged or cut short");
      }
}

static void
test_alias_encoding (void)
{
  static const struct {
    const char *bytes;
    const char *text; /* NULL: malformed */
  } cases[] = {
    { "", "" },
    { "robot", "robot" },
    { "Schl\xc3\xbcssel", "Schlüssel" },
    { "\xe2\x82\xac", "€" },
    { "\xed\xa0\xbd\xed\xb8\x80!", "😀!" }, /* U+D83D U+DE00 */
    { "a\xc0\x80z", "a\xef\xbf\xbdz" },    /* U+0000 */
    { "\xed\xa0\xbdz", "\xef\xbf\xbdz" },
    { "\xed\xb8\x80\xed\xa0\xbd", "\xef\xbf\xbd\xef\xbf\xbd" },
    { "\xf0\x9f\x98\x80", NULL },
    { "\x80", NULL },
    { "\xc3", NULL },
    { "\xc3z", NULL },
    { "\xe2\x82", NULL },
    { "\xe2\x82z", NULL },
    { "\xff", NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Reader reader = { (const unsigned char *) cases[i].bytes, strlen (cases[i].bytes) };
      g_autofree char *text = jks_alias_decode (reader);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_aliases (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jks");
  g_autoptr (GByteArray) store = begin_store (JKS, 2, 3);
  g_autoptr (GByteArray) malformed = begin_store (JKS, 2, 1);

  add_key (store, "\xed\xa0\xbd\xed\xb8\x80", &parts);
  add_key (store, "a\xc0\x80z", &parts);
  add_key (store, "ROBOT", &parts);
  end_store (store);
  expect_key (store, "😀");
  expect_key (store, "robot");
  expect_error (store, NULL, "it holds 3 keys, and no alias says which: 😀, a");
  add_key (malformed, "\xff", &parts);
  end_store (malformed);
  expect_error (malformed, NULL, "damaged or cut short");
}

/* Only the first certificate of the chain is the key's. */
static void
test_chain (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jks");
  g_autoptr (GByteArray) other = seed ("pem", "bundle.pem");
  gnutls_datum_t pem = { other->data, other->len };
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  g_auto (gnutls_datum_t) der = { 0 };

  gnutls_x509_crt_init (&certificate);
  g_assert_cmpint (gnutls_x509_crt_import (certificate, &pem, GNUTLS_X509_FMT_PEM), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der), ==, 0);
  for (unsigned own_place = 0; own_place < 2; own_place++)
    {
      g_autoptr (GByteArray) store = begin_store (JKS, 2, 1);

      add_head (store, 1, "robot", 5);
      add_sized (store, 4, parts.key.at, parts.key.left);
      add_number (store, 4, 2);
      for (unsigned i = 0; i < 2; i++)
        add_certificate (store, 2, i == own_place ? parts.certificate.at : der.data,
                         i == own_place ? parts.certificate.left : der.size);
      end_store (store);
      if (own_place == 0)
        expect_key (store, NULL);
      else
        expect_error (store, NULL, "does not belong to the certificate");
    }
}

static void
test_odd_stores (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jks");
  g_autoptr (GByteArray) empty = begin_store (JKS, 2, 0);
  g_autoptr (GByteArray) longer = begin_store (JKS, 2, 1);
  g_autoptr (GByteArray) unknown = begin_store (JCEKS, 2, 1);
  g_autoptr (GByteArray) secret = begin_store (JKS, 2, 1);
  g_autoptr (GByteArray) bare = begin_store (JKS, 2, 1);

  end_store (empty);
  expect_error (empty, NULL, "the Java keystore is empty");
  add_key (longer, "robot", &parts);
  add_number (longer, 1, 0);
  end_store (longer);
  expect_error (longer, NULL, "damaged or cut short");
  add_head (unknown, 4, "robot", 5);
  end_store (unknown);
  expect_error (unknown, NULL, "damaged or cut short");
  add_head (secret, 3, "robot", 5); /* JKS has none */
  end_store (secret);
  expect_error (secret, NULL, "damaged or cut short");
  add_head (bare, 1, "robot", 5);
  add_sized (bare, 4, parts.key.at, parts.key.left);
  add_number (bare, 4, 0);
  end_store (bare);
  expect_key (bare, NULL);
}

static void
test_entries_limit (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jks");

  for (unsigned count = 10000; count <= 10001; count++)
    {
      g_autoptr (GByteArray) store = begin_store (JKS, 2, count);

      add_key (store, "robot", &parts);
      for (unsigned i = 1; i < count; i++)
        add_trusted (store, "x", 1, 0);
      end_store (store);
      if (count == 10000)
        expect_key (store, NULL);
      else
        expect_error (store, NULL, "more than 10000 entries");
    }
}

static void
test_alias_limit (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jks");

  for (size_t length = 1024; length <= 1025; length++)
    {
      g_autofree char *alias = g_strnfill (length, 'a');
      g_autoptr (GByteArray) key = begin_store (JKS, 2, 1);
      g_autoptr (GByteArray) trusted = begin_store (JKS, 2, 1);
      bool within = length == 1024;

      add_key (key, alias, &parts);
      end_store (key);
      if (within)
        expect_key (key, alias);
      else
        expect_error (key, alias, "longer than 1024 bytes");
      add_trusted (trusted, alias, length, 0);
      end_store (trusted);
      expect_error (trusted, NULL, within ? "no private key" : "longer than 1024 bytes");
    }
}

static void
test_chain_limit (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jks");

  for (unsigned count = 32; count <= 33; count++)
    {
      g_autoptr (GByteArray) store = begin_store (JKS, 2, 1);

      add_head (store, 1, "robot", 5);
      add_sized (store, 4, parts.key.at, parts.key.left);
      add_number (store, 4, count);
      for (unsigned i = 0; i < count; i++)
        add_certificate (store, 2, parts.certificate.at, parts.certificate.left);
      end_store (store);
      if (count == 32)
        expect_key (store, NULL);
      else
        expect_error (store, NULL, "more than 32 certificates");
    }
}

/* What follows a key inside its entry is not looked at. */
static void
test_size_limits (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jks");

  for (size_t length = 65536; length <= 65537; length++)
    {
      g_autofree uint8_t *padded = g_malloc0 (length);
      g_autoptr (GByteArray) store = begin_store (JKS, 2, 1);
      g_autoptr (GByteArray) trusted = begin_store (JKS, 2, 1);
      bool within = length == 65536;

      memcpy (padded, parts.key.at, parts.key.left);
      add_head (store, 1, "robot", 5);
      add_sized (store, 4, padded, length);
      add_number (store, 4, 0);
      end_store (store);
      if (within)
        expect_key (store, NULL);
      else
        expect_error (store, NULL, "longer than 65536 bytes");
      add_trusted (trusted, "root", 4, length);
      end_store (trusted);
      expect_error (trusted, NULL, within ? "no private key" : "longer than 65536 bytes");
    }
}

/* The key of keytool.jceks, with other bytes for its INTEGER of iterations, 10. */
static Secret *
change_rounds (const Parts *parts, const uint8_t *integer, size_t length)
{
  static const uint8_t ten[] = { 0x02, 0x01, 0x0a };
  static const size_t lengths[] = { 1, 3, 16 }; /* of the three SEQUENCEs around it */
  g_autoptr (GByteArray) key = g_byte_array_new ();
  const uint8_t *at = memmem (parts->key.at, parts->key.left, ten, sizeof ten);
  size_t before = (size_t) (at - parts->key.at);

  g_byte_array_append (key, parts->key.at, (unsigned) before);
  g_byte_array_append (key, integer, (unsigned) length);
  g_byte_array_append (key, at + sizeof ten, (unsigned) (parts->key.left - before - sizeof ten));
  for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++)
    key->data[lengths[i]] += (uint8_t) (length - sizeof ten);
  return secret_new ((const char *) key->data, key->len);
}

/* At the limit the key's passphrase is asked for, which comes after the check. */
static void
test_rounds_limit (void)
{
  g_auto (Parts) parts = take_apart ("keytool.jceks");

  for (unsigned over = 0; over < 2; over++)
    {
      const uint8_t integer[] = { 0x02, 0x03, 0x4c, 0x4b, (uint8_t) (0x40 + over) };
      g_autoptr (Secret) encoded = change_rounds (&parts, integer, sizeof integer);
      KeySource source = { .location = "", .passphrase = answer };
      g_auto (Unlock) unlock = { .source = &source };
      AvouchError code = over > 0 ? AVOUCH_ERROR_KEY : AVOUCH_ERROR_PASSPHRASE;
      g_autoptr (GError) error = NULL;

      g_assert_null (encoding_open_encrypted (encoded, &unlock, &error));
      g_assert_error (error, AVOUCH_ERROR, (int) code);
      g_assert_nonnull (strstr (error->message, over > 0 ? "more than 5000000 rounds" : "asked"));
    }
}

/* As large as a file may be: the rest of it is certificates of nobody. */
static void
test_largest_file (void)
{
  enum { HEAD_SIZE = 4 + 2 + 1 + 8 + 2 + 5 + 4, MOST = HEAD_SIZE + 65536 };
  g_auto (Parts) parts = take_apart ("keytool.jks");
  size_t left = KEY_MAX_FILE - HEAD - DIGEST;
  g_autoptr (GByteArray) store = begin_store (JKS, 2, 0);

  add_key (store, "robot", &parts);
  left -= store->len - HEAD;
  unsigned count = (unsigned) (left / MOST) + 1;
  for (unsigned i = 0; i < count; i++)
    add_trusted (store, "x", 1, i + 1 < count ? 65536 : left % MOST - HEAD_SIZE);
  store->data[HEAD - 2] = (uint8_t) ((count + 1) >> 8);
  store->data[HEAD - 1] = (uint8_t) (count + 1);
  end_store (store);
  g_assert_cmpuint (store->len, ==, KEY_MAX_FILE);
  expect_key (store, NULL);
}

static long
peak (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* Nothing is asserted of a store that is damaged and signed anew, but that it ends well. */
static void
try_signed (const uint8_t *bytes, size_t length)
{
  g_autofree uint8_t *copy = g_malloc (length + DIGEST);
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) key = NULL;

  memcpy (copy, bytes, length);
  digest_store (copy, length, copy + length);
  key = read_bytes (copy, length + DIGEST, NULL, &error);
  g_assert_true ((key == NULL) == (error != NULL));
  g_assert_true (error == NULL || error->domain == AVOUCH_ERROR);
}

static void
expect_damaged (const uint8_t *bytes, size_t length)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_bytes (bytes, length, NULL, &error));
  g_assert_true (error->domain == AVOUCH_ERROR);
}

static void
damage_store (GByteArray *store)
{
  static const uint8_t masks[] = { 0x01, 0x80, 0xff };

  for (size_t cut = 0; cut < store->len; cut++)
    {
      expect_damaged (store->data, cut);
      try_signed (store->data, cut);
    }
  for (size_t at = 0; at < store->len; at++)
    {
      for (unsigned mask = 1; mask < 256; mask++)
        {
          store->data[at] ^= (uint8_t) mask;
          expect_damaged (store->data, store->len);
          store->data[at] ^= (uint8_t) mask;
        }
      for (size_t i = 0; i < G_N_ELEMENTS (masks); i++)
        {
          store->data[at] ^= masks[i];
          try_signed (store->data, store->len - DIGEST);
          store->data[at] ^= masks[i];
        }
    }
}

static void
test_damage (void)
{
  long before = peak ();

  for (const char **name = (const char *[]){ "keytool.jks", "keytool.jceks", NULL }; *name != NULL;
       name++)
    {
      g_autoptr (GByteArray) store = seed ("jks", *name);

      damage_store (store);
    }
  if (!SANITIZED)
    g_assert_cmpint (peak () - before, <, MAX_GROWTH);
}

static const struct {
  const char *path;
  void (*run) (void);
} tests[] = {
  /* First, for it looks at the peak of memory. */
  { "/damage/every-truncation-and-changed-byte", test_damage },
  { "/jks/seeds-open", test_seeds },
  { "/jks/versions-one-and-two", test_versions },
  { "/jks/modified-utf8", test_alias_encoding },
  { "/jks/aliases", test_aliases },
  { "/jks/first-certificate-must-fit", test_chain },
  { "/jks/odd-stores", test_odd_stores },
  { "/limit/entries", test_entries_limit },
  { "/limit/alias", test_alias_limit },
  { "/limit/chain", test_chain_limit },
  { "/limit/key-and-certificate-size", test_size_limits },
  { "/limit/rounds", test_rounds_limit },
  { "/limit/file-size", test_largest_file },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].path, tests[i].run);
  return g_test_run ();
}
