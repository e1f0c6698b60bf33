/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "git-interactive.h"

#include "text.h"

#include <string.h>

#define SETTING "credential.interactive"

enum { MAX_PAIRS = 1000 };

/* git's own words, and "never", which its helpers for other systems know as well. */
static bool
means_no (const char *value)
{
  static const char *const words[] = { "false", "no", "off", "0", "", "never" };

  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (value, words[i]) == 0)
      return true;
  return false;
}

/* GIT_CONFIG_PARAMETERS: "'credential.interactive'='false' …", quoted as for a shell. The last one
 * counts. */
static bool
read_parameters (const char *parameters, bool may)
{
  g_auto (GStrv) words = NULL;

  if (!g_shell_parse_argv (parameters, NULL, &words, NULL))
    return may;
  for (char **word = words; *word != NULL; word++)
    {
      size_t length = strcspn (*word, "=");

      if (length == strlen (SETTING) && g_ascii_strncasecmp (*word, SETTING, length) == 0)
        may = (*word)[length] == '\0' || !means_no (*word + length + 1);
    }
  return may;
}

/* GIT_CONFIG_KEY_0 and GIT_CONFIG_VALUE_0, and so on. */
static bool
read_pairs (char **environment, bool may)
{
  const char *count = g_environ_getenv (environment, "GIT_CONFIG_COUNT");
  int64_t number = 0;

  if (count == NULL || !text_parse_int (count, 0, MAX_PAIRS, &number))
    return may;
  for (int64_t i = 0; i < number; i++)
    {
      g_autofree char *key_name = g_strdup_printf ("GIT_CONFIG_KEY_%d", (int) i);
      g_autofree char *value_name = g_strdup_printf ("GIT_CONFIG_VALUE_%d", (int) i);
      const char *key = g_environ_getenv (environment, key_name);
      const char *value = g_environ_getenv (environment, value_name);

      if (key != NULL && value != NULL && g_ascii_strcasecmp (key, SETTING) == 0)
        may = !means_no (value);
    }
  return may;
}

bool
git_may_ask (char **environment)
{
  const char *prompt = g_environ_getenv (environment, "GIT_TERMINAL_PROMPT");
  const char *parameters = g_environ_getenv (environment, "GIT_CONFIG_PARAMETERS");
  bool may = read_pairs (environment, true);

  if (parameters != NULL)
    may = read_parameters (parameters, may);
  return may && (prompt == NULL || !means_no (prompt));
}
