/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "url.h"

#include <string.h>

/* Checks that TEXT is refused, without a word of what may be secret in it. */
static void
assert_refused (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Url) url = url_parse (text, &error);

  if (url != NULL)
    g_test_message ("accepted: %s", text);
  g_assert_null (url);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, "hunter2"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
assert_refused_parts (const char *scheme, const char *host, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Url) url = url_from_parts (scheme, host, path, &error);

  if (url != NULL)
    g_test_message ("accepted: %s %s %s", scheme, host, path);
  g_assert_null (url);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
assert_refused_all (const char *const *texts)
{
  for (; *texts != NULL; texts++)
    assert_refused (*texts);
}

static void
assert_normal (const char *text, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Url) url = url_parse (text, &error);
  g_autofree char *normal = NULL;

  g_assert_no_error (error);
  normal = url_to_string (url);
  g_assert_cmpstr (normal, ==, wanted);
}

static void
test_parts (void)
{
  g_autoptr (Url) url = url_parse ("HTTPS://Git.Example.COM:8443/A/b?q=/x", NULL);
  g_autofree char *origin = url_origin (url);

  g_assert_cmpstr (url->scheme, ==, "https");
  g_assert_cmpstr (url->host, ==, "git.example.com");
  g_assert_cmpuint (url->port, ==, 8443);
  g_assert_cmpstr (url->path, ==, "/A/b");
  g_assert_cmpstr (url->query, ==, "q=/x");
  g_assert_cmpstr (origin, ==, "https://git.example.com:8443");
}

static void
test_absent_parts (void)
{
  g_autoptr (Url) bare = url_parse ("https://github.com", NULL);
  g_autoptr (Url) query = url_parse ("https://github.com?", NULL);

  g_assert_cmpstr (bare->path, ==, "");
  g_assert_null (bare->query);
  g_assert_cmpuint (bare->port, ==, 443);
  g_assert_cmpstr (query->path, ==, "");
  g_assert_cmpstr (query->query, ==, "");
}

static void
test_same_host (void)
{
  static const char *const hosts[] = {
    "github.com", "GITHUB.COM", "github.com:443", "github.com.", "GitHub.com.:443", NULL,
  };

  for (size_t i = 0; hosts[i] != NULL; i++)
    {
      g_autofree char *text = g_strconcat ("https://", hosts[i], "/a", NULL);
      g_autoptr (Url) parts = url_from_parts ("https", hosts[i], "a", NULL);
      g_autofree char *from_parts = url_to_string (parts);

      assert_normal (text, "https://github.com/a");
      g_assert_cmpstr (from_parts, ==, "https://github.com/a");
    }
}

static void
test_other_host (void)
{
  assert_normal ("https://github.com.evil", "https://github.com.evil");
  assert_normal ("https://evilgithub.com", "https://evilgithub.com");
  assert_normal ("https://github.com:8443", "https://github.com:8443");
}

static void
test_userinfo (void)
{
  static const char *const texts[] = {
    "https://github.com@evil",       "https://me:hunter2@github.com/", "https://@github.com",
    "https://:hunter2@github.com?x", "https://me:hunter2@gi thub.com", NULL,
  };

  assert_refused_all (texts);
  assert_refused_parts ("https", "github.com@evil", NULL);
  assert_refused_parts ("https", "me:hunter2@github.com", "a");
}

/* A password with a slash makes the user's name look like the host, and the password like a port.
 */
static void
test_misread_userinfo (void)
{
  assert_refused ("https://me:hunter2/x@github.com");
  assert_refused ("https://hunter2!/x@github.com");
  assert_refused ("me:hunter2@github.com");
}

static void
test_delimiters (void)
{
  static const char *const texts[] = {
    "https://github.com#evil",
    "https://github.com/a#b",
    "https://github.com\\@evil",
    "https://github.com\\evil",
    "https://github.com/a\\b",
    "https://git hub.com",
    "https://github.com ",
    " https://github.com",
    "https://github.com/\n",
    "https://evil%0ahost=github.com",
    "https://evil\rhost=github.com",
    "https://evil\nhost=github.com",
    "https://g\x7fhub.com",
    "https://github.com/\xc3\xa9",
    "https://g\xd0\xb8thub.com",
    "https://github.com/\t",
    NULL,
  };

  assert_refused_all (texts);
}

