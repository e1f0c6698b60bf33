/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "form.h"

#include <string.h>

static void
append_escaped (SecretBuffer *form, const char *bytes, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (g_ascii_isalnum (bytes[i]) || strchr ("-._", bytes[i]) != NULL)
      secret_buffer_append (form, bytes + i, 1);
    else
      secret_buffer_printf (form, "%%%02X", (unsigned char) bytes[i]);
}

static void
add (SecretBuffer *form, const char *name, const char *value, size_t length)
{
  if (form->length > 0)
    secret_buffer_append (form, "&", 1);
  append_escaped (form, name, strlen (name));
  secret_buffer_append (form, "=", 1);
  append_escaped (form, value, length);
}

void
form_add (SecretBuffer *form, const char *name, const char *value)
{
  add (form, name, value, strlen (value));
}

void
form_add_secret (SecretBuffer *form, const char *name, const Secret *value)
{
  size_t length;
  const char *bytes = secret_bytes (value, &length);

  add (form, name, bytes, length);
}
