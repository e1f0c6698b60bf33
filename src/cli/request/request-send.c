/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "request-send.h"

#include "error.h"
#include "i18n.h"
#include "interrupt.h"
#include "output-file.h"
#include "text.h"

#include <string.h>
#include <unistd.h>

typedef struct {
  OutputFile file;
  bool include;
  char last; /* byte written; '\n' before the first */
} Delivery;

/* A header line that a server wrote, for whoever reads it: one clean line. */
static void
append_header (GString *head, const char *name, const char *value)
{
  g_string_append (head, name);
  g_string_append (head, ": ");
  for (; *value != '\0'; value++)
    if (!text_has_control (value, 1))
      g_string_append_c (head, *value);
  g_string_append (head, "\r\n");
}

static bool
write_head (OutputFile *file, const ExchangeAnswer *answer, GError **error)
{
  g_autoptr (GString) head = g_string_new (NULL);

  g_string_append_printf (head, "HTTP/1.1 %u\r\n", answer->status);
  for (char **header = answer->headers; *header != NULL; header += 2)
    append_header (head, header[0], header[1]);
  g_string_append (head, "\r\n");
  return output_file_write (file, head->str, head->len, error);
}

static bool
begin (const ExchangeAnswer *answer, void *data, GError **error)
{
  Delivery *delivery = data;

  return output_file_open (&delivery->file, error) &&
         (!delivery->include || write_head (&delivery->file, answer, error));
}

static bool
take (const char *bytes, size_t length, void *data, GError **error)
{
  Delivery *delivery = data;

  delivery->last = bytes[length - 1];
  return output_file_write (&delivery->file, bytes, length, error);
}

/* On a terminal the prompt begins on a line of its own. */
static bool
finish (Delivery *delivery, GError **error)
{
  if (delivery->last != '\n' && delivery->file.path == NULL && isatty (STDOUT_FILENO) &&
      !output_file_write (&delivery->file, "\n", 1, error))
    return false;
  return output_file_commit (&delivery->file, error);
}

static bool
is_text (const char *type)
{
  return type != NULL &&
         (g_str_has_prefix (type, "text/") || g_str_has_prefix (type, "application/json") ||
          g_str_has_prefix (type, "application/xml") || g_str_has_suffix (type, "+json") ||
          g_str_has_suffix (type, "+xml"));
}

/* As `gh api` does, so that a script can read what was refused and why. */
void
request_refuse (const Api *api, const ExchangeAnswer *answer, GError **error)
{
  OutputFile standard = { .fd = STDOUT_FILENO };
  size_t length;
  const char *body = secret_bytes (answer->body, &length);

  if (is_text (answer->content_type) && length > 0 &&
      output_file_write (&standard, body, length, NULL) && body[length - 1] != '\n')
    output_file_write (&standard, "\n", 1, NULL);
  g_propagate_error (error, api_explain (api, answer));
}

bool
request_send (Api *api, const RequestDraft *draft, const RequestOptions *options, GError **error)
{
  g_auto (OutputFile) standard = { .fd = STDOUT_FILENO };
  Delivery delivery = {
    .file = { .path = options->output, .force = options->force, .fd = -1 },
    .include = options->include,
    .last = '\n',
  };
  const ExchangeSink sink = { begin, take, &delivery };
  g_autoptr (Url) url = api_resolve (api, draft->path, error);
  ExchangeCall call = {
    .method = draft->method,
    .url = url,
    .content_type = draft->content_type,
    .body = draft->body,
    .headers = (const char *const *) draft->headers,
    .sink = &sink,
    .once = draft->once,
  };
  g_autoptr (ExchangeAnswer) answer = NULL;
  bool done = false;

  if (url == NULL)
    return false;
  if (options->output != NULL)
    api->network.cancellable = interrupt_watch ();
  answer = api_send (api, &call, error);
  if (answer != NULL && !api_is_success (answer))
    {
      if (!options->include || write_head (&standard, answer, error))
        request_refuse (api, answer, error);
    }
  else if (answer != NULL)
    done = finish (&delivery, error);
  output_file_clear (&delivery.file);
  return done;
}
