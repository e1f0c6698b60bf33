/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bulk.h"

#include "bulk-job.h"
#include "bulk-page.h"
#include "bulk-part.h"
#include "error.h"
#include "i18n.h"
#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
  FIRST_POLL = 250, /* milliseconds; each further pause is half as long again */
  MAX_POLL = 15 * 1000,
  PAGE_TRIES = 4,
  FIRST_PAGE_PAUSE = 500, /* milliseconds; doubled before each further try */
};

typedef struct {
  Api *api;
  const BulkOptions *options;
  BulkPart part; /* where the pages go, and how far they have come */
  Progress progress;
  int64_t total;  /* records that the job has; 0: not said */
  bool forgotten; /* by the server: there is no such job any more */
  char *header;   /* the first page's line */
  GHashTable *locators;
} Bulk;

static void
bulk_clear (Bulk *bulk)
{
  progress_end (&bulk->progress);
  bulk_part_clear (&bulk->part);
  g_free (bulk->header);
  g_clear_pointer (&bulk->locators, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bulk, bulk_clear)

static bool
set_late (const Bulk *bulk, const BulkJob *job, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
               _ ("%s: the bulk job %s is not done after %lld seconds: %s"),
               profile_name (bulk->api->profile), job->id, (long long) bulk->options->wait,
               job->state);
  if (error != NULL)
    error_add_hint (*error, _ ("--wait allows more seconds"));
  return false;
}

static bool
pause_before_poll (const Bulk *bulk, const BulkJob *job, int64_t *pause, int64_t deadline,
                   GError **error)
{
  int64_t left = (deadline - g_get_monotonic_time ()) / 1000;
  int64_t wanted = MAX (*pause, job->pause * 1000);

  if (left <= 0)
    return set_late (bulk, job, error);
  *pause = MIN (*pause * 3 / 2, MAX_POLL);
  if (interrupt_pause (MIN (wanted, left)))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("interrupted"));
  return false;
}

/* Until the job is done. */
static bool
wait_for_job (Bulk *bulk, GError **error)
{
  g_auto (BulkJob) job = { .id = g_strdup (bulk->part.state.job) };
  int64_t deadline = g_get_monotonic_time () + bulk->options->wait * G_USEC_PER_SEC;
  int64_t pause = FIRST_POLL;

  while (bulk_job_ask (bulk->api, bulk->options, &job, error))
    {
      bulk->total = job.records;
      if (job.done)
        return true;
      progress_wait (&bulk->progress, job.id, job.state);
      if (!pause_before_poll (bulk, &job, &pause, deadline, error))
        return false;
    }
  if (job.lost)
    bulk_part_discard (&bulk->part);
  bulk->forgotten = job.unknown;
  return false;
}

static void
on_progress (int64_t records, int64_t bytes, void *data)
{
  Bulk *bulk = data;
  const BulkState *state = &bulk->part.state;

  progress_count (&bulk->progress, state->records + records, bulk->total, state->offset + bytes);
}

/* Whether another try may succeed, and nothing is left of this one. */
static bool
may_try_again (const Bulk *bulk, const BulkPage *page, const GError *cause, unsigned tries)
{
  bool broken = g_error_matches (cause, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK) ||
                g_error_matches (cause, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);

  if (!broken || page->unusable || tries == PAGE_TRIES || interrupt_came ())
    return false;
  return bulk->part.path != NULL || page->bytes == 0;
}

/* The page that is due, tried again where the connection breaks. */
static bool
fetch_page (Bulk *bulk, BulkPage *page, GError **error)
{
  const BulkState *state = &bulk->part.state;
  int64_t pause = FIRST_PAGE_PAUSE;

  for (unsigned tries = 1;; tries++)
    {
      g_autoptr (GError) cause = NULL;

      *page = (BulkPage){
        .fd = bulk->part.fd,
        .place = bulk->part.path != NULL ? bulk->part.path : _ ("standard output"),
        .header = bulk->header,
        .tell = on_progress,
        .data = bulk,
      };
      if (bulk_page_fetch (bulk->api, bulk->options, state->job, state->locator, page, &cause))
        return true;
      if (!may_try_again (bulk, page, cause, tries) || !bulk_part_rewind (&bulk->part, NULL) ||
          !interrupt_pause (pause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return false;
        }
      bulk_page_clear (page);
      pause *= 2;
    }
}

static bool
note_locator (Bulk *bulk, const BulkPage *page, GError **error)
{
  if (page->next == NULL || g_hash_table_add (bulk->locators, g_strdup (page->next)))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("%s: a page of the result: its Sforce-Locator has been there before"),
               profile_name (bulk->api->profile));
  return false;
}

