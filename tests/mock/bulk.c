/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bulk API 2.0, as much of it as a query needs:
 *
 *     POST …/jobs/query                    {"operation": "query", "query": "SELECT …"}
 *     GET  …/jobs/query/JOB                InProgress for as often as `bulk-polls` says
 *     GET  …/jobs/query/JOB/results?maxRecords=N&locator=L
 *
 * A page is made while it is sent, so that it can be of any size. */
#include "rest.h"

#include <string.h>

#define CHUNK (256 * 1024) /* bytes, about */

static void
answer_job (const Host *host, SoupServerMessage *message, const char *state)
{
  const HostFaults *faults = &host->faults;
  g_autofree char *id = g_strdup_printf ("750demo%011u", host->bulk_jobs);
  JsonObject *job = json_object_new ();

  json_object_set_string_member (job, "id", faults->bulk_id != NULL ? faults->bulk_id : id);
  json_object_set_string_member (job, "operation", "query");
  json_object_set_string_member (job, "object", "Account");
  json_object_set_string_member (job, "state", state);
  json_object_set_string_member (job, "contentType", "CSV");
  json_object_set_string_member (job, "lineEnding", "LF");
  if (strcmp (state, "JobComplete") == 0)
    json_object_set_int_member (job, "numberRecordsProcessed", faults->records);
  if (faults->bulk_message != NULL)
    json_object_set_string_member (job, "errorMessage", faults->bulk_message);
  host_answer (message, SOUP_STATUS_OK, job);
}

static void
create_job (Host *host, SoupServerMessage *message)
{
  g_autoptr (JsonObject) body = rest_body (message);
  const char *operation =
      body != NULL ? json_object_get_string_member_with_default (body, "operation", "") : "";
  const char *query =
      body != NULL ? json_object_get_string_member_with_default (body, "query", "") : "";

  if (strcmp (operation, "query") != 0 || json_object_get_size (body) != 2)
    rest_refuse (message, SOUP_STATUS_BAD_REQUEST, "INVALIDJOB", "operation and query are needed");
  else if (!g_str_has_prefix (query, "SELECT "))
    rest_refuse (message, SOUP_STATUS_BAD_REQUEST, "API_ERROR",
                 "MALFORMED_QUERY: unexpected token");
  else
    {
      host->bulk_jobs++;
      host->bulk_polls = 0;
      answer_job (host, message, "UploadComplete");
    }
}

static void
ask_job (Host *host, SoupServerMessage *message)
{
  const HostFaults *faults = &host->faults;

  if (faults->bulk_state != NULL)
    answer_job (host, message, faults->bulk_state);
  else
    answer_job (host, message,
                host->bulk_polls++ < faults->bulk_polls ? "InProgress" : "JobComplete");
}

/* A page under way. */
typedef struct {
  Host *host;
  SoupServerMessage *message;
  unsigned next;
  unsigned end;
  unsigned stop; /* the connection breaks, or falls silent, before this one */
  bool silent;
} Page;

static void
page_free (void *data, G_GNUC_UNUSED GClosure *closure)
{
  g_free (data);
}

static void
append_record (GString *text, unsigned number, unsigned width)
{
  size_t start = text->len;

  g_string_append_printf (text, "\"001demo%011u\",\"a \"\"quoted\"\"\nname %u\",\"", number,
                          number);
  size_t taken = text->len - start;
  if (taken + 2 < width)
    {
      g_string_set_size (text, start + width - 2);
      memset (text->str + start + taken, 'x', width - 2 - taken);
    }
  g_string_append (text, "\"\n");
}

static void
append_chunk (G_GNUC_UNUSED SoupServerMessage *sender, Page *page)
{
  SoupMessageBody *body = soup_server_message_get_response_body (page->message);

  if (page->next == page->stop)
    {
      if (!page->silent)
        g_socket_close (soup_server_message_get_socket (page->message), NULL);
      else
        soup_server_message_pause (page->message);
      return;
    }
  GString *text = g_string_sized_new (2 * CHUNK);
  while (page->next < page->end && page->next != page->stop && text->len < CHUNK)
    append_record (text, page->next++, page->host->faults.bulk_width);
  size_t length = text->len;
  unsigned char *bytes = (unsigned char *) g_string_free (text, FALSE);
  if (length > 0)
    soup_message_body_append_take (body, bytes, length);
  else
    {
      g_free (bytes);
      soup_message_body_complete (body);
    }
}

