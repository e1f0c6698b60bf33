/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A query's answer names the path of its next page, until `done`. */
#include "error.h"
#include "i18n.h"
#include "interrupt.h"
#include "output-file.h"
#include "request-send.h"
#include "span.h"

#include <string.h>

enum { WRITE_SIZE = 16 * 1024 /* bytes, about: of records written at a time */ };

static bool
collect (const char *bytes, size_t length, void *data, GError **error)
{
  SecretBuffer *body = data;

  secret_buffer_append (body, bytes, (gssize) length);
  if (body->length <= REQUEST_MAX_PAGE)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("a page is longer than %d bytes"),
               REQUEST_MAX_PAGE);
  if (error != NULL)
    error_add_hint (*error, _ ("without --paginate and --records an answer has no limit"));
  return false;
}

/* A valid document without the space between its values: one line. */
static void
append_line (SecretBuffer *output, JsonSpan value)
{
  bool quoted = false;
  const char *end = value.start + value.length;

  for (const char *at = value.start; at < end; at++)
    {
      if (*at == '"')
        quoted = !quoted;
      if (quoted && *at == '\\')
        secret_buffer_append (output, at++, 1);
      if (quoted || strchr (" \t\r\n", *at) == NULL)
        secret_buffer_append (output, at, 1);
    }
  secret_buffer_append (output, "\n", 1);
}

static bool
flush (OutputFile *file, SecretBuffer *output, GError **error)
{
  bool written = output_file_write (file, output->data, output->length, error);

  secret_buffer_clear (output);
  return written;
}

static bool
write_records (const Api *api, OutputFile *file, JsonSpan document, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  JsonSpan records;
  JsonSpan record;

  if (!json_span_member (document, "records", &records))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("%s: the answer has no \"records\": --records is for queries"),
                   profile_name (api->profile));
      return false;
    }
  while (json_span_next (&records, &record))
    {
      append_line (&output, record);
      if (output.length > WRITE_SIZE && !flush (file, &output, error))
        return false;
    }
  return flush (file, &output, error);
}

static bool
write_document (const Api *api, OutputFile *file, JsonSpan document, GError **error)
{
  (void) api;
  return output_file_write (file, document.start, document.length, error) &&
         output_file_write (file, "\n", 1, error);
}

/* The path of the page after DOCUMENT in NEXT; NULL if it is the last. It comes from outside: only
 * a path on the same host is followed. */
static bool
find_next (const Api *api, JsonSpan document, GHashTable *seen, char **next, GError **error)
{
  JsonSpan value;
  g_autofree char *path = NULL;
  const char *trouble = NULL;

  *next = NULL;
  if (!json_span_member (document, "nextRecordsUrl", &value))
    return true;
  path = json_span_string (value);
  if (path == NULL || *path != '/')
    trouble = _ ("the path of the next page leads elsewhere");
  else if (!g_hash_table_add (seen, g_strdup (path)))
    trouble = _ ("the pages go round in a circle");
  if (trouble != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("%s: the answer's \"nextRecordsUrl\": %s"), profile_name (api->profile),
                   trouble);
      return false;
    }
  *next = g_steal_pointer (&path);
  return true;
}

/* Only the first path is the user's. */
static Url *
resolve (const Api *api, const RequestDraft *draft, const char *path, GError **error)
{
  g_autoptr (GError) reason = NULL;
  Url *url = api_resolve (api, path, &reason);

  if (url != NULL)
    return url;
  if (strcmp (path, draft->path) == 0)
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                 _ ("%s: the answer's \"nextRecordsUrl\": %s"), profile_name (api->profile),
                 reason->message);
  return NULL;
}

/* One page, checked. */
static bool
fetch (Api *api, const RequestDraft *draft, const char *path, SecretBuffer *body, GError **error)
{
  const ExchangeSink sink = { NULL, collect, body };
  g_autoptr (Url) url = resolve (api, draft, path, error);
  const ExchangeCall call = {
    .method = draft->method,
    .url = url,
    .headers = (const char *const *) draft->headers,
    .sink = &sink,
  };
  g_autoptr (ExchangeAnswer) answer = url != NULL ? api_send (api, &call, error) : NULL;
  g_autoptr (GError) cause = NULL;

  if (answer == NULL)
    return false;
  if (!api_is_success (answer))
    {
      request_refuse (api, answer, error);
      return false;
    }
  if (json_span_check (body->data != NULL ? body->data : "", body->length, &cause))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("%s: the answer cannot be read: %s"),
               profile_name (api->profile), cause->message);
  return false;
}

static bool
send_pages (Api *api, const RequestDraft *draft, const RequestOptions *options, OutputFile *file,
            GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *path = g_strdup (draft->path);

  while (path != NULL)
    {
      g_auto (SecretBuffer) body = { 0 };
      char *next = NULL;

      if (!fetch (api, draft, path, &body, error))
        return false;

      JsonSpan document = json_span_document (body.data, body.length);
      if (!(options->records ? write_records : write_document) (api, file, document, error) ||
          (options->paginate && !find_next (api, document, seen, &next, error)))
        return false;
      g_free (path);
      path = next;
    }
  return true;
}

bool
request_send_pages (Api *api, const RequestDraft *draft, const RequestOptions *options,
                    GError **error)
{
  g_auto (OutputFile) file = { .path = options->output, .force = options->force, .fd = -1 };

  if (options->output != NULL)
    api->network.cancellable = interrupt_watch ();
  return output_file_open (&file, error) && send_pages (api, draft, options, &file, error) &&
         output_file_commit (&file, error);
}
