/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are made together or not at all. */
#include "error.h"
#include "new-file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "key-maker.h"

typedef struct {
  char *paths[2];
  Secret *contents[2];
  NewFile files[2];
} Pair;

static void
pair_clear (Pair *pair)
{
  for (int i = 0; i < 2; i++)
    {
      g_free (pair->paths[i]);
      secret_unref (pair->contents[i]);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

static Pair
pair_of (const char *first, const char *second)
{
  Pair pair = { { in_folder (first), in_folder (second) },
                { secret_new ("one", 3), secret_new ("two", 3) },
                { { 0 } } };

  pair.files[0] = (NewFile){ pair.paths[0], pair.contents[0], 0600 };
  pair.files[1] = (NewFile){ pair.paths[1], pair.contents[1], 0644 };
  return pair;
}

static unsigned
count_files (void)
{
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  unsigned count = 0;

  while (g_dir_read_name (entries) != NULL)
    count++;
  return count;
}

static void
test_all (void)
{
  g_auto (Pair) pair = pair_of ("a", "b");
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  struct stat status;
  mode_t before = umask (0);

  g_assert_true (new_files_write (pair.files, 2, AVOUCH_ERROR_KEY, &error));
  g_assert_no_error (error);
  umask (before);
  first = get ("a", NULL);
  g_assert_cmpstr (first, ==, "one");
  g_assert_cmpint (stat (pair.paths[0], &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (pair.paths[1], &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0644);
  g_assert_cmpuint (count_files (), ==, 2);
  g_unlink (pair.paths[0]);
  g_unlink (pair.paths[1]);
}

/* That the second is there shows only when the first is in its place. */
static void
test_none (void)
{
  g_auto (Pair) pair = pair_of ("a", "b");
  g_autoptr (GError) error = NULL;
  g_autofree char *second = NULL;

  put ("b", "mine");
  g_assert_false (new_files_write (pair.files, 2, AVOUCH_ERROR_KEY, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY);
  g_assert_true (g_str_has_prefix (error->message, pair.paths[1]));
  second = get ("b", NULL);
  g_assert_cmpstr (second, ==, "mine");
  g_assert_cmpuint (count_files (), ==, 1);
  g_unlink (pair.paths[1]);
}

static void
test_no_folder (void)
{
  g_auto (Pair) pair = pair_of ("a", "missing/b");
  g_autoptr (GError) error = NULL;

  g_assert_false (new_files_write (pair.files, 2, AVOUCH_ERROR_KEY, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_cmpuint (count_files (), ==, 0);
}

static void
test_check (void)
{
  g_auto (Pair) pair = pair_of ("a", "b");
  g_autoptr (GError) error = NULL;

  g_assert_true (new_files_check (pair.files, 2, AVOUCH_ERROR_CONFIG, &error));
  g_assert_cmpint (symlink ("/nonexistent/place", pair.paths[1]), ==, 0);
  g_assert_false (new_files_check (pair.files, 2, AVOUCH_ERROR_CONFIG, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_unlink (pair.paths[1]);
}

int
main (int argc, char **argv)
{
  int code;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  g_test_add_func ("/new-file/all-with-their-modes", test_all);
  g_test_add_func ("/new-file/none-where-the-second-is-there-already", test_none);
  g_test_add_func ("/new-file/none-where-a-folder-is-missing", test_no_folder);
  g_test_add_func ("/new-file/a-link-to-nowhere-counts", test_check);
  code = g_test_run ();
  maker_end ();
  return code;
}
