/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was found, for people and for programs. */
#pragma once

#include "patient.h"

#include "writer.h"

/* How lines are drawn. */
typedef struct {
  unsigned width; /* columns */
  bool colour;
  bool utf8;
  bool quiet; /* only what is not as it should be */
} ReportStyle;

/* As it befits standard output and the locale. */
ReportStyle report_style (const Environment *environment, bool quiet);

/* Above the steps of PATIENT; LAST: what came before it, NULL for nothing. */
void report_add_title (GString *text, const ReportStyle *style, const Patient *patient);
/* Nothing where the style is quiet and the step went well. */
void report_add_step (GString *text, const ReportStyle *style, const Patient *patient,
                      unsigned step);
bool report_wants (const ReportStyle *style, const Finding *finding);

/* An array: of each patient its profile (null for the machine), state, and steps. */
void report_write (Writer *writer, const GPtrArray *patients);
