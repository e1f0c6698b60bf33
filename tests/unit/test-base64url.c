/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base64url.h"
#include "error.h"

#include <string.h>

/* RFC 4648 section 10, without the padding; RFC 7515 appendix C; and both special digits. */
static const struct {
  const char *bytes;
  const char *text;
} pairs[] = {
  { "", "" },
  { "f", "Zg" },
  { "fo", "Zm8" },
  { "foo", "Zm9v" },
  { "foob", "Zm9vYg" },
  { "fooba", "Zm9vYmE" },
  { "foobar", "Zm9vYmFy" },
  { "\x03\xec\xff\xe0\xc1", "A-z_4ME" },
  { "\xfb\xff\xbf", "-_-_" },
};

static const char *const refused[] = {
  "Zg==", "Zm8=",  "=",  "Z",   "Zm9vY", "Zm9v\n", " Zm9v",    "Zm 9v",
  "+/+/", "Zm9v.", "Zh", "Zm9", "-_-_-", "Zg\t",   "\xc3\xa9",
};

static void
test_pairs (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_auto (SecretBuffer) buffer = { 0 };
      g_autoptr (GError) error = NULL;
      g_autoptr (Secret) encoded = NULL;
      g_autoptr (Secret) decoded = NULL;

      base64url_append (&buffer, pairs[i].bytes, strlen (pairs[i].bytes));
      encoded = secret_buffer_end (&buffer);
      g_assert_cmpstr (secret_bytes (encoded, NULL), ==, pairs[i].text);
      decoded = base64url_decode (pairs[i].text, strlen (pairs[i].text), &error);
      g_assert_no_error (error);
      g_assert_cmpstr (secret_bytes (decoded, NULL), ==, pairs[i].bytes);
    }
}

static void
test_refused (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (base64url_decode (refused[i], strlen (refused[i]), &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_every_byte (void)
{
  g_auto (SecretBuffer) buffer = { 0 };
  g_autoptr (Secret) encoded = NULL;
  g_autoptr (Secret) decoded = NULL;
  unsigned char bytes[256];
  const char *back;
  size_t length;

  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (unsigned char) i;
  base64url_append (&buffer, bytes, sizeof bytes);
  encoded = secret_buffer_end (&buffer);
  decoded = base64url_decode (secret_bytes (encoded, NULL), secret_length (encoded), NULL);
  back = secret_bytes (decoded, &length);
  g_assert_cmpuint (length, ==, sizeof bytes);
  g_assert_true (memcmp (back, bytes, sizeof bytes) == 0);
}

static void
test_nul (void)
{
  g_assert_null (base64url_decode ("Zm9\0", 4, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base64url/pairs-both-ways", test_pairs);
  g_test_add_func ("/base64url/loose-text-is-refused", test_refused);
  g_test_add_func ("/base64url/every-byte-comes-back", test_every_byte);
  g_test_add_func ("/base64url/nul-is-refused", test_nul);
  return g_test_run ();
}
