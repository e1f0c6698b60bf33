/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "i18n.h"
#include "layout.h"
#include "step.h"

#include <string.h>
#include <unistd.h>

enum {
  INDENT = 2,
  GAP = 2,
};

typedef struct {
  const char *utf8;
  const char *ascii;
  const char *colour; /* ECMA-48's SGR parameters */
} Mark;

static const Mark marks[] = {
  [FINDING_NONE] = { " ", " ", "0" },     [FINDING_GOOD] = { "✓", "+", "32" },
  [FINDING_WARNING] = { "!", "!", "33" }, [FINDING_BAD] = { "✗", "x", "31" },
  [FINDING_SKIPPED] = { "–", "-", "2" },
};

/* no-color.org; and what a terminal without colours is called, or one of which nothing is known. */
static bool
wants_colour (const Environment *environment)
{
  const char *no_colour = g_environ_getenv (environment->inherited, "NO_COLOR");
  const char *terminal = g_environ_getenv (environment->inherited, "TERM");

  return isatty (STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0') && terminal != NULL &&
         *terminal != '\0' && strcmp (terminal, "dumb") != 0;
}

ReportStyle
report_style (const Environment *environment, bool quiet)
{
  return (ReportStyle){
    .width = layout_terminal_width (STDOUT_FILENO),
    .colour = wants_colour (environment),
    .utf8 = i18n_is_utf8 (),
    .quiet = quiet,
  };
}

bool
report_wants (const ReportStyle *style, const Finding *finding)
{
  if (finding->foreign)
    return false;
  return !style->quiet || finding->state == FINDING_BAD || finding->state == FINDING_WARNING;
}

static void
add_mark (GString *text, const ReportStyle *style, FindingState state)
{
  const Mark *mark = &marks[state];
  const char *sign = style->utf8 ? mark->utf8 : mark->ascii;

  if (style->colour)
    g_string_append_printf (text, "\033[%sm%s\033[0m", mark->colour, sign);
  else
    g_string_append (text, sign);
}

static unsigned
title_width (const Patient *patient)
{
  unsigned width = 0;

  for (const Step *step = patient->steps; step->name != NULL; step++)
    width = MAX (width, layout_columns (_ (step->title)));
  return width;
}

void
report_add_title (GString *text, const ReportStyle *style, const Patient *patient)
{
  const char *title =
      patient->profile != NULL ? profile_name (patient->profile) : _ ("this machine");

  g_string_append_printf (text, style->colour ? "\033[1m%s\033[0m\n" : "%s\n", title);
}

/* TEXT without what the locale cannot show, of our own words. */
static char *
spell (const ReportStyle *style, const char *text)
{
  g_autoptr (GString) spelt = g_string_new (text);

  if (!style->utf8)
    g_string_replace (spelt, "…", "...", 0);
  return g_string_free (g_steal_pointer (&spelt), FALSE);
}

static void
add_text (GString *text, const ReportStyle *style, const char *what, unsigned column)
{
  g_autofree char *spelt = spell (style, what);

  layout_wrap (text, spelt, column, column, style->width - 1);
}

/* Time is told where somebody else took some. */
static char *
full_text (const Step *step, const Finding *finding)
{
  if (!step->online || finding->state != FINDING_GOOD || finding->ms == 0)
    return g_strdup (finding->text);
  return g_strdup_printf (_ ("%s (%lld ms)"), finding->text, (long long) finding->ms);
}

void
report_add_step (GString *text, const ReportStyle *style, const Patient *patient, unsigned number)
{
  const Step *step = &patient->steps[number];
  const Finding *finding = &patient->findings[number];
  const char *title = _ (step->title);
  unsigned column = INDENT + 2 + title_width (patient) + GAP;
  g_autofree char *what = full_text (step, finding);
  g_autofree char *hint = NULL;

  if (!report_wants (style, finding))
    return;
  layout_pad (text, INDENT);
  add_mark (text, style, finding->state);
  g_string_append_printf (text, " %s", title);
  layout_pad (text, column - INDENT - 2 - layout_columns (title));
  add_text (text, style, what, column);
  if (finding->hint == NULL)
    return;
  hint = g_strdup_printf (_ ("hint: %s"), finding->hint);
  layout_pad (text, column);
  add_text (text, style, hint, column);
}

static void
write_step (Writer *writer, const Step *step, const Finding *finding)
{
  writer_open (writer, NULL, '{');
  writer_string (writer, "name", step->name);
  writer_string (writer, "state", finding_state_name (finding->state));
  writer_string (writer, "finding", finding->text);
  writer_string (writer, "hint", finding->hint);
  writer_int (writer, "ms", finding->ms);
  writer_close (writer, '}');
}

static FindingState
worst_state (const Patient *patient)
{
  FindingState worst = FINDING_GOOD;

  for (size_t i = 0; patient->steps[i].name != NULL; i++)
    {
      FindingState state = patient->findings[i].state;

      if (state == FINDING_BAD || (state == FINDING_WARNING && worst == FINDING_GOOD))
        worst = state;
    }
  return worst;
}

void
report_write (Writer *writer, const GPtrArray *patients)
{
  writer_open (writer, NULL, '[');
  for (size_t i = 0; i < patients->len; i++)
    {
      const Patient *patient = patients->pdata[i];

      writer_open (writer, NULL, '{');
      writer_string (writer, "profile",
                     patient->profile != NULL ? profile_name (patient->profile) : NULL);
      writer_string (writer, "state", finding_state_name (worst_state (patient)));
      writer_open (writer, "steps", '[');
      for (size_t j = 0; patient->steps[j].name != NULL; j++)
        write_step (writer, &patient->steps[j], &patient->findings[j]);
      writer_close (writer, ']');
      writer_close (writer, '}');
    }
  writer_close (writer, ']');
}
