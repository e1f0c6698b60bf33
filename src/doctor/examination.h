/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the steps of all patients: those of one in their order, several patients at once. */
#pragma once

#include "patient.h"

#define EXAMINATION_AT_ONCE 16

/* After each step of anybody, in the main thread: Patient's `done` says how far each is. False:
 * nobody wants to hear more, and no further step is begun. */
typedef bool (*ExaminationProgress) (void *data);

/* PATIENTS: Patient *. What a person may have to help with goes first, one after another. Returns
 * when all are done. */
void examination_run (const GPtrArray *patients, ExaminationProgress progress, void *data);
