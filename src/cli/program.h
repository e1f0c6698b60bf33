/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Other programs: found on PATH, started with an argument list, never through a shell. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Error: internal, if it is not there. */
bool program_require (const char *name, GError **error);

/* How a tool can start one of ours: its bare name if it is on PATH, else its absolute path beside
 * this program. The caller owns it. Error: internal, if it is in neither place. */
char *program_find_own (const char *name, GError **error);

/* Runs to the end; its output is ours. Error: internal, if it cannot be started or fails. */
bool program_run (const char *const *argv, GError **error);

/* Runs it with nothing of its output shown: whether it is there, and its exit status is 0. */
bool program_succeeds (const char *const *argv);

/* What it prints (text), and its exit status; its stderr is ours. NULL with an error (internal) if
 * it cannot be started or is killed. The caller owns it. */
char *program_read (const char *const *argv, int *status, GError **error);
