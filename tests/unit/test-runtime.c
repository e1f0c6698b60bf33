/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "runtime.h"
#include "scratch.h"

#include <fcntl.h>
#include <string.h>

typedef struct {
  char *folder;
  char *first;
  char *second;
  RuntimeCandidate candidates[3];
} Fixture;

static void
set_up (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  fixture->folder = scratch_new ();
  fixture->first = g_build_filename (fixture->folder, "first", NULL);
  fixture->second = g_build_filename (fixture->folder, "second", NULL);
  g_assert_cmpint (mkdir (fixture->first, 0700), ==, 0);
  g_assert_cmpint (mkdir (fixture->second, 0700), ==, 0);
  fixture->candidates[1] = (RuntimeCandidate){ fixture->first, "avouch", false };
  fixture->candidates[2] = (RuntimeCandidate){ fixture->second, "avouch", false };
}

static void
tear_down (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_free (fixture->first);
  g_free (fixture->second);
  scratch_free (fixture->folder);
}

static int
open_as (const Fixture *fixture, uid_t uid, char **path, GError **error)
{
  return runtime_open_among (fixture->candidates, G_N_ELEMENTS (fixture->candidates), uid, path,
                             error);
}

/* PARENT: the candidate that should be taken. */
static void
assert_opens (const Fixture *fixture, const char *parent)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *expected = g_build_filename (parent, "avouch", NULL);
  struct stat status;
  int fd = open_as (fixture, getuid (), &path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, expected);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  g_assert_cmpuint (status.st_mode, ==, S_IFDIR | 0700);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, FD_CLOEXEC);
  close (fd);
}

static void
assert_refused (const Fixture *fixture, uid_t uid, const char *fault, const char *hint)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *name = g_build_filename (fixture->first, "avouch", NULL);

  g_assert_cmpint (open_as (fixture, uid, &path, &error), ==, -1);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_null (path);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_nonnull (strstr (error->message, fault));
  g_assert_nonnull (strstr (error_hint (error), hint));
}

static char *
own_folder (const Fixture *fixture)
{
  return g_build_filename (fixture->first, "avouch", NULL);
}

static void
test_is_made_and_found_again (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  assert_opens (fixture, fixture->first);
  assert_opens (fixture, fixture->first);
}

static void
test_missing_parent (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_cmpint (rmdir (fixture->first), ==, 0);
  assert_opens (fixture, fixture->second);
}

static void
test_writable_parent (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_cmpint (chmod (fixture->first, 01777), ==, 0);
  assert_opens (fixture, fixture->second);
}

static void
test_parent_on_a_disk (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  /* Kernel-made, and memory-backed on no machine. */
  fixture->candidates[1].parent = "/proc/self";
  assert_opens (fixture, fixture->second);
}

static void
test_shared_parent (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  const RuntimeCandidate candidate = { "/dev/shm", strrchr (fixture->folder, '/') + 1, true };
  g_autoptr (GError) error = NULL;
  int fd = runtime_open_among (&candidate, 1, getuid (), NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
}

static void
test_shared_parent_must_be_sticky (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  const RuntimeCandidate candidate = { fixture->first, "avouch", true };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (runtime_open_among (&candidate, 1, getuid (), NULL, &error), ==, -1);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
}

static void
test_link (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *own = own_folder (fixture);

  g_assert_cmpint (symlink (fixture->second, own), ==, 0);
  assert_refused (fixture, getuid (), "symbolic link", "rm ");
}

static void
test_file (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *own = own_folder (fixture);

  g_assert_true (g_file_set_contents (own, "", 0, NULL));
  assert_refused (fixture, getuid (), "not a folder", "rm ");
}

static void
test_open_to_others (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  static const mode_t modes[] = { 0777, 0750, 0701 };
  g_autofree char *own = own_folder (fixture);

  g_assert_cmpint (mkdir (own, 0700), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_assert_cmpint (chmod (own, modes[i]), ==, 0);
      assert_refused (fixture, getuid (), "other users", "chmod 700");
    }
}

/* Ours, seen with another user's eyes: only the shared parent may hold both. */
static void
test_another_users (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  const RuntimeCandidate candidate = { "/dev/shm", strrchr (fixture->folder, '/') + 1, true };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (runtime_open_among (&candidate, 1, getuid () + 1, NULL, &error), ==, -1);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_nonnull (strstr (error->message, fixture->folder));
  g_assert_nonnull (strstr (error->message, "another user"));
}

/* Shut, so that it cannot even be opened but by root. */
static void
test_another_users_shut (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_cmpint (chmod (fixture->folder, 0), ==, 0);
  test_another_users (fixture, data);
  g_assert_cmpint (chmod (fixture->folder, 0700), ==, 0);
}

static void
test_parent_of_another_user (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (open_as (fixture, getuid () + 1, NULL, &error), ==, -1);
  g_assert_nonnull (strstr (error->message, "another user"));
}

static void
test_none_left (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rmdir (fixture->first), ==, 0);
  g_assert_cmpint (chmod (fixture->second, 0770), ==, 0);
  g_assert_cmpint (open_as (fixture, getuid (), NULL, &error), ==, -1);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_nonnull (strstr (error->message, fixture->first));
  g_assert_nonnull (strstr (error->message, fixture->second));
  g_assert_nonnull (strstr (error_hint (error), "XDG_RUNTIME_DIR"));
  g_assert_nonnull (strstr (error_hint (error), "cache = none"));
}

static void
test_without_runtime_dir (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  Environment environment = { .uid = getuid () };
  int fd = runtime_open (&environment, &path, &error);

  g_assert_no_error (error);
  g_assert_false (g_str_has_prefix (path, fixture->folder));
  close (fd);
  rmdir (path); /* unless it is in use */
}

static void
add (const char *path, void (*test) (Fixture *, const void *))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/runtime/folder-is-made-and-found-again", test_is_made_and_found_again);
  add ("/runtime/missing-parent-is-passed-over", test_missing_parent);
  add ("/runtime/parent-that-others-may-write-is-passed-over", test_writable_parent);
  add ("/runtime/parent-not-in-memory-is-passed-over", test_parent_on_a_disk);
  add ("/runtime/parent-of-another-user-is-passed-over", test_parent_of_another_user);
  add ("/runtime/sticky-parent-of-roots-will-do-at-last", test_shared_parent);
  add ("/runtime/shared-parent-must-be-sticky", test_shared_parent_must_be_sticky);
  add ("/runtime/link-in-the-folders-place-is-an-error", test_link);
  add ("/runtime/file-in-the-folders-place-is-an-error", test_file);
  add ("/runtime/folder-open-to-others-is-an-error", test_open_to_others);
  add ("/runtime/folder-of-another-user-is-an-error", test_another_users);
  add ("/runtime/shut-folder-of-another-user-is-an-error", test_another_users_shut);
  add ("/runtime/error-lists-every-candidate", test_none_left);
  add ("/runtime/works-without-xdg-runtime-dir", test_without_runtime_dir);
  return g_test_run ();
}
