/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"

#include "error.h"
#include "i18n.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
ask_is_possible (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

char *
ask_line (const char *question, GError **error)
{
  char line[ASK_MAX_LINE + 2];

  fprintf (stderr, "%s: ", question);
  fflush (stderr);
  if (fgets (line, sizeof line, stdin) == NULL || strchr (line, '\n') == NULL)
    {
      fputc ('\n', stderr);
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("no answer"));
      return NULL;
    }
  return g_strdup (g_strstrip (line));
}
