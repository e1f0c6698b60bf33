/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include "i18n.h"

#include <string.h>
#include <unistd.h>

bool
output_buffer (SecretBuffer *buffer, GError **error)
{
  g_autoptr (Secret) content = secret_buffer_end (buffer);

  return secret_write_fd (content, STDOUT_FILENO, _ ("standard output"), error);
}

bool
output_text (const char *text, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };

  secret_buffer_append (&buffer, text, -1);
  return output_buffer (&buffer, error);
}
