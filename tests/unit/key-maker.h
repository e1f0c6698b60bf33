/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Containers made by others' tools at run time, in a folder that goes away with the test. */
#pragma once

#include "key.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static char *folder;

static inline void
maker_begin (void)
{
  folder = g_dir_make_tmp ("avouch-keys-XXXXXX", NULL);
  g_assert_nonnull (folder);
}

static inline void
maker_end (void)
{
  g_autoptr (GDir) entries = g_dir_open (folder, 0, NULL);

  for (const char *name = g_dir_read_name (entries); name != NULL; name = g_dir_read_name (entries))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

/* COMMAND runs in the folder; its words may be quoted as in a shell. */
static inline void
make (const char *command)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL;
  g_auto (GStrv) argv = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  g_spawn_sync (folder, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                NULL, &complaint, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s: %s", command, complaint);
}

static inline char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static inline void
put_bytes (const char *name, const void *bytes, size_t length)
{
  g_autofree char *path = in_folder (name);

  g_assert_true (g_file_set_contents_full (path, bytes, (gssize) length,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static inline void
put (const char *name, const char *text)
{
  put_bytes (name, text, strlen (text));
}

static inline char *
get (const char *name, size_t *length)
{
  g_autofree char *path = in_folder (name);
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, length, NULL));
  return bytes;
}

static int asked; /* how often the passphrase was */

static inline Secret *
answer (const char *what, void *data, GError **error G_GNUC_UNUSED)
{
  g_assert_true (g_str_equal (what, "key") || g_str_equal (what, "keystore"));
  asked++;
  return secret_new (data, strlen (data));
}

/* NAME: in the folder, or an absolute path. PASSPHRASE NULL: none is configured. */
static inline Key *
load (const char *name, const char *alias, const char *passphrase, GError **error)
{
  g_autofree char *path = g_path_is_absolute (name) ? g_strdup (name) : in_folder (name);
  KeySource source = { .location = path, .alias = alias };

  asked = 0;
  g_chmod (path, 0600);
  if (passphrase != NULL)
    {
      source.passphrase = answer;
      source.passphrase_data = (void *) passphrase;
    }
  return key_load (&source, error);
}

static inline Key *
load_well (const char *name, const char *alias, const char *passphrase)
{
  g_autoptr (GError) error = NULL;
  Key *key = load (name, alias, passphrase, &error);

  g_assert_no_error (error);
  g_assert_nonnull (key);
  return key;
}
