/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds each file of a corpus to a target, without libFuzzer: a past finding stays fixed. */
#include "fuzz.h"

#include <glib.h>

static const char *folder;

static void
replay_file (const void *data)
{
  g_autofree char *path = g_build_filename (folder, data, NULL);
  g_autofree char *bytes = NULL;
  size_t length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpint (LLVMFuzzerTestOneInput ((const uint8_t *) bytes, length), ==, 0);
}

/* Usage: replay-NAME CORPUS. */
int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) entries = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  folder = argv[1];
  entries = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (entries);
  for (const char *name = g_dir_read_name (entries); name != NULL; name = g_dir_read_name (entries))
    {
      g_autofree char *path = g_strconcat ("/corpus/", name, NULL);

      g_ptr_array_add (names, g_strdup (name));
      g_test_add_data_func (path, names->pdata[names->len - 1], replay_file);
    }
  g_assert_cmpuint (names->len, >, 0);
  return g_test_run ();
}
