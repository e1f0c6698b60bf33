/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An end to what this thread waits for. The main thread must run its main loop meanwhile. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

/* Start from { 0 }. */
typedef struct {
  GCancellable *cancellable; /* cancelled when the time is over */
  GSource *alarm;
} Deadline;

void deadline_start (Deadline *deadline, int seconds);
void deadline_clear (Deadline *deadline);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Deadline, deadline_clear)

bool deadline_is_over (const Deadline *deadline);
