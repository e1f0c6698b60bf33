/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ctrl-C while something is half done: it is put away first. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/* From now on the first SIGINT or SIGTERM cancels what is returned (borrowed; for as long as the
 * process lives); a second one ends the process as ever. Signals that are ignored stay so. */
GCancellable *interrupt_watch (void);

/* Whether one came. */
bool interrupt_came (void);

/* Ends the process by the signal that came, if one did: a shell's loop goes on after any other
 * end. */
void interrupt_pass_on (void);

/* Waits; false if it was cut short by a signal. */
bool interrupt_pause (int64_t milliseconds);
