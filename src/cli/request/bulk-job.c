/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bulk-job.h"

#include "error.h"
#include "i18n.h"
#include "strict.h"
#include "text.h"
#include "writer.h"

#include <string.h>

enum {
  MIN_ID = 15,
  MAX_ID = 18,
  NOT_FOUND = 404,
};

typedef enum { RUNNING, DONE, LOST } Outcome;

typedef struct {
  const char *name;
  Outcome outcome;
  const char *message; /* N_() */
} State;

static const State states[] = {
  { "UploadComplete", RUNNING, NULL },
  { "InProgress", RUNNING, NULL },
  { "JobComplete", DONE, NULL },
  { "Failed", LOST, N_ ("the bulk job failed") },
  { "Aborted", LOST, N_ ("the bulk job was aborted") },
};

bool
bulk_job_is_id (const char *id)
{
  size_t length = strlen (id);

  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isalnum (id[i]))
      return false;
  return length >= MIN_ID && length <= MAX_ID;
}

static bool
set_unreadable (const Api *api, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("%s: the bulk job's description cannot be read: %s"), profile_name (api->profile),
               why);
  return false;
}

static const State *
find_state (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].name, name) == 0)
      return &states[i];
  return NULL;
}

/* What a job says of itself, into JOB. */
static bool
read_job (const Api *api, JsonObject *object, BulkJob *job, const State **state, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const char *name = json_need_string (object, "state", &reason);
  int64_t records = 0;
  bool counted = false;

  if (name == NULL ||
      !json_optional_int (object, "numberRecordsProcessed", &records, &counted, &reason))
    return set_unreadable (api, reason->message, error);
  *state = find_state (name);
  if (*state == NULL)
    {
      g_autofree char *shown = text_clean_told (name);

      return set_unreadable (api, shown, error);
    }
  g_free (job->state);
  job->state = g_strdup (name);
  job->done = (*state)->outcome == DONE;
  job->records = MAX (records, 0);
  return true;
}

/* The answer to CALL as an object; NULL with ERROR set. */
static JsonObject *
call_for_object (Api *api, const ExchangeCall *call, BulkJob *job, GError **error)
{
  g_autoptr (ExchangeAnswer) answer = api_send (api, call, error);
  g_autoptr (GError) reason = NULL;
  JsonObject *object;
  const char *body;
  size_t length;

  if (answer == NULL)
    return NULL;
  job->unknown = answer->status == NOT_FOUND;
  job->pause = answer->retry_after;
  if (!api_is_success (answer))
    {
      g_propagate_error (error, api_explain (api, answer));
      return NULL;
    }
  body = secret_bytes (answer->body, &length);
  object = json_strict_object (body, length, &reason);
  if (object == NULL)
    set_unreadable (api, reason->message, error);
  return object;
}

static Secret *
describe (const BulkOptions *options)
{
  g_auto (SecretBuffer) buffer = { 0 };
  Writer writer = { .buffer = &buffer };

  writer_open (&writer, NULL, '{');
  writer_string (&writer, "operation", "query");
  writer_string (&writer, "query", options->query);
  writer_close (&writer, '}');
  return secret_buffer_end (&buffer);
}

bool
bulk_job_create (Api *api, const BulkOptions *options, BulkJob *job, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/services/data/v%s/jobs/query", options->version);
  g_autoptr (Url) url = api_resolve (api, path, error);
  g_autoptr (Secret) body = describe (options);
  const ExchangeCall call = {
    .method = "POST",
    .url = url,
    .content_type = "application/json",
    .body = body,
    .once = true,
  };
  g_autoptr (JsonObject) object = url != NULL ? call_for_object (api, &call, job, error) : NULL;
  g_autoptr (GError) reason = NULL;
  const State *state = NULL;
  const char *id;

  if (object == NULL)
    return false;
  id = json_need_string (object, "id", &reason);
  if (id == NULL)
    return set_unreadable (api, reason->message, error);
  if (!bulk_job_is_id (id))
    return set_unreadable (api, _ ("its id is not 15 to 18 letters and digits"), error);
  if (!read_job (api, object, job, &state, error))
    return false;
  job->id = g_strdup (id);
  return true;
}

static bool
set_lost (const Api *api, const BulkJob *job, const State *state, JsonObject *object,
          GError **error)
{
  const char *told = NULL;
  g_autofree char *shown = NULL;

  json_optional_string (object, "errorMessage", &told, NULL);
  shown = told != NULL ? text_clean_told (told) : g_strdup (_ ("it does not say why"));
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, "%s: %s (%s): %s",
               profile_name (api->profile), _ (state->message), job->id, shown);
  if (error != NULL)
    error_add_hint (*error,
                    _ ("Setup, \"Bulk Data Load Jobs\" shows the job; the same command makes "
                       "a new one"));
  return false;
}

bool
bulk_job_ask (Api *api, const BulkOptions *options, BulkJob *job, GError **error)
{
  g_autofree char *path =
      g_strdup_printf ("/services/data/v%s/jobs/query/%s", options->version, job->id);
  g_autoptr (Url) url = api_resolve (api, path, error);
  const ExchangeCall call = { .method = "GET", .url = url };
  g_autoptr (JsonObject) object = url != NULL ? call_for_object (api, &call, job, error) : NULL;
  const State *state = NULL;

  if (object == NULL || !read_job (api, object, job, &state, error))
    return false;
  job->lost = state->outcome == LOST;
  return !job->lost || set_lost (api, job, state, object, error);
}

void
bulk_job_clear (BulkJob *job)
{
  g_free (job->id);
  g_free (job->state);
  *job = (BulkJob){ 0 };
}
