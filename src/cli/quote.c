/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "quote.h"

#include <string.h>

void
quote_shell_value (SecretBuffer *buffer, const char *value, size_t length)
{
  secret_buffer_append (buffer, "'", 1);
  for (size_t i = 0; i < length; i++)
    if (value[i] == '\'')
      secret_buffer_append (buffer, "'\\''", -1);
    else
      secret_buffer_append (buffer, value + i, 1);
  secret_buffer_append (buffer, "'", 1);
}

char *
quote_shell_word (const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "@%+=:,./_-";

  if (*word != '\0' && word[strspn (word, plain)] == '\0')
    return g_strdup (word);
  return g_shell_quote (word);
}

char *
quote_shell_command (const char *const *argv)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (size_t i = 0; argv[i] != NULL; i++)
    {
      g_autofree char *word = quote_shell_word (argv[i]);

      g_string_append_printf (line, "%s%s", i > 0 ? " " : "", word);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

void
quote_curl_value (SecretBuffer *buffer, const char *value, size_t length)
{
  for (size_t i = 0; i < length; i++)
    {
      if (value[i] == '"' || value[i] == '\\')
        secret_buffer_append (buffer, "\\", 1);
      secret_buffer_append (buffer, value + i, 1);
    }
}
