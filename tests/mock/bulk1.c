/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bulk API 1.0, as much of it as a query needs, for who brings the token as X-SFDC-SESSION, and for
 * nobody else:
 *
 *     POST /services/async/65.0/job                           jobInfo: a query of Account, as CSV
 *     POST /services/async/65.0/job/JOB                       jobInfo: state Closed
 *     GET  /services/async/65.0/job/JOB
 *     POST /services/async/65.0/job/JOB/batch                 the query
 *     GET  /services/async/65.0/job/JOB/batch/BATCH           done when asked a second time
 *     GET  /services/async/65.0/job/JOB/batch/BATCH/result
 *     GET  /services/async/65.0/job/JOB/batch/BATCH/result/RESULT */
#include "accounts.h"
#include "host.h"
#include "xml.h"

#include <string.h>

#define PLACE  "/services/async/"
#define RESULT "752demo00000000001"

typedef struct {
  char *id;
  bool closed;
  unsigned batches;
  unsigned asked; /* how often for the state of a batch */
} Job;

/* What a request names: "65.0", "job", JOB, "batch", BATCH, "result", RESULT. */
enum { VERSION, JOB_WORD, JOB, BATCH_WORD, BATCH, RESULT_WORD, RESULT_ID, MAX_WORDS };

static void
job_free (void *data)
{
  Job *job = data;
  g_free (job->id);
  g_free (job);
}

static void
answer (SoupServerMessage *message, unsigned status, const char *type, char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, text, strlen (text));
}

static void
answer_xml (SoupServerMessage *message, unsigned status, const char *name, const char *content)
{
  char *text =
      g_strdup_printf ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><%s xmlns=\"%s\">%s</%s>", name,
                       XML_ASYNC, content, name);
  answer (message, status, "application/xml", text);
}

static void
refuse (SoupServerMessage *message, const char *code, const char *reason)
{
  g_autofree char *content = g_markup_printf_escaped (
      "<exceptionCode>%s</exceptionCode><exceptionMessage>%s</exceptionMessage>", code, reason);
  answer_xml (message, SOUP_STATUS_BAD_REQUEST, "error", content);
}

static void
answer_job (SoupServerMessage *message, unsigned status, const Job *job)
{
  g_autofree char *content = g_strdup_printf (
      "<id>%s</id><operation>query</operation><object>Account</object><state>%s</state>"
      "<contentType>CSV</contentType><numberBatchesTotal>%u</numberBatchesTotal>",
      job->id, job->closed ? "Closed" : "Open", job->batches);
  answer_xml (message, status, "jobInfo", content);
}

static void
answer_batch (SoupServerMessage *message, unsigned status, const Job *job, const char *state)
{
  g_autofree char *content =
      g_strdup_printf ("<id>751%s</id><jobId>%s</jobId><state>%s</state>"
                       "<numberRecordsProcessed>%zu</numberRecordsProcessed>",
                       job->id + 3, job->id, state, G_N_ELEMENTS (accounts));
  answer_xml (message, status, "batchInfo", content);
}

static GBytes *
request_body (SoupServerMessage *message)
{
  return soup_message_body_flatten (soup_server_message_get_request_body (message));
}

static bool
type_is (SoupServerMessage *message, const char *type)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  return g_strcmp0 (soup_message_headers_get_content_type (headers, NULL), type) == 0;
}

static bool
info_has (GHashTable *info, const char *path, const char *value)
{
  return info != NULL && g_strcmp0 (g_hash_table_lookup (info, path), value) == 0;
}

static GHashTable *
read_info (SoupServerMessage *message)
{
  g_autoptr (GBytes) body = request_body (message);
  return type_is (message, "application/xml") ? xml_read (body) : NULL;
}

static void
create_job (Host *host, SoupServerMessage *message)
{
  g_autoptr (GHashTable) info = read_info (message);

  if (!info_has (info, "async:jobInfo/async:operation", "query") ||
      !info_has (info, "async:jobInfo/async:object", "Account") ||
      !info_has (info, "async:jobInfo/async:contentType", "CSV"))
    {
      refuse (message, "InvalidJob", "only a query of Account as CSV, described in XML, is known");
      return;
    }
  if (host->bulk1_jobs == NULL)
    host->bulk1_jobs = g_ptr_array_new_with_free_func (job_free);
  Job *job = g_new0 (Job, 1);
  job->id = g_strdup_printf ("750demo%011u", host->bulk1_jobs->len + 1);
  g_ptr_array_add (host->bulk1_jobs, job);
  answer_job (message, SOUP_STATUS_CREATED, job);
}