static void
test_parts_do_not_move_borders (void)
{
  assert_refused_parts ("https", "github.com#evil", NULL);
  assert_refused_parts ("https", "github.com\\@evil", NULL);
  assert_refused_parts ("https", "evil/x", "github.com");
  assert_refused_parts ("https", "evil?x", NULL);
  assert_refused_parts ("https", "evil\rhost=github.com", NULL);
  assert_refused_parts ("https", "evil\nhost=github.com", NULL);
  assert_refused_parts ("https", "evil%0ahost=github.com", NULL);
  assert_refused_parts ("https", "", NULL);
  assert_refused_parts ("https://evil/", "github.com", NULL);
  assert_refused_parts ("https:", "github.com", NULL);
  assert_refused_parts ("", "github.com", NULL);
  assert_refused_parts ("ssh", "github.com", NULL);
  assert_refused_parts ("http", "github.com", NULL);
}

static void
test_git_path (void)
{
  static const struct {
    const char *path;
    const char *wanted;
  } cases[] = {
    { NULL, "https://h.example" },
    { "", "https://h.example" },
    { "a/b.git", "https://h.example/a/b.git" },
    { "/a", "https://h.example/a" },
    { "My Project/caf\xc3\xa9", "https://h.example/My%20Project/caf%C3%A9" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Url) url = url_from_parts ("https", "h.example", cases[i].path, NULL);
      g_autofree char *text = url_to_string (url);

      g_assert_cmpstr (text, ==, cases[i].wanted);
    }
}

static void
test_bad_git_path (void)
{
  static const char *const paths[] = {
    "..", "a/../b", "a/%2fb", "a\nb", "a\rb", "a\tb", "a\\b", "a#b", "100%", "caf\xe9", NULL,
  };

  for (size_t i = 0; paths[i] != NULL; i++)
    assert_refused_parts ("https", "h.example", paths[i]);
}

static void
test_scheme (void)
{
  static const char *const texts[] = {
    "",
    "https",
    "https:",
    "https:/",
    "https:/github.com",
    "//github.com",
    "github.com",
    "ssh://github.com",
    "httpss://github.com",
    "file:///etc/passwd",
    "https:///path",
    "https://",
    "https://?q",
    NULL,
  };

  assert_refused_all (texts);
}

static void
test_plain_http (void)
{
  static const char *const refused[] = {
    "http://github.com",     "http://127.0.0.1.evil",
    "http://localhost.evil", "http://foo.localhost",
    "http://128.0.0.1",      "http://0.0.0.0",
    "http://[::2]",          "http://[::ffff:127.0.0.1]",
    "http://10.0.0.1",       NULL,
  };

  assert_refused_all (refused);
  assert_normal ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x");
  assert_normal ("http://127.255.255.254", "http://127.255.255.254");
  assert_normal ("http://localhost:80", "http://localhost");
  assert_normal ("http://LOCALHOST.", "http://localhost");
  assert_normal ("http://[0:0:0:0:0:0:0:1]:81", "http://[::1]:81");
}

static void
test_plain_http_hint (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (url_parse ("http://github.com/secret?hunter2", &error));
  g_assert_nonnull (strstr (error->message, "github.com"));
  g_assert_nonnull (strstr (error_hint (error), "https"));
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_loopback (void)
{
  static const struct {
    const char *text;
    bool loopback;
  } cases[] = {
    { "https://localhost", true },    { "https://127.1.2.3", true }, { "https://[::1]", true },
    { "https://example.com", false }, { "https://[::]", false },     { "https://126.0.0.1", false },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Url) url = url_parse (cases[i].text, NULL);
      g_assert_true (url_is_loopback (url) == cases[i].loopback);
    }
}

