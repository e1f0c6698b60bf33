/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "secret.h"

#include <string.h>
#include <unistd.h>

static void
test_holds_bytes_and_a_nul (void)
{
  g_autoptr (Secret) secret = secret_new ("a\0b", 3);
  size_t length;

  g_assert_cmpmem (secret_bytes (secret, &length), 4, "a\0b", 4);
  g_assert_cmpuint (length, ==, 3);
  g_assert_cmpuint (secret_length (secret), ==, 3);
}

static void
test_empty (void)
{
  g_autoptr (Secret) secret = secret_new ("", 0);

  g_assert_cmpstr (secret_bytes (secret, NULL), ==, "");
}

static void
test_equality (void)
{
  g_autoptr (Secret) one = secret_new ("token", 5);
  g_autoptr (Secret) same = secret_new ("token", 5);
  g_autoptr (Secret) other = secret_new ("tokem", 5);
  g_autoptr (Secret) longer = secret_new ("token\0", 6);

  g_assert_true (secret_equal (one, same));
  g_assert_false (secret_equal (one, other));
  g_assert_false (secret_equal (one, longer));
}

static void
test_buffer_grows (void)
{
  g_auto (SecretBuffer) buffer = { 0 };

  for (int i = 0; i < 1000; i++)
    secret_buffer_append (&buffer, "0123456789", -1);
  secret_buffer_printf (&buffer, "%s-%d", "end", 7);
  g_autoptr (Secret) secret = secret_buffer_end (&buffer);
  g_assert_cmpuint (secret_length (secret), ==, 10005);
  g_assert_cmpstr (secret_bytes (secret, NULL) + 9990, ==, "0123456789end-7");
  g_assert_null (buffer.data);
}

static int
open_holding (const char *text, size_t length)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], text, length), ==, (ssize_t) length);
  close (ends[1]);
  return ends[0];
}

static void
test_reads_up_to_the_limit (void)
{
  g_autoptr (GError) error = NULL;
  int at_limit = open_holding ("12345678", 8);
  int past_limit = open_holding ("123456789", 9);
  g_autoptr (Secret) whole = secret_read_fd (at_limit, 8, "thing", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (secret_bytes (whole, NULL), ==, "12345678");
  g_assert_null (secret_read_fd (past_limit, 8, "thing", &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_true (g_str_has_prefix (error->message, "thing: "));
  close (at_limit);
  close (past_limit);
}

static void
test_failed_read_and_write (void)
{
  g_autoptr (GError) read_error = NULL;
  g_autoptr (GError) write_error = NULL;
  g_autoptr (Secret) secret = secret_new ("x", 1);

  g_assert_null (secret_read_fd (-1, 8, "thing", &read_error));
  g_assert_error (read_error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_false (secret_write_fd (secret, -1, "thing", &write_error));
  g_assert_error (write_error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
}

static void
test_wipes (void)
{
  char bytes[] = "token";

  secret_wipe (bytes, sizeof bytes);
  g_assert_cmpmem (bytes, sizeof bytes, "\0\0\0\0\0\0", 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/holds-bytes-and-a-nul", test_holds_bytes_and_a_nul);
  g_test_add_func ("/secret/may-be-empty", test_empty);
  g_test_add_func ("/secret/equal-by-bytes-and-length", test_equality);
  g_test_add_func ("/secret/buffer-grows", test_buffer_grows);
  g_test_add_func ("/secret/reads-up-to-the-limit-and-not-past-it", test_reads_up_to_the_limit);
  g_test_add_func ("/secret/failed-read-and-write-are-errors", test_failed_read_and_write);
  g_test_add_func ("/secret/wipes", test_wipes);
  return g_test_run ();
}
