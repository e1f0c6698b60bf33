/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for one asynchronous step after another, in a main context of their own, and not for
 * ever: a caller needs no main loop, and no step can make it hang. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

typedef struct {
  GMainContext *context;
  GCancellable *cancellable; /* for each step; the deadline cancels it */
  GSource *deadline;
  GAsyncResult *result;
  bool late;      /* the time is over */
  bool abandoned; /* and even so a step did not end: no further one may begin */
} Wait;

/* From here to wait_end the context is this thread's default. */
void wait_begin (Wait *wait, int timeout);
void wait_end (Wait *wait);

/* A step is begun with this as its callback and the Wait as its data … */
void wait_ready (GObject *source, GAsyncResult *result, void *wait);
/* … and ends here, with its result (the caller owns it), or NULL where it was abandoned. */
GAsyncResult *wait_result (Wait *wait);
