/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds each file of some corpora to a target, without libFuzzer: a past finding stays fixed. */
#include "fuzz.h"

#include <glib.h>

static void
replay_file (const void *path)
{
  g_autofree char *bytes = NULL;
  size_t length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpint (LLVMFuzzerTestOneInput ((const uint8_t *) bytes, length), ==, 0);
}

static void
add_corpus (const char *folder, GPtrArray *paths)
{
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);
  g_autofree char *corpus = g_path_get_basename (folder);

  g_assert_nonnull (entries);
  for (const char *name = g_dir_read_name (entries); name != NULL; name = g_dir_read_name (entries))
    {
      g_autofree char *test = g_strdup_printf ("/%s/%s", corpus, name);

      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
      g_test_add_data_func (test, paths->pdata[paths->len - 1], replay_file);
    }
}

/* Usage: replay-NAME CORPUS… */
int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);
  for (int i = 1; i < argc; i++)
    add_corpus (argv[i], paths);
  g_assert_cmpuint (paths->len, >, 0);
  return g_test_run ();
}