static bool
take_page (Bulk *bulk, GError **error)
{
  g_auto (BulkPage) page = { 0 };

  if (!fetch_page (bulk, &page, error) || !note_locator (bulk, &page, error))
    return false;
  if (bulk->header == NULL)
    bulk->header = g_strdup (page.first->str);
  return bulk_part_add (&bulk->part, &page, error);
}

static bool
take_pages (Bulk *bulk, GError **error)
{
  if (bulk->part.state.offset > 0 && !bulk_part_read_header (&bulk->part, &bulk->header, error))
    return false;
  while (!bulk->part.state.complete)
    if (!take_page (bulk, error))
      return false;
  return true;
}

static bool
create_job (Bulk *bulk, GError **error)
{
  g_auto (BulkJob) job = { 0 };

  if (bulk->part.state.job != NULL)
    return true;
  if (!bulk_job_create (bulk->api, bulk->options, &job, error))
    return false;
  return bulk_part_begin (&bulk->part, job.id, error);
}

static bool
work (Bulk *bulk, GError **error)
{
  const BulkState *state = &bulk->part.state;

  if (!create_job (bulk, error))
    return false;
  if (bulk->api->invocation->verbose > 0)
    fprintf (stderr, _ ("avouch: bulk job %s, %lld pages so far\n"), state->job,
             (long long) state->pages);
  return state->complete || (wait_for_job (bulk, error) && take_pages (bulk, error));
}

/* Every failure that leaves something to go on with says so; of an interruption there is nothing
 * else to say. */
static void
explain (const Bulk *bulk, GError *error)
{
  const BulkState *state = &bulk->part.state;

  if (interrupt_came ())
    {
      g_free (error->message);
      error->message = g_strdup_printf (_ ("%s: interrupted"), profile_name (bulk->api->profile));
    }
  if (bulk->part.path == NULL || state->job == NULL || state->complete)
    return;
  if (bulk->forgotten)
    error_add_hint (error, _ ("results are kept for seven days; --restart begins anew"));
  else if (state->pages > 0)
    error_add_hint (error, _ ("the same command goes on after page %lld"),
                    (long long) state->pages);
  else
    error_add_hint (error, _ ("the same command goes on with job %s"), state->job);
}

static bool
report (const Bulk *bulk, GError **error)
{
  g_autofree char *shown = NULL;
  g_autofree char *text = NULL;

  if (bulk->options->output == NULL || bulk->api->invocation->quiet)
    return true;
  shown = text_clean (bulk->options->output, -1);
  text = g_strdup_printf (_ ("%s: %lld records\n"), shown, (long long) bulk->part.state.records);
  return output_text (text, error);
}

/* Where it would not be drawn into other lines. */
static bool
wants_progress (const Api *api, const BulkOptions *options)
{
  const Invocation *call = api->invocation;
  const char *terminal = g_environ_getenv (call->environment->inherited, "TERM");

  return !call->quiet && call->verbose == 0 && terminal != NULL && *terminal != '\0' &&
         strcmp (terminal, "dumb") != 0 && (options->output != NULL || !isatty (STDOUT_FILENO));
}

bool
bulk_run (Api *api, const BulkOptions *options, GError **error)
{
  g_auto (Bulk) bulk = { .api = api, .options = options, .part = { .fd = STDOUT_FILENO } };
  g_autoptr (GError) cause = NULL;
  bool done;

  if (options->output != NULL)
    api->network.cancellable = interrupt_watch ();
  if (!bulk_part_open (&bulk.part, api, options, error))
    return false;
  bulk.locators = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  progress_begin (&bulk.progress, profile_name (api->profile), wants_progress (api, options));
  done = work (&bulk, &cause) && bulk_part_finish (&bulk.part, options, &cause);
  progress_end (&bulk.progress);
  if (done)
    return report (&bulk, error);
  explain (&bulk, cause);
  if (bulk.part.state.job == NULL)
    bulk_part_discard (&bulk.part);
  g_propagate_error (error, g_steal_pointer (&cause));
  return false;
}
