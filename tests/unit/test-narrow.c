/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "narrow.h"

#include <string.h>

static Request *
ask (const char *url)
{
  g_autoptr (GError) error = NULL;
  Request *request = request_new ();

  request->url = url != NULL ? url_parse (url, &error) : NULL;
  g_assert_no_error (error);
  return request;
}

static void
assert_reads (const char *url, const char *owner, const char *repository)
{
  g_autoptr (Request) request = ask (url);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  narrow_read (request, &first, &second);
  g_assert_cmpstr (first, ==, owner);
  g_assert_cmpstr (second, ==, repository);
}

static void
test_reads (void)
{
  assert_reads ("https://git.example/octo/app.git", "octo", "app");
  assert_reads ("https://git.example/octo/app", "octo", "app");
  assert_reads ("https://git.example/octo/app.git/info/lfs", "octo", "app");
  assert_reads ("https://git.example/octo/.git", "octo", ".git");
  assert_reads ("https://git.example/octo/app.github", "octo", "app.github");
  assert_reads ("https://git.example/octo", "octo", NULL);
  assert_reads ("https://git.example/octo/", "octo", NULL);
  assert_reads ("https://git.example/", NULL, NULL);
  assert_reads ("https://git.example", NULL, NULL);
  assert_reads ("https://git.example//octo/app", NULL, NULL);
  assert_reads (NULL, NULL, NULL);
}

static void
test_limit (void)
{
  g_autofree char *longest = g_strnfill (NARROW_MAX_SEGMENT, 'a');
  g_autofree char *good = g_strdup_printf ("https://git.example/%s/%s", longest, longest);
  g_autofree char *bad = g_strdup_printf ("https://git.example/octo/%sa", longest);

  assert_reads (good, longest, longest);
  assert_reads (bad, "octo", NULL);
}

static void
assert_narrows (const char *key, const char *value, const char *url, const char *path)
{
  const Setting setting = { key, value, NULL, 0 };
  g_autoptr (Profile) profile = profile_new ("gh", &setting, 1, NULL);
  g_autoptr (Request) request = ask (url);
  g_autofree char *narrowed = narrow_path (profile, request);

  g_assert_cmpstr (narrowed, ==, path);
}

static void
test_by_request (void)
{
  const char *url = "https://git.example/octo/app.git";

  assert_narrows ("repositories", "request", url, "octo/app");
  assert_narrows ("owner", "request", url, "octo");
  assert_narrows ("repositories", "request", "https://git.example/octo", "octo");
  assert_narrows ("repositories", "request", NULL, NULL);
  assert_narrows ("repositories", "request", "https://git.example", "");
  assert_narrows ("owner", "request", "https://git.example/", "");
  assert_narrows ("repositories", "app", url, NULL);
  assert_narrows ("owner", "octo", url, NULL);
  assert_narrows ("permissions", "request", url, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/narrow/owner-and-repository-are-the-first-two-segments", test_reads);
  g_test_add_func ("/narrow/long-segments-are-none", test_limit);
  g_test_add_func ("/narrow/only-a-setting-that-says-request-narrows", test_by_request);
  return g_test_run ();
}
