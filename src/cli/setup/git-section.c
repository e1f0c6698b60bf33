/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "git-section.h"

#include "quote.h"

#include <string.h>

#define HELPER_PREFIX "git-credential-"

char *
git_section_url (const Pattern *pattern)
{
  g_autofree char *origin = pattern_origin (pattern);
  g_autoptr (Url) url = origin != NULL ? url_parse (pattern_text (pattern), NULL) : NULL;
  char *text = url != NULL ? url_to_string (url) : g_strdup (pattern_text (pattern));

  while (g_str_has_suffix (text, "/"))
    text[strlen (text) - 1] = '\0';
  return text;
}

bool
git_section_has_path (const char *url)
{
  const char *host = strstr (url, "://");

  return host != NULL && strchr (host + strlen ("://"), '/') != NULL;
}

char *
git_section_helper (const char *program)
{
  g_autofree char *quoted = quote_shell_word (program);

  if (!g_path_is_absolute (program) && g_str_has_prefix (program, HELPER_PREFIX))
    return g_strdup (program + strlen (HELPER_PREFIX));
  return strcmp (quoted, program) == 0 ? g_strdup (program) : g_strconcat ("!", quoted, NULL);
}