static void
test_port (void)
{
  static const char *const refused[] = {
    "https://h.example:",
    "https://h.example:0",
    "https://h.example:65536",
    "https://h.example:0443",
    "https://h.example:+443",
    "https://h.example:-1",
    "https://h.example:44 3",
    "https://h.example:x",
    "https://h.example:443:443",
    "https://h.example:4.3",
    "https://h.example:99999999999999999999",
    "https://[::1]443",
    NULL,
  };

  assert_refused_all (refused);
  assert_normal ("https://h.example:65535", "https://h.example:65535");
  assert_normal ("https://h.example:1", "https://h.example:1");
  assert_normal ("https://h.example:80", "https://h.example:80");
  assert_normal ("http://localhost:443", "http://localhost:443");
  g_assert_cmpuint (url_default_port ("https"), ==, 443);
  g_assert_cmpuint (url_default_port ("http"), ==, 80);
  g_assert_cmpuint (url_default_port ("ftp"), ==, 0);
}

static void
test_ipv4 (void)
{
  static const char *const refused[] = {
    "https://127.1",
    "https://0x7f.1",
    "https://0x7f000001",
    "https://0177.0.0.1",
    "https://127.0.01",
    "https://2130706433",
    "https://1.2.3.4.5",
    "https://1.2.3.256",
    "https://1.2.3.4.",
    "https://1.2.3.0x4",
    "https://1..2",
    "https://...",
    "https://host.123",
    "https://host.0x",
    "https://1.2.3.04",
    "https://0X7F.0.0.1",
    NULL,
  };

  assert_refused_all (refused);
  assert_normal ("https://192.0.2.7", "https://192.0.2.7");
  assert_normal ("https://4.3.2.1.example", "https://4.3.2.1.example");
}

static void
test_ipv6 (void)
{
  static const char *const refused[] = {
    "https://[::1",
    "https://::1",
    "https://[]",
    "https://[::1]x",
    "https://[::1].",
    "https://[fe80::1%eth0]",
    "https://[fe80::1%25eth0]",
    "https://[1:2]",
    "https://[127.0.0.1]",
    "https://[[::1]]",
    "https://[::1]:",
    "https://[v1.x]",
    NULL,
  };

  assert_refused_all (refused);
  assert_normal ("https://[2001:DB8:0:0::00FF]", "https://[2001:db8::ff]");
  assert_normal ("https://[2001:db8::ff]:443/a", "https://[2001:db8::ff]/a");
  assert_normal ("https://[::1]:8443", "https://[::1]:8443");
}

static void
test_labels (void)
{
  static const char *const refused[] = {
    "https://.",
    "https://.example",
    "https://a..example",
    "https://a.example..",
    "https://-a.example",
    "https://a-.example",
    "https://a.-",
    "https://*.example.com",
    "https://a%2ecom",
    "https://a,b",
    "https://a~b",
    "https://a!b",
    NULL,
  };

  assert_refused_all (refused);
  assert_normal ("https://my_host-1.example", "https://my_host-1.example");
  assert_normal ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example");
}

static char *
make_host (size_t first, size_t last)
{
  g_autofree char *a = g_strnfill (first, 'a');
  g_autofree char *b = g_strnfill (63, 'b');
  g_autofree char *c = g_strnfill (last, 'c');

  return g_strjoin (".", a, b, b, c, NULL);
}

static void
test_host_limits (void)
{
  g_autofree char *longest = make_host (63, 61);
  g_autofree char *longer = make_host (63, 62);
  g_autofree char *label = make_host (64, 10);
  g_autofree char *good = g_strconcat ("https://", longest, NULL);
  g_autofree char *rooted = g_strconcat ("https://", longest, ".", NULL);
  g_autofree char *bad = g_strconcat ("https://", longer, NULL);
  g_autofree char *bad_label = g_strconcat ("https://", label, NULL);

  g_assert_cmpuint (strlen (longest), ==, URL_MAX_HOST);
  assert_normal (good, good);
  assert_normal (rooted, good);
  assert_refused (bad);
  assert_refused (bad_label);
}

