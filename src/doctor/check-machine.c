/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What all profiles have in common. */
#include "cache.h"
#include "i18n.h"
#include "profiles.h"
#include "step.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SHOWN = 3 /* files by name */ };

static char *
list_files (const Patient *patient, unsigned *count)
{
  const char *const *files = config_sources_files (patient->sources);
  g_autoptr (GString) list = g_string_new (NULL);

  *count = g_strv_length ((char **) files);
  for (unsigned i = 0; i < MIN (*count, MAX_SHOWN); i++)
    {
      g_autofree char *file = profiles_short_path (patient->environment, files[i]);

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", file);
    }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

void
check_files (Patient *patient, Finding *finding)
{
  g_autofree char *files = NULL;
  unsigned count;

  if (patient->trouble != NULL)
    {
      finding_bad (finding, patient->trouble);
      return;
    }
  files = list_files (patient, &count);
  if (count > MAX_SHOWN)
    finding_good (finding, _ ("%s and %u more"), files, count - MAX_SHOWN);
  else
    finding_good (finding, "%s", files);
}

void
check_programs (Patient *patient, Finding *finding)
{
  const char *mint = patient->environment->mint_path;
  g_autoptr (GError) error = NULL;

  if (access (mint, X_OK) == 0)
    {
      finding_good (finding, "%s", mint);
      return;
    }
  error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, "%s: %s", mint, g_strerror (errno));
  error_add_hint (error, _ ("reinstall avouch"));
  finding_bad (finding, error);
}

void
check_cache (Patient *patient, Finding *finding)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Cache) cache = cache_open (patient->environment, &error);

  if (cache != NULL)
    finding_good (finding, "%s", cache_path (cache));
  else if (patient->wants_cache)
    finding_bad (finding, error);
  else
    finding_skip (finding, _ ("no profile keeps its token (cache = none)"));
}
