/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "pattern.h"

#include <string.h>

static void
assert_match (const char *pattern_text, const char *url_text, bool wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Pattern) pattern = pattern_parse (pattern_text, &error);
  g_autoptr (Url) url = url_parse (url_text, NULL);

  g_assert_no_error (error);
  g_assert_nonnull (url);
  if (pattern_matches (pattern, url) != wanted)
    g_error ("%s %s %s", pattern_text, wanted ? "must match" : "must not match", url_text);
}

/* The message must name the pattern, and its reason hold MENTION. */
static void
assert_refused (const char *text, const char *mention)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Pattern) pattern = pattern_parse (text, &error);

  if (pattern != NULL)
    g_error ("accepted %s", text);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  if (!g_str_has_prefix (error->message, text) || strstr (error->message, mention) == NULL)
    g_error ("%s: %s", text, error->message);
}

static void
test_host (void)
{
  assert_match ("https://github.com", "https://github.com", true);
  assert_match ("https://github.com", "https://GITHUB.COM/a", true);
  assert_match ("https://github.com", "https://github.com:443/a?q", true);
  assert_match ("https://github.com", "https://github.com./a", true);
  assert_match ("https://GitHub.com.:443/", "https://github.com", true);
  assert_match ("https://github.com", "https://github.com.evil", false);
  assert_match ("https://github.com", "https://evilgithub.com", false);
  assert_match ("https://github.com", "https://www.github.com", false);
  assert_match ("https://github.com", "https://com", false);
  assert_match ("https://[2001:DB8::0:1]", "https://[2001:db8::1]", true);
  assert_match ("https://[2001:db8::1]", "https://[2001:db8::2]", false);
}

static void
test_port_and_scheme (void)
{
  assert_match ("https://github.com", "https://github.com:8443", false);
  assert_match ("https://github.com:8443", "https://github.com", false);
  assert_match ("https://github.com:8443", "https://github.com:8443/x", true);
  assert_match ("http://localhost:8080", "https://localhost:8080", false);
  assert_match ("http://localhost:8080", "http://localhost:8080/x", true);
}

static void
test_wildcard (void)
{
  assert_match ("https://*.example.com", "https://a.example.com/x", true);
  assert_match ("https://*.Example.com.", "https://A.example.com", true);
  assert_match ("https://*.example.com", "https://xn--bcher-kva.example.com", true);
  assert_match ("https://*.example.com", "https://example.com", false);
  assert_match ("https://*.example.com", "https://a.b.example.com", false);
  assert_match ("https://*.example.com", "https://a.example.com.evil", false);
  assert_match ("https://*.example.com", "https://a.evilexample.com", false);
  assert_match ("https://a.*.example.com", "https://a.b.example.com", true);
  assert_match ("https://a.*.example.com", "https://c.b.example.com", false);
  assert_match ("https://*.*.example.com", "https://a.b.example.com", true);
  assert_match ("https://*.*.example.com", "https://b.example.com", false);
  assert_match ("https://*.example.com:8443/x", "https://a.example.com:8443/x/y", true);
  assert_match ("https://*.example.com", "https://1.2.3.4", false);
  /* The letter that stands in while the pattern is parsed is not one of it. */
  assert_match ("https://*.x.example.com", "https://a.b.example.com", false);
}

static void
test_bad_wildcard (void)
{
  assert_refused ("https://*", "strangers");
  assert_refused ("https://*.com", "strangers");
  assert_refused ("https://*.com.", "strangers");
  assert_refused ("https://example.*", "strangers");
  assert_refused ("https://a.*.com", "strangers");
  assert_refused ("https://*.*.com", "strangers");
  assert_refused ("https://a*.example.com", "whole part");
  assert_refused ("https://*a.example.com", "whole part");
  assert_refused ("https://**.example.com", "whole part");
  assert_refused ("https://example.com/*", "whole part");
  assert_refused ("https://example.com/a/*/b", "whole part");
  assert_refused ("https://example.com:*", "whole part");
  assert_refused ("*://example.com", "whole part");
  assert_refused ("https://[*::1]", "whole part");
  assert_refused ("*.example.com", "https://");
  assert_refused ("https://*.0.0.1", "IPv4");
  assert_refused ("https://10.*.0.1", "IPv4");
  assert_refused ("http://*.dev.localhost", "plain http");
}

