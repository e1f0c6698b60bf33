/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "program.h"

#include "error.h"
#include "i18n.h"
#include "quote.h"

#include <string.h>
#include <sys/wait.h>

bool
program_require (const char *name, GError **error)
{
  g_autofree char *path = g_find_program_in_path (name);

  if (path != NULL)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s is not on the PATH"), name);
  if (error != NULL)
    error_add_hint (*error, _ ("install %s, or add its folder to PATH"), name);
  return false;
}

char *
program_find_own (const char *name, GError **error)
{
  g_autofree char *on_path = g_find_program_in_path (name);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (".");
  g_autofree char *beside = g_build_filename (folder, name, NULL);

  if (on_path != NULL)
    return g_strdup (name);
  if (g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
               _ ("%s is neither on the PATH nor in %s"), name, folder);
  if (error != NULL)
    error_add_hint (*error, _ ("it belongs to avouch: install avouch again"));
  return NULL;
}

static void
set_failed (const char *const *argv, const char *why, GError **error)
{
  g_autofree char *command = quote_shell_command (argv);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("\"%s\" failed: %s"), command, why);
}

bool
program_run (const char *const *argv, GError **error)
{
  g_autoptr (GError) cause = NULL;
  int status;

  if (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN,
                    NULL, NULL, NULL, NULL, &status, &cause) &&
      g_spawn_check_wait_status (status, &cause))
    return true;
  set_failed (argv, cause->message, error);
  return false;
}

bool
program_succeeds (const char *const *argv)
{
  int status = 0;

  return g_spawn_sync (NULL, (char **) argv, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                           G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, &status, NULL) &&
         WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

char *
program_read (const char *const *argv, int *status, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *output = NULL;
  int wait_status = 0;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL,
                     &wait_status, &cause))
    {
      set_failed (argv, cause->message, error);
      return NULL;
    }
  if (!WIFEXITED (wait_status))
    {
      set_failed (argv, _ ("it was killed"), error);
      return NULL;
    }
  *status = WEXITSTATUS (wait_status);
  return g_steal_pointer (&output);
}
