/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "deadline.h"

static gboolean
on_alarm (void *cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

void
deadline_start (Deadline *deadline, int seconds)
{
  deadline->cancellable = g_cancellable_new ();
  deadline->alarm = g_timeout_source_new ((unsigned) seconds * 1000);
  g_source_set_callback (deadline->alarm, on_alarm, g_object_ref (deadline->cancellable),
                         g_object_unref);
  g_source_attach (deadline->alarm, NULL);
}

void
deadline_clear (Deadline *deadline)
{
  if (deadline->alarm != NULL)
    g_source_destroy (deadline->alarm);
  g_clear_pointer (&deadline->alarm, g_source_unref);
  g_clear_object (&deadline->cancellable);
}

bool
deadline_is_over (const Deadline *deadline)
{
  return g_cancellable_is_cancelled (deadline->cancellable);
}
