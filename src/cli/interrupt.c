/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "interrupt.h"

#include <glib-unix.h>
#include <signal.h>

/* Of the process, as signals are. */
static GCancellable *cancellable;
static int came;

static gboolean
on_signal (void *user_data)
{
  came = GPOINTER_TO_INT (user_data);
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
watch (int number)
{
  struct sigaction action;

  if (sigaction (number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
    g_unix_signal_add (number, on_signal, GINT_TO_POINTER (number));
}

GCancellable *
interrupt_watch (void)
{
  if (cancellable != NULL)
    return cancellable;
  cancellable = g_cancellable_new ();
  watch (SIGINT);
  watch (SIGTERM);
  return cancellable;
}

bool
interrupt_came (void)
{
  return came != 0;
}

void
interrupt_pass_on (void)
{
  if (came == 0)
    return;
  signal (came, SIG_DFL);
  raise (came);
}

static gboolean
on_over (void *user_data)
{
  *(bool *) user_data = true;
  return G_SOURCE_REMOVE;
}

bool
interrupt_pause (int64_t milliseconds)
{
  bool over = false;
  unsigned source = g_timeout_add ((unsigned) MIN (milliseconds, G_MAXINT), on_over, &over);

  while (!over && !interrupt_came ())
    g_main_context_iteration (NULL, TRUE);
  if (!over)
    g_source_remove (source);
  return over;
}
