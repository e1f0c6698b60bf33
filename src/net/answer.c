/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "answer.h"

#include "process.h"
#include "text.h"

#include <string.h>

#define MAX_RETRY_AFTER (24 * 60 * 60) /* seconds; more is taken as this much */

/* An HTTP-date (RFC 9110 section 5.6.7) as unix seconds; 0 if it is none. */
static int64_t
read_date (const char *text)
{
  g_autoptr (GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  return date != NULL ? MAX (g_date_time_to_unix (date), 0) : 0;
}

/* What a cache on the way kept for some time still bears the date of its making (RFC 9111 section
 * 4.2.3). */
static int64_t
read_server_now (SoupMessageHeaders *headers)
{
  int64_t date = read_date (soup_message_headers_get_one (headers, "Date"));
  const char *text = soup_message_headers_get_one (headers, "Age");
  int64_t age = 0;

  return date != 0 && text != NULL && text_parse_int (text, 0, G_MAXINT32, &age) ? date + age
                                                                                 : date;
}

/* Seconds, or a date by the clock of the one who says it (RFC 9110 section 10.2.3). */
static int64_t
read_retry_after (const char *text, int64_t server_now)
{
  int64_t seconds = 0;

  if (text == NULL)
    return 0;
  if (!text_parse_int (text, 0, G_MAXINT32, &seconds))
    {
      int64_t date = read_date (text);

      seconds = date != 0 ? date - (server_now != 0 ? server_now : process_now ()) : 0;
    }
  return CLAMP (seconds, 0, MAX_RETRY_AFTER);
}

static char **
copy_headers (SoupMessageHeaders *headers)
{
  g_autoptr (GPtrArray) copies = g_ptr_array_new_with_free_func (g_free);
  SoupMessageHeadersIter iterator;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iterator, headers);
  while (soup_message_headers_iter_next (&iterator, &name, &value))
    {
      g_ptr_array_add (copies, g_strdup (name));
      g_ptr_array_add (copies, g_strdup (value));
    }
  g_ptr_array_add (copies, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&copies), FALSE);
}

ExchangeAnswer *
answer_from_message (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  ExchangeAnswer *answer = g_new0 (ExchangeAnswer, 1);

  answer->status = soup_message_get_status (message);
  answer->content_type = g_strdup (soup_message_headers_get_content_type (headers, NULL));
  answer->headers = copy_headers (headers);
  answer->date = read_server_now (headers);
  answer->retry_after =
      read_retry_after (soup_message_headers_get_one (headers, "Retry-After"), answer->date);
  return answer;
}

void
exchange_answer_free (ExchangeAnswer *answer)
{
  if (answer == NULL)
    return;
  g_clear_pointer (&answer->body, secret_unref);
  g_free (answer->content_type);
  g_strfreev (answer->headers);
  g_free (answer);
}

const char *
exchange_answer_header (const ExchangeAnswer *answer, const char *name)
{
  for (char **header = answer->headers; header != NULL && *header != NULL; header += 2)
    if (g_ascii_strcasecmp (header[0], name) == 0)
      return header[1];
  return NULL;
}