static void
test_length_limit (void)
{
  g_autofree char *filler = g_strnfill (URL_MAX_LENGTH, 'a');
  g_autofree char *longer = g_strconcat ("https://h.example/", filler, NULL);

  longer[URL_MAX_LENGTH] = '\0';
  assert_normal (longer, longer);
  longer[URL_MAX_LENGTH] = 'a';
  longer[URL_MAX_LENGTH + 1] = '\0';
  assert_refused (longer);
}

static void
test_path (void)
{
  static const char *const refused[] = {
    "https://h.example/..",
    "https://h.example/.",
    "https://h.example/a/../b",
    "https://h.example/a/./b",
    "https://h.example/a/..",
    "https://h.example/..;x/b",
    "https://h.example/a%2fb",
    "https://h.example/a%2Fb",
    "https://h.example/%2e%2e/b",
    "https://h.example/%2E",
    "https://h.example/a%5cb",
    "https://h.example/a%5Cb",
    "https://h.example/a%00",
    "https://h.example/a%0a",
    "https://h.example/a%0D",
    "https://h.example/a%1f",
    "https://h.example/a%7F",
    "https://h.example/a%",
    "https://h.example/a%4",
    "https://h.example/a%zz",
    "https://h.example/a%4g",
    "https://h.example/ok%20/a%2f",
    "https://h.example/?a=%",
    "https://h.example/?a=%4",
    "https://h.example/ok?a=%20&b=%zz",
    NULL,
  };

  assert_refused_all (refused);
  assert_normal ("https://h.example/a%20b/%C3%a9", "https://h.example/a%20b/%C3%a9");
  assert_normal ("https://h.example/.git/a..b/...", "https://h.example/.git/a..b/...");
  assert_normal ("https://h.example//a//", "https://h.example//a//");
  assert_normal ("https://h.example/@scope/x", "https://h.example/@scope/x");
  assert_normal ("https://h.example/?a=../%2f", "https://h.example/?a=../%2f");
}

static void
test_error_may_be_null (void)
{
  g_assert_null (url_parse ("http://github.com", NULL));
  g_assert_null (url_parse ("https://a@b", NULL));
  g_assert_null (url_from_parts ("https", "a/b", NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/url/has-its-parts", test_parts);
  g_test_add_func ("/url/absent-parts-are-empty", test_absent_parts);
  g_test_add_func ("/url/same-host-in-other-words-is-equal", test_same_host);
  g_test_add_func ("/url/lookalike-hosts-stay-different", test_other_host);
  g_test_add_func ("/url/user-information-is-refused-unseen", test_userinfo);
  g_test_add_func ("/url/misread-user-information-is-not-shown", test_misread_userinfo);
  g_test_add_func ("/url/odd-characters-are-refused", test_delimiters);
  g_test_add_func ("/url/parts-cannot-move-their-borders", test_parts_do_not_move_borders);
  g_test_add_func ("/url/decoded-path-of-git-is-encoded-again", test_git_path);
  g_test_add_func ("/url/bad-path-of-git-is-refused", test_bad_git_path);
  g_test_add_func ("/url/only-https-and-http-with-a-host", test_scheme);
  g_test_add_func ("/url/plain-http-only-to-loopback", test_plain_http);
  g_test_add_func ("/url/plain-http-hints-at-https", test_plain_http_hint);
  g_test_add_func ("/url/loopback-addresses", test_loopback);
  g_test_add_func ("/url/port-is-1-to-65535-plainly", test_port);
  g_test_add_func ("/url/ipv4-is-a-plain-dotted-quad", test_ipv4);
  g_test_add_func ("/url/ipv6-in-brackets-is-normalised", test_ipv6);
  g_test_add_func ("/url/host-labels-are-letters-digits-hyphens", test_labels);
  g_test_add_func ("/url/host-limits", test_host_limits);
  g_test_add_func ("/url/length-limit", test_length_limit);
  g_test_add_func ("/url/path-has-one-reading", test_path);
  g_test_add_func ("/url/error-may-be-null", test_error_may_be_null);
  return g_test_run ();
}
