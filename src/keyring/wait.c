/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wait.h"

enum { PATIENCE = 500 /* milliseconds for what was cancelled to end */ };

/* GDBus's greeting of the bus, for one, cannot be cancelled. What is still under way then ends with
 * the process; its callback belongs to our context, which nobody runs any more. */
static gboolean
on_patience_over (void *data)
{
  Wait *wait = data;

  wait->abandoned = true;
  return G_SOURCE_REMOVE;
}

static gboolean
on_deadline (void *data)
{
  Wait *wait = data;
  g_autoptr (GSource) patience = g_timeout_source_new (PATIENCE);

  wait->late = true;
  g_source_set_callback (patience, on_patience_over, wait, NULL);
  g_source_attach (patience, wait->context);
  g_cancellable_cancel (wait->cancellable);
  return G_SOURCE_REMOVE;
}

void
wait_begin (Wait *wait, int timeout)
{
  *wait = (Wait){
    .context = g_main_context_new (),
    .cancellable = g_cancellable_new (),
    .deadline = g_timeout_source_new_seconds ((guint) timeout),
  };
  g_main_context_push_thread_default (wait->context);
  g_source_set_callback (wait->deadline, on_deadline, wait, NULL);
  g_source_attach (wait->deadline, wait->context);
}

void
wait_end (Wait *wait)
{
  if (wait->context == NULL)
    return;
  g_source_destroy (wait->deadline);
  g_clear_pointer (&wait->deadline, g_source_unref);
  /* What the proxies left for this context to free. */
  while (!wait->abandoned && g_main_context_iteration (wait->context, FALSE))
    ;
  g_main_context_pop_thread_default (wait->context);
  g_clear_pointer (&wait->context, g_main_context_unref);
  g_clear_object (&wait->cancellable);
  g_clear_object (&wait->result);
}

void
wait_ready (GObject *source G_GNUC_UNUSED, GAsyncResult *result, void *data)
{
  Wait *wait = data;

  g_set_object (&wait->result, result);
}

GAsyncResult *
wait_result (Wait *wait)
{
  while (wait->result == NULL && !wait->abandoned)
    g_main_context_iteration (wait->context, TRUE);
  return g_steal_pointer (&wait->result);
}
