/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"

#include "i18n.h"

#include <stdio.h>
#include <string.h>

/* The formatter takes the name for a subtraction. */
/* clang-format off */
G_DEFINE_QUARK (avouch-error-quark, avouch_error)
/* clang-format on */

static const int exit_codes[] = {
  [AVOUCH_ERROR_INTERNAL] = 1,     [AVOUCH_ERROR_PROTOCOL] = 1,   [AVOUCH_ERROR_UNSERVED] = 1,
  [AVOUCH_ERROR_USAGE] = 2,        [AVOUCH_ERROR_CONFIG] = 3,     [AVOUCH_ERROR_KEY] = 4,
  [AVOUCH_ERROR_NETWORK] = 5,      [AVOUCH_ERROR_PASSPHRASE] = 4, [AVOUCH_ERROR_REFUSED] = 6,
  [AVOUCH_ERROR_UNRUNNABLE] = 126, [AVOUCH_ERROR_MISSING] = 127,
};

char *
error_message (const GError *error)
{
  return g_strndup (error->message, strcspn (error->message, "\n"));
}

const char *
error_hint (const GError *error)
{
  const char *newline = strchr (error->message, '\n');

  return newline != NULL ? newline + 1 : NULL;
}

static void
set_lines (GError *error, const char *prefix, const char *message, const char *hint)
{
  char *lines =
      g_strconcat (prefix, message, hint != NULL ? "\n" : "", hint != NULL ? hint : "", NULL);

  g_free (error->message);
  error->message = lines;
}

void
error_add_hint (GError *error, const char *format, ...)
{
  g_autofree char *message = error_message (error);
  g_autofree char *hint = NULL;
  va_list arguments;

  va_start (arguments, format);
  hint = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  set_lines (error, "", message, hint);
}

void
error_add_prefix (GError *error, const char *prefix)
{
  g_autofree char *message = error_message (error);
  g_autofree char *hint = g_strdup (error_hint (error));
  g_autofree char *lead = NULL;

  if (prefix == NULL || *prefix == '\0')
    return;
  lead = g_strconcat (prefix, ": ", NULL);
  set_lines (error, lead, message, hint);
}

int
error_exit_code (const GError *error)
{
  if (error->domain != AVOUCH_ERROR || (size_t) error->code >= G_N_ELEMENTS (exit_codes))
    return exit_codes[AVOUCH_ERROR_INTERNAL];
  return exit_codes[error->code];
}

void
error_report (const GError *error)
{
  g_autofree char *message = error_message (error);
  const char *hint = error_hint (error);

  fprintf (stderr, "avouch: %s\n", message);
  if (hint != NULL)
    fprintf (stderr, _ ("hint: %s\n"), hint);
}
