/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "request.h"

static char *
digest (const Request *request)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  request_digest (request, checksum);
  return g_strdup (g_checksum_get_string (checksum));
}

/* The digest of a request of plain texts; a URL only where URL is not NULL. */
static char *
digest_of (const char *profile, const char *url, const char *username, const char *audience,
           const char *scope)
{
  g_autoptr (Request) request = request_new ();

  request->profile = g_strdup (profile);
  request->url = url != NULL ? url_parse (url, NULL) : NULL;
  request->username = g_strdup (username);
  request->audience = g_strdup (audience);
  request->scope = g_strdup (scope);
  return digest (request);
}

static void
test_new (void)
{
  g_autoptr (Request) request = request_new ();

  g_assert_null (request->profile);
  g_assert_null (request->url);
  g_assert_null (request->username);
  g_assert_null (request->audience);
  g_assert_null (request->scope);
}

static void
test_same (void)
{
  g_autofree char *first = digest_of ("acme", "https://GitHub.com:443/a", "me", "aud", "s");
  g_autofree char *same = digest_of ("acme", "https://github.com./a", "me", "aud", "s");

  g_assert_cmpstr (first, ==, same);
}

static void
test_different (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_true (g_hash_table_add (seen, digest_of ("a", NULL, NULL, NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of (NULL, NULL, "a", NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of (NULL, NULL, NULL, "a", NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of (NULL, NULL, NULL, NULL, "a")));
  g_assert_true (g_hash_table_add (seen, digest_of ("a", NULL, "", NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of ("ab", NULL, "c", NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of ("a", NULL, "bc", NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of ("a", NULL, NULL, "bc", NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of (NULL, "https://a.b", NULL, NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of (NULL, "https://a.b/", NULL, NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of (NULL, "https://a.b?", NULL, NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of (NULL, "https://a.b:8443", NULL, NULL, NULL)));
  g_assert_true (g_hash_table_add (seen, digest_of ("https://a.b", NULL, NULL, NULL, NULL)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/starts-empty", test_new);
  g_test_add_func ("/request/same-place-in-other-words-has-one-digest", test_same);
  g_test_add_func ("/request/digests-of-different-requests-differ", test_different);
  return g_test_run ();
}
