/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "record.h"
#include "text.h"

#include <string.h>

static Secret *
encode (const Record *record)
{
  g_autoptr (GError) error = NULL;
  Secret *bytes = record_encode (record, &error);

  g_assert_no_error (error);
  return bytes;
}

static Record *
sample (void)
{
  Record *record = record_new ("sample");
  g_autoptr (Secret) secret = secret_new ("hunter2", 7);

  record_add (record, "name", "a=b c");
  record_add (record, "absent", NULL);
  record_add_int (record, "number", INT64_MIN);
  record_add_secret (record, "secret", secret);
  record_add (record, "empty", "");
  record_add (record, "name", "again");
  return record;
}

static void
test_round_trip (void)
{
  g_autoptr (Record) record = sample ();
  g_autoptr (Secret) bytes = encode (record);
  g_autoptr (GError) error = NULL;
  g_autoptr (Record) back = record_decode (bytes, &error);
  int64_t number;
  const char *key;

  g_assert_no_error (error);
  g_assert_cmpstr (record_kind (back), ==, "sample");
  g_assert_cmpstr (record_get (back, "name"), ==, "a=b c");
  g_assert_null (record_get (back, "absent"));
  g_assert_true (record_get_int (back, "number", &number));
  g_assert_cmpint (number, ==, INT64_MIN);
  g_assert_false (record_get_int (back, "name", &number));
  g_autoptr (Secret) secret = record_get_secret (back, "secret");
  g_assert_cmpstr (secret_bytes (secret, NULL), ==, "hunter2");
  g_assert_cmpstr (record_get (back, "empty"), ==, "");
  g_assert_cmpuint (record_count (back), ==, 5);
  g_assert_cmpstr (record_field (back, 4, &key), ==, "again");
  g_assert_cmpstr (key, ==, "name");
}

static void
test_form (void)
{
  g_autoptr (Record) record = record_new ("sample");

  record_add (record, "key", "value");
  g_autoptr (Secret) bytes = encode (record);
  g_autofree char *sum = text_sha256 ("avouch sample 1\nkey=value\n", 26);
  g_autofree char *expected = g_strconcat ("avouch sample 1\nkey=value\nsum=", sum, "\n", NULL);
  g_assert_cmpstr (secret_bytes (bytes, NULL), ==, expected);
}

static void
assert_damaged (const char *bytes, size_t length)
{
  g_autoptr (Secret) secret = secret_new (bytes, length);
  g_autoptr (GError) error = NULL;

  g_assert_null (record_decode (secret, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
test_every_cut_is_damage (void)
{
  g_autoptr (Record) record = sample ();
  g_autoptr (Secret) bytes = encode (record);
  size_t length;
  const char *text = secret_bytes (bytes, &length);

  for (size_t i = 0; i < length; i++)
    assert_damaged (text, i);
}

static void
test_every_flip_is_damage (void)
{
  g_autoptr (Record) record = sample ();
  g_autoptr (Secret) bytes = encode (record);
  size_t length;
  const char *text = secret_bytes (bytes, &length);
  g_autofree char *copy = g_memdup2 (text, length);

  for (size_t i = 0; i < length; i++)
    {
      copy[i] ^= 1;
      assert_damaged (copy, length);
      copy[i] ^= 1;
    }
}

/* With a right sum: what our own encoder would never write. */
static void
test_malformed_text_is_refused (void)
{
  static const char *const texts[] = {
    "",
    "avouch",
    "avouch \n",
    "avouch  1\n",
    "avouch sample 2\n",
    "avouch Sample 1\n",
    "somebody sample 1\n",
    "avouch sample 1",
    "avouch sample 1\nkey=value",
    "avouch sample 1\nkey\n",
    "avouch sample 1\n=value\n",
    "avouch sample 1\nKey=value\n",
    "avouch sample 1\n\n",
    "avouch sample 1\nkey=a\rb\n",
    "avouch sample 1\nkey=a\x7f\n",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *sum = text_sha256 (texts[i], strlen (texts[i]));
      g_autofree char *whole = g_strconcat (texts[i], "sum=", sum, "\n", NULL);

      assert_damaged (whole, strlen (whole));
    }
}

static void
test_unknown_keys_are_kept (void)
{
  static const char text[] = "avouch sample 1\nfrom-the-future=1\n";
  g_autofree char *sum = text_sha256 (text, strlen (text));
  g_autofree char *whole = g_strconcat (text, "sum=", sum, "\n", NULL);
  g_autoptr (Secret) bytes = secret_new (whole, strlen (whole));
  g_autoptr (Record) record = record_decode (bytes, NULL);

  g_assert_cmpstr (record_get (record, "from-the-future"), ==, "1");
}

static void
assert_not_encoded (const char *value, size_t length)
{
  g_autoptr (Record) record = record_new ("sample");
  g_autoptr (Secret) secret = secret_new (value, length);
  g_autoptr (GError) error = NULL;

  record_add_secret (record, "token", secret);
  g_assert_null (record_encode (record, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "token"));
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
test_control_characters_are_not_written (void)
{
  assert_not_encoded ("hunter2\nsum=", 12);
  assert_not_encoded ("hunter2\r", 8);
  assert_not_encoded ("hunter2\0x", 9);
  assert_not_encoded ("hunter2\x7f", 8);
}

static Secret *
encode_value_of (size_t length, GError **error)
{
  g_autoptr (Record) record = record_new ("s");
  g_autofree char *value = g_strnfill (length, 'x');

  record_add (record, "v", value);
  return record_encode (record, error);
}

static void
test_longest (void)
{
  const size_t frame = strlen ("avouch s 1\nv=\nsum=\n") + TEXT_SHA256_LENGTH;
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) longest = encode_value_of (RECORD_MAX_LENGTH - frame, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (secret_length (longest), ==, RECORD_MAX_LENGTH);
  g_autoptr (Record) record = record_decode (longest, &error);
  g_assert_no_error (error);
  g_assert_nonnull (record);
  g_assert_null (encode_value_of (RECORD_MAX_LENGTH - frame + 1, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
}

static void
test_too_long_is_not_read (void)
{
  g_autofree char *value = g_strnfill (RECORD_MAX_LENGTH, 'x');
  g_autofree char *text = g_strconcat ("avouch s 1\nv=", value, "\n", NULL);
  g_autofree char *sum = text_sha256 (text, strlen (text));
  g_autofree char *whole = g_strconcat (text, "sum=", sum, "\n", NULL);

  assert_damaged (whole, strlen (whole));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/comes-back-as-it-was", test_round_trip);
  g_test_add_func ("/record/has-the-documented-form", test_form);
  g_test_add_func ("/record/cut-anywhere-is-damaged", test_every_cut_is_damage);
  g_test_add_func ("/record/one-flipped-bit-is-damage", test_every_flip_is_damage);
  g_test_add_func ("/record/malformed-text-is-refused", test_malformed_text_is_refused);
  g_test_add_func ("/record/unknown-keys-are-kept", test_unknown_keys_are_kept);
  g_test_add_func ("/record/control-characters-are-not-written",
                   test_control_characters_are_not_written);
  g_test_add_func ("/record/longest-passes-and-one-more-does-not", test_longest);
  g_test_add_func ("/record/too-long-is-not-read", test_too_long_is_not_read);
  return g_test_run ();
}
