/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "secret-path.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

bool
secret_path_is_definite (const char *path)
{
  return path[0] == '/' || g_str_has_prefix (path, "~/") ||
         g_str_has_prefix (path, SECRET_PATH_CREDENTIALS);
}

static void
set_no_credentials (const Profile *profile, const char *key, GError **error)
{
  g_autoptr (GError) reason = NULL;

  profile_set_error (profile, key, &reason,
                     _ ("the variable CREDENTIALS_DIRECTORY is not set to an absolute path"));
  error_add_hint (reason, _ ("systemd sets it for a service whose unit has LoadCredential= or "
                             "LoadCredentialEncrypted="));
  g_propagate_error (error, g_steal_pointer (&reason));
}

char *
secret_path_resolve (const Profile *profile, const char *key, const char *path,
                     const Environment *environment, GError **error)
{
  if (path[0] == '/')
    return g_strdup (path);
  if (g_str_has_prefix (path, SECRET_PATH_CREDENTIALS))
    {
      if (environment->credentials != NULL)
        return g_build_filename (environment->credentials, path + strlen (SECRET_PATH_CREDENTIALS),
                                 NULL);
      set_no_credentials (profile, key, error);
    }
  else if (!g_str_has_prefix (path, "~/"))
    profile_set_error (profile, key, error, _ ("a path must begin with \"/\", \"~/\" or \"%s\""),
                       SECRET_PATH_CREDENTIALS);
  else if (environment->home != NULL)
    return g_strconcat (environment->home, path + 1, NULL);
  else
    profile_set_error (
        profile, key, error,
        _ ("\"~/\" cannot be resolved: HOME is not set and no home folder is known"));
  return NULL;
}
