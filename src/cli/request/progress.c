/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include "i18n.h"
#include "layout.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
  INTERVAL = 100 * 1000, /* microseconds between two drawings */
  MAX_BAR = 30,          /* columns */
  MIN_BAR = 8,
};

#define CLEAR_LINE "\r\033[K"

void
progress_begin (Progress *progress, const char *name, bool wanted)
{
  *progress = (Progress){
    .name = name,
    .started = g_get_monotonic_time (),
    .shown = wanted && isatty (STDERR_FILENO),
  };
}

static bool
is_due (Progress *progress)
{
  int64_t now = g_get_monotonic_time ();

  if (!progress->shown || now - progress->drawn < INTERVAL)
    return false;
  progress->drawn = now;
  return true;
}

static void
draw (const char *line)
{
  unsigned width = layout_line_width (STDERR_FILENO) - 1;
  g_autofree char *shown = layout_truncate (line, width);

  fprintf (stderr, CLEAR_LINE "%s", shown);
  fflush (stderr);
}

void
progress_wait (Progress *progress, const char *job, const char *state)
{
  int64_t seconds = (g_get_monotonic_time () - progress->started) / G_USEC_PER_SEC;
  g_autofree char *line = NULL;

  if (!is_due (progress))
    return;
  line = g_strdup_printf (_ ("%s: waiting for job %s: %s, %lld s"), progress->name, job, state,
                          (long long) seconds);
  draw (line);
}

static char *
make_bar (int64_t part, int64_t whole, unsigned columns)
{
  bool wide = g_get_charset (NULL);
  unsigned filled = (unsigned) ((double) columns * (double) part / (double) whole);
  GString *bar = g_string_new (NULL);

  for (unsigned i = 0; i < columns; i++)
    g_string_append (bar, i < filled ? (wide ? "█" : "#") : (wide ? "░" : "-"));
  return g_string_free (bar, FALSE);
}

static void
draw_bar (const char *name, const char *counts, int64_t part, int64_t whole)
{
  unsigned width = layout_line_width (STDERR_FILENO) - 1;
  unsigned taken =
      layout_columns (name) + layout_columns (counts) + (unsigned) strlen (":  100 % ");
  unsigned columns = width > taken ? MIN (width - taken, MAX_BAR) : 0;
  g_autofree char *bar = columns >= MIN_BAR ? make_bar (part, whole, columns) : g_strdup ("");
  g_autofree char *line = g_strdup_printf ("%s: %s %3d %% %s", name, bar,
                                           (int) (100.0 * (double) part / (double) whole), counts);

  draw (line);
}

void
progress_count (Progress *progress, int64_t records, int64_t total, int64_t bytes)
{
  g_autofree char *size = NULL;
  g_autofree char *counts = NULL;

  if (!is_due (progress))
    return;
  size = g_format_size ((uint64_t) bytes);
  if (total > 0)
    {
      counts = g_strdup_printf (_ ("%lld of %lld records, %s"), (long long) records,
                                (long long) total, size);
      draw_bar (progress->name, counts, MIN (records, total), total);
      return;
    }
  counts = g_strdup_printf (_ ("%s: %lld records, %s"), progress->name, (long long) records, size);
  draw (counts);
}

void
progress_end (Progress *progress)
{
  if (progress->shown && progress->drawn != 0)
    fputs (CLEAR_LINE, stderr);
  progress->shown = false;
}
