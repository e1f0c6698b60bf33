/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "finding.h"

#include <string.h>

static const char *const names[] = {
  [FINDING_NONE] = "none",  [FINDING_GOOD] = "ok",         [FINDING_WARNING] = "warning",
  [FINDING_BAD] = "failed", [FINDING_SKIPPED] = "skipped",
};

const char *
finding_state_name (FindingState state)
{
  return names[state];
}

void
finding_clear (Finding *finding)
{
  g_free (finding->text);
  g_free (finding->hint);
  *finding = (Finding){ 0 };
}

static void
set (Finding *finding, FindingState state, char *text)
{
  finding_clear (finding);
  finding->state = state;
  finding->text = text;
}

/* TEXT from what follows FORMAT. */
#define FORMAT_INTO(text, format)                                                                  \
  do                                                                                               \
    {                                                                                              \
      va_list arguments;                                                                           \
      va_start (arguments, format);                                                                \
      text = g_strdup_vprintf (format, arguments);                                                 \
      va_end (arguments);                                                                          \
  } while (0)

void
finding_good (Finding *finding, const char *format, ...)
{
  char *text;

  FORMAT_INTO (text, format);
  set (finding, FINDING_GOOD, text);
}

void
finding_warn (Finding *finding, const char *format, ...)
{
  char *text;

  FORMAT_INTO (text, format);
  set (finding, FINDING_WARNING, text);
}

void
finding_skip (Finding *finding, const char *format, ...)
{
  char *text;

  FORMAT_INTO (text, format);
  set (finding, FINDING_SKIPPED, text);
}

void
finding_bad (Finding *finding, const GError *error)
{
  set (finding, FINDING_BAD, error_message (error));
  finding->hint = g_strdup (error_hint (error));
  finding->kind = error->domain == AVOUCH_ERROR ? (AvouchError) error->code : AVOUCH_ERROR_INTERNAL;
}

void
finding_bad_of (Finding *finding, const char *profile, const GError *error)
{
  g_autofree char *prefix = g_strconcat (profile, ": ", NULL);

  finding_bad (finding, error);
  if (g_str_has_prefix (finding->text, prefix))
    memmove (finding->text, finding->text + strlen (prefix),
             strlen (finding->text + strlen (prefix)) + 1);
}

void
finding_hint (Finding *finding, const char *format, ...)
{
  g_free (finding->hint);
  FORMAT_INTO (finding->hint, format);
}