static void
test_path (void)
{
  assert_match ("https://h.example/a", "https://h.example/a", true);
  assert_match ("https://h.example/a", "https://h.example/a/", true);
  assert_match ("https://h.example/a", "https://h.example/a/b", true);
  assert_match ("https://h.example/a", "https://h.example/a?q=1", true);
  assert_match ("https://h.example/a/", "https://h.example/a", true);
  assert_match ("https://h.example/", "https://h.example", true);
  assert_match ("https://h.example/a", "https://h.example/ab", false);
  assert_match ("https://h.example/a", "https://h.example/A", false);
  assert_match ("https://h.example/a", "https://h.example", false);
  assert_match ("https://h.example/a", "https://h.example/", false);
  assert_match ("https://h.example/a", "https://h.example/b/a", false);
  assert_match ("https://h.example/a/b", "https://h.example/a", false);
}

static void
test_empty_segments (void)
{
  assert_match ("https://h.example/a", "https://h.example//a", false);
  assert_match ("https://h.example/a/b", "https://h.example/a//b", false);
  assert_match ("https://h.example/a", "https://h.example/a//b", true);
  assert_match ("https://h.example", "https://h.example//a", true);
  assert_refused ("https://h.example//a", "//");
  assert_refused ("https://h.example/a//", "//");
}

static void
test_malformed (void)
{
  assert_refused ("github.com", "https://");
  assert_refused ("ssh://github.com", "https://");
  assert_refused ("http://github.com", "plain http");
  assert_refused ("https://", "no host");
  assert_refused ("https://h.example?q", "query");
  assert_refused ("https://h.example/a?", "query");
  assert_refused ("https://h.example#x", "fragment");
  assert_refused ("https://h.example/a/../b", "segment");
  assert_refused ("https://h.example/a%2fb", "encoded");
  assert_refused ("https://h.example:99999", "port");
  assert_refused ("https://127.1", "IPv4");
}

static void
test_error_hides_userinfo (void)
{
  static const char *const texts[] = {
    "https://me:hunter2@github.com",
    "https://me:*hunter2@github.com",
    "me:hunter2@github.com",
    "https://me:hunter2/@github.com",
    NULL,
  };

  for (size_t i = 0; texts[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (pattern_parse (texts[i], &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_null (strstr (error->message, "hunter2"));
      g_assert_nonnull (strstr (error->message, "@github.com"));
    }
}

static void
test_error_is_clean (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pattern_parse ("https://\x1b[31mred\n.example", &error));
  g_assert_true (g_str_has_prefix (error->message, "https://red .example: "));
}

static int
compare (const char *a, const char *b)
{
  g_autoptr (Pattern) left = pattern_parse (a, NULL);
  g_autoptr (Pattern) right = pattern_parse (b, NULL);
  int order = pattern_compare (left, right);

  g_assert_cmpint (pattern_compare (right, left), ==, -order);
  return order;
}

static void
test_specificity (void)
{
  /* From the least to the most specific. */
  static const char *const order[] = {
    "https://*.*.h.example",     "https://*.*.h.example/a", "https://*.b.h.example",
    "https://*.b.h.example/a",   "https://a.b.h.example",   "https://a.b.h.example/a",
    "https://a.b.h.example/a/b",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (order); i++)
    for (size_t j = 0; j < i; j++)
      g_assert_cmpint (compare (order[i], order[j]), >, 0);
  g_assert_cmpint (compare ("https://a.b.h.example/x/", "https://A.b.h.example:443/x"), ==, 0);
  g_assert_cmpint (compare ("https://*.b.h.example", "https://a.*.h.example"), ==, 0);
}

static void
test_origin (void)
{
  g_autoptr (Pattern) plain = pattern_parse ("https://H.example:8443/a", NULL);
  g_autoptr (Pattern) wild = pattern_parse ("https://*.h.example", NULL);
  g_autofree char *origin = pattern_origin (plain);

  g_assert_cmpstr (origin, ==, "https://h.example:8443");
  g_assert_null (pattern_origin (wild));
  g_assert_cmpstr (pattern_text (plain), ==, "https://H.example:8443/a");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pattern/host-matches-whole-after-normalising", test_host);
  g_test_add_func ("/pattern/port-and-scheme-match-exactly", test_port_and_scheme);
  g_test_add_func ("/pattern/star-is-exactly-one-label", test_wildcard);
  g_test_add_func ("/pattern/odd-stars-are-refused", test_bad_wildcard);
  g_test_add_func ("/pattern/path-matches-on-whole-segments", test_path);
  g_test_add_func ("/pattern/empty-segments-match-nothing-else", test_empty_segments);
  g_test_add_func ("/pattern/malformed-is-a-config-error", test_malformed);
  g_test_add_func ("/pattern/error-hides-user-information", test_error_hides_userinfo);
  g_test_add_func ("/pattern/error-is-one-clean-line", test_error_is_clean);
  g_test_add_func ("/pattern/fewer-stars-then-longer-path-is-more-specific", test_specificity);
  g_test_add_func ("/pattern/origin-only-without-star", test_origin);
  return g_test_run ();
}
