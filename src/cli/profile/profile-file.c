/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile-file.h"

#include "i18n.h"
#include "new-file.h"

#include <errno.h>
#include <string.h>

bool
profile_file_write (const char *path, const char *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (Secret) content = secret_new (text, strlen (text));
  g_autoptr (GError) reason = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot be made: %s"), folder,
                   g_strerror (errno));
      return false;
    }
  if (new_files_write (&(NewFile){ path, content, 0600 }, 1, AVOUCH_ERROR_CONFIG, &reason))
    return true;
  if (reason->code == AVOUCH_ERROR_CONFIG)
    error_add_hint (reason, _ ("choose another --file, or add the profile there by hand: --dry-run "
                               "prints it"));
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}
