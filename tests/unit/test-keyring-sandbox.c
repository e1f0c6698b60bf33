/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Within a sandbox: libsecret's own encrypted file in the service's place, its key by a variable of
 * libsecret's rather than from the portal. */
#include "keyring.h"
#include "scratch.h"

#include <gio/gio.h>
#include <string.h>

/* Each time libsecret writes its file it leaks the file's etag, which is not ours to mend: this
 * turns off the search for leaks where there is one. */
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return 1;
}

static const KeyringOptions options = { .timeout = 20 };
static const char *const short_names[] = { "server", "git.example", NULL };
static const char *const long_names[] = { "server", "git.example", "port", "1", NULL };

static void
store (const KeyringItem *item, const char *text)
{
  g_autoptr (Secret) secret = secret_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  g_assert_true (keyring_store (item, secret, &options, &error));
  g_assert_no_error (error);
}

static char *
find (const KeyringItem *item)
{
  g_autoptr (KeyringMatch) match = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (keyring_find (item, &options, &match, &error));
  g_assert_no_error (error);
  return match != NULL ? g_strdup (secret_bytes (match->secret, NULL)) : NULL;
}

static void
assert_found (const KeyringItem *item, const char *wanted)
{
  g_autofree char *found = find (item);

  g_assert_cmpstr (found, ==, wanted);
}

static bool
is_second (const KeyringMatch *match, void *data G_GNUC_UNUSED)
{
  return strcmp (secret_bytes (match->secret, NULL), "second") == 0;
}

static unsigned
erase (const KeyringItem *item, KeyringJudge judge)
{
  g_autoptr (GError) error = NULL;
  unsigned count = 0;

  g_assert_true (keyring_erase (item, judge, NULL, &options, &count, &error));
  g_assert_no_error (error);
  return count;
}

static void
test_items (void)
{
  static const char *const lacks[] = { "port", NULL };
  const KeyringItem item = { "test.Schema", false, short_names, lacks, "Label" };
  const KeyringItem other = { "test.Schema", false, long_names, NULL, "Label" };

  assert_found (&item, NULL);
  store (&item, "first");
  store (&other, "of the port");
  store (&item, "second");
  assert_found (&item, "second");
  assert_found (&other, "of the port");
  g_assert_cmpuint (erase (&other, is_second), ==, 0);
  g_assert_cmpuint (erase (&other, NULL), ==, 1);
  assert_found (&other, NULL);
  g_assert_cmpuint (erase (&item, is_second), ==, 1);
  assert_found (&item, NULL);
}

static bool
is_of_port (const KeyringMatch *match, void *data G_GNUC_UNUSED)
{
  return strcmp (secret_bytes (match->secret, NULL), "of the port") == 0;
}

static void
test_erasing_one (void)
{
  static const char *const lacks[] = { "port", NULL };
  const KeyringItem item = { "test.Schema", false, short_names, lacks, "Label" };
  const KeyringItem any = { "test.Schema", false, short_names, NULL, "Label" };
  const KeyringItem other = { "test.Schema", false, long_names, NULL, "Other" };

  store (&item, "first");
  store (&other, "of the port");
  g_assert_cmpuint (erase (&item, NULL), ==, 1);
  assert_found (&item, NULL);
  assert_found (&other, "of the port");
  store (&item, "first");
  g_assert_cmpuint (erase (&any, is_of_port), ==, 1);
  assert_found (&other, NULL);
  assert_found (&item, "first");
  g_assert_cmpuint (erase (&any, NULL), ==, 1);
}

static void
test_state (void)
{
  g_auto (KeyringState) state = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (keyring_state (&options, &state, &error));
  g_assert_no_error (error);
  g_assert_true (state.portal);
  g_assert_false (state.locked);
}

int
main (int argc, char **argv)
{
  /* Never dropped: that would wait for the last reference to the connection, now and then for ever,
   * as libsecret may keep one. */
  GTestDBus *bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  char *folder = scratch_new ();
  g_autofree char *file = g_build_filename (folder, "default.keyring", NULL);

  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", file, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "of the test", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_dbus_up (bus);
  g_test_add_func ("/keyring/sandbox/keeps-finds-and-erases", test_items);
  g_test_add_func ("/keyring/sandbox/erases-no-more-than-it-is-told", test_erasing_one);
  g_test_add_func ("/keyring/sandbox/says-so", test_state);
  int result = g_test_run ();
  g_test_dbus_stop (bus);
  scratch_free (folder);
  return result;
}