static void
close_job (SoupServerMessage *message, Job *job)
{
  g_autoptr (GHashTable) info = read_info (message);

  if (!info_has (info, "async:jobInfo/async:state", "Closed"))
    {
      refuse (message, "InvalidJobState", "a job can only be closed here");
      return;
    }
  job->closed = true;
  answer_job (message, SOUP_STATUS_OK, job);
}

static void
add_batch (SoupServerMessage *message, Job *job)
{
  g_autoptr (GBytes) body = request_body (message);
  size_t length;
  const char *bytes = g_bytes_get_data (body, &length);
  g_autofree char *text = g_strndup (bytes, length);

  if (job->closed || job->batches > 0 || !type_is (message, "text/csv") ||
      !g_str_has_prefix (text, "SELECT ") || strstr (text, " FROM Account") == NULL)
    {
      refuse (message, "InvalidBatch", "one query, as text/csv, while the job is open");
      return;
    }
  job->batches++;
  answer_batch (message, SOUP_STATUS_CREATED, job, "Queued");
}

/* RFC 4180, with every field quoted, as the real one has it. */
static char *
make_csv (void)
{
  GString *csv = g_string_new ("\"Id\",\"Name\"\n");

  for (size_t i = 0; i < G_N_ELEMENTS (accounts); i++)
    {
      g_autoptr (GString) name = g_string_new (accounts[i].name);
      g_string_replace (name, "\"", "\"\"", 0);
      g_string_append_printf (csv, "\"%s\",\"%s\"\n", accounts[i].id, name->str);
    }
  return g_string_free (csv, FALSE);
}

static void
serve_batch (SoupServerMessage *message, Job *job, char **words, unsigned count)
{
  if (job->batches == 0 || !g_str_has_prefix (words[BATCH], "751") ||
      strcmp (words[BATCH] + 3, job->id + 3) != 0)
    refuse (message, "InvalidBatch", "there is no such batch");
  else if (count == BATCH + 1)
    answer_batch (message, SOUP_STATUS_OK, job, job->asked++ == 0 ? "InProgress" : "Completed");
  else if (job->asked < 2 || strcmp (words[RESULT_WORD], "result") != 0)
    refuse (message, "InvalidBatch", "there is no result yet");
  else if (count == RESULT_WORD + 1)
    answer_xml (message, SOUP_STATUS_OK, "result-list", "<result>" RESULT "</result>");
  else if (strcmp (words[RESULT_ID], RESULT) == 0)
    answer (message, SOUP_STATUS_OK, "text/csv", make_csv ());
  else
    refuse (message, "InvalidBatch", "there is no such result");
}

static Job *
find_job (const Host *host, const char *id)
{
  for (unsigned i = 0; host->bulk1_jobs != NULL && i < host->bulk1_jobs->len; i++)
    if (strcmp (((Job *) host->bulk1_jobs->pdata[i])->id, id) == 0)
      return host->bulk1_jobs->pdata[i];
  return NULL;
}

static void
serve_words (Host *host, SoupServerMessage *message, char **words, unsigned count)
{
  bool posted = strcmp (soup_server_message_get_method (message), "POST") == 0;
  Job *job = count > JOB ? find_job (host, words[JOB]) : NULL;

  if (count == JOB && posted)
    create_job (host, message);
  else if (job == NULL)
    refuse (message, "InvalidJob", "there is no such job");
  else if (count == JOB + 1 && posted)
    close_job (message, job);
  else if (count == JOB + 1)
    answer_job (message, SOUP_STATUS_OK, job);
  else if (strcmp (words[BATCH_WORD], "batch") == 0 && count == BATCH && posted)
    add_batch (message, job);
  else if (strcmp (words[BATCH_WORD], "batch") == 0 && count > BATCH && !posted)
    serve_batch (message, job, words, count);
  else
    refuse (message, "InvalidUrl", "there is nothing here");
}

void
bulk1_serve (Host *host, SoupServerMessage *message, const char *path)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_auto (GStrv) words =
      g_strsplit (path + MIN (strlen (PLACE), strlen (path)), "/", MAX_WORDS + 1);
  unsigned count = g_strv_length (words);

  if (!token_is_live (host, soup_message_headers_get_one (headers, "X-SFDC-SESSION")))
    refuse (message, "InvalidSessionId", "Invalid session id");
  else if (count < JOB || count > MAX_WORDS || strcmp (words[JOB_WORD], "job") != 0)
    refuse (message, "InvalidUrl", "there is nothing here");
  else
    serve_words (host, message, words, count);
}
