/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "refusal.h"

#include "error.h"

bool
refusal_set (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, message);
  return false;
}