static void
set_headers (const Host *host, SoupServerMessage *message, unsigned end, unsigned count)
{
  const HostFaults *faults = &host->faults;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *records = g_strdup_printf ("%u", count);
  g_autofree char *place = g_strdup_printf ("at %u", end);
  g_autofree char *locator = g_base64_encode ((const unsigned char *) place, strlen (place));

  soup_message_headers_replace (headers, "Sforce-NumberOfRecords", records);
  soup_message_headers_replace (headers, "Sforce-Locator",
                                faults->bulk_locator != NULL ? faults->bulk_locator
                                : end < faults->records      ? locator
                                                             : "null");
  soup_message_headers_set_content_type (
      headers, faults->bulk_type != NULL ? faults->bulk_type : "text/csv", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
}

static void
send_page (Host *host, SoupServerMessage *message, unsigned start, unsigned most)
{
  HostFaults *faults = &host->faults;
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  Page *page = g_new0 (Page, 1);
  const char *header = start > 0 && faults->bulk_header != NULL ? faults->bulk_header
                                                                : "\"Id\",\"Name\",\"Filler\"\n";

  *page =
      (Page){ host,      message, start, MIN (start + MIN (most, faults->page), faults->records),
              G_MAXUINT, false };
  if (start / faults->page + 1 == faults->bulk_break && faults->bulk_breaks > 0)
    {
      faults->bulk_breaks--;
      page->stop = start + (page->end - start) / 2;
      page->silent = faults->bulk_silent;
    }
  set_headers (host, message, page->end, page->end - start);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_body_set_accumulate (body, FALSE);
  if (*header != '\0')
    soup_message_body_append (body, SOUP_MEMORY_COPY, header, strlen (header));
  g_signal_connect_data (message, "wrote-chunk", G_CALLBACK (append_chunk), page, page_free, 0);
  if (*header == '\0')
    append_chunk (message, page);
}

/* Where a locator leads; 0 without one. */
static bool
read_locator (const char *locator, unsigned *start)
{
  uint64_t number = 0;
  size_t length = 0;
  g_autofree unsigned char *place = locator != NULL ? g_base64_decode (locator, &length) : NULL;
  g_autofree char *text = g_strndup ((const char *) place, length);

  *start = 0;
  if (locator == NULL)
    return true;
  if (!g_str_has_prefix (text, "at ") ||
      !g_ascii_string_to_unsigned (text + 3, 10, 1, G_MAXUINT, &number, NULL))
    return false;
  *start = (unsigned) number;
  return true;
}

static void
serve_results (Host *host, SoupServerMessage *message, GHashTable *query)
{
  const char *most = query != NULL ? g_hash_table_lookup (query, "maxRecords") : NULL;
  const char *locator = query != NULL ? g_hash_table_lookup (query, "locator") : NULL;
  uint64_t limit = G_MAXUINT;
  unsigned start;

  if (!read_locator (locator, &start) || start > host->faults.records ||
      (most != NULL && !g_ascii_string_to_unsigned (most, 10, 1, G_MAXUINT, &limit, NULL)))
    rest_refuse (message, SOUP_STATUS_BAD_REQUEST, "INVALIDLOCATOR", "the locator is not valid");
  else
    send_page (host, message, start, (unsigned) limit);
}

void
bulk_serve (Host *host, SoupServerMessage *message, const char *rest, GHashTable *query)
{
  bool posted = strcmp (soup_server_message_get_method (message), "POST") == 0;
  g_autofree char *job = g_strdup_printf ("/750demo%011u", host->bulk_jobs);
  g_autofree char *results = g_strconcat (job, "/results", NULL);

  if (posted && *rest == '\0')
    create_job (host, message);
  else if (!posted && host->bulk_jobs > 0 && strcmp (rest, job) == 0)
    ask_job (host, message);
  else if (!posted && host->bulk_jobs > 0 && strcmp (rest, results) == 0)
    serve_results (host, message, query);
  else
    rest_refuse (message, SOUP_STATUS_NOT_FOUND, "NOT_FOUND",
                 "The requested resource does not exist");
}
