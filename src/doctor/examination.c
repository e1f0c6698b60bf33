/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "examination.h"

#include "passphrase.h"
#include "step.h"

#include <string.h>

typedef struct {
  ExaminationProgress progress;
  void *data;
  GMainLoop *loop;
  unsigned left; /* patients; of the main thread alone */
  int stopped;   /* atomic */
} Examination;

/* From a worker to the main thread. */
typedef struct {
  Examination *examination;
  bool last; /* the patient is done */
} Report;

static void
tell (Examination *examination)
{
  if (!g_atomic_int_get (&examination->stopped) && !examination->progress (examination->data))
    g_atomic_int_set (&examination->stopped, TRUE);
}

static gboolean
on_report (void *user_data)
{
  Report *report = user_data;
  Examination *examination = report->examination;

  tell (examination);
  if (report->last && --examination->left == 0)
    g_main_loop_quit (examination->loop);
  return G_SOURCE_REMOVE;
}

static void
send_report (Examination *examination, bool last)
{
  Report *report = g_new (Report, 1);

  *report = (Report){ examination, last };
  g_idle_add_full (G_PRIORITY_DEFAULT, on_report, report, g_free);
}

/* A main context of its own: exchanges wait in it, and nobody else's callbacks run here. */
static void
treat (void *data, void *user_data)
{
  Patient *patient = data;
  Examination *examination = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  while (!g_atomic_int_get (&examination->stopped) && step_next (patient))
    send_report (examination, false);
  /* What the last exchange left to be done holds the context, and its connection. */
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  send_report (examination, true);
}

/* A prompt, a desktop that asks to unlock its keyring, a token with a pad. */
static bool
may_need_a_person (const Patient *patient)
{
  static const char *const settings[] = { "passphrase", "key-passphrase" };
  const char *location = profile_get (patient->profile, "key");
  PassphraseKind kind;
  const char *argument;

  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    if (passphrase_parse (patient->profile, settings[i], &kind, &argument, NULL) &&
        (kind == PASSPHRASE_PROMPT || passphrase_asks_keyring (patient->profile, settings[i])))
      return true;
  return location != NULL && key_is_uri (location);
}

static bool
is_next (const Patient *patient, const char *until)
{
  const char *name = patient->steps[patient->done].name;

  return name == NULL || strcmp (name, until) == 0;
}

/* The machine's steps, and the first ones of those who may need a person. */
static void
treat_in_turn (Examination *examination, Patient *patient)
{
  if (patient->profile != NULL && !may_need_a_person (patient))
    return;
  while (!g_atomic_int_get (&examination->stopped) && !is_next (patient, "dns"))
    {
      step_next (patient);
      tell (examination);
    }
}

void
examination_run (const GPtrArray *patients, ExaminationProgress progress, void *data)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Examination examination = {
    .progress = progress,
    .data = data,
    .loop = loop,
    .left = patients->len,
  };
  GThreadPool *pool;

  for (size_t i = 0; i < patients->len; i++)
    treat_in_turn (&examination, patients->pdata[i]);
  pool = g_thread_pool_new (treat, &examination, EXAMINATION_AT_ONCE, FALSE, NULL);
  for (size_t i = 0; i < patients->len; i++)
    g_thread_pool_push (pool, patients->pdata[i], NULL);
  if (examination.left > 0)
    g_main_loop_run (loop);
  g_thread_pool_free (pool, FALSE, TRUE);
}
