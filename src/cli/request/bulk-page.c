/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bulk-page.h"

#include "error.h"
#include "i18n.h"
#include "output-file.h"
#include "text.h"

#include <string.h>

bool
bulk_page_is_locator (const char *locator)
{
  size_t length = strlen (locator);

  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isgraph (locator[i]))
      return false;
  return length > 0 && length <= BULK_MAX_LOCATOR && strcmp (locator, "null") != 0;
}

static bool
fail (BulkPage *page, const char *why, GError **error)
{
  page->unusable = true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("a page of the result: %s"), why);
  return false;
}

static bool
read_locator (BulkPage *page, const ExchangeAnswer *answer, GError **error)
{
  const char *locator = exchange_answer_header (answer, "Sforce-Locator");

  if (locator == NULL || strcmp (locator, "null") == 0)
    return true;
  if (!bulk_page_is_locator (locator))
    return fail (page, _ ("its Sforce-Locator is not usable"), error);
  page->next = g_strdup (locator);
  return true;
}

static bool
begin (const ExchangeAnswer *answer, void *data, GError **error)
{
  BulkPage *page = data;
  const char *count = exchange_answer_header (answer, "Sforce-NumberOfRecords");

  if (g_strcmp0 (answer->content_type, "text/csv") != 0)
    return fail (page, _ ("it is not text/csv"), error);
  page->announced = -1;
  if (count != NULL && !text_parse_int (count, 0, G_MAXINT64, &page->announced))
    return fail (page, _ ("its Sforce-NumberOfRecords is no number"), error);
  page->first = g_string_new (NULL);
  return read_locator (page, answer, error);
}

static bool
put (BulkPage *page, const char *bytes, size_t length, GError **error)
{
  if (length == 0)
    return true;
  if (!output_file_write_fd (page->fd, bytes, length, page->place, error))
    {
      page->unusable = true;
      return false;
    }
  page->bytes += (int64_t) length;
  page->last = bytes[length - 1];
  return true;
}

/* The line is whole, or all that there is of it. */
static bool
end_header (BulkPage *page, GError **error)
{
  GString *line = page->first;

  page->headed = true;
  if (line->len > 0 && line->str[line->len - 1] == '\r')
    g_string_truncate (line, line->len - 1);
  if (line->len == 0)
    return fail (page, _ ("it has no header line"), error);
  if (page->header == NULL)
    return put (page, line->str, line->len, error) && put (page, "\n", 1, error);
  return strcmp (page->header, line->str) == 0 ||
         fail (page, _ ("its header line differs from the first page's"), error);
}

/* How many of the next LENGTH bytes belong to the header line. */
static bool
take_header (BulkPage *page, const char *bytes, size_t length, size_t *taken, GError **error)
{
  const char *end = memchr (bytes, '\n', length);
  size_t part = end != NULL ? (size_t) (end - bytes) : length;

  *taken = end != NULL ? part + 1 : part;
  if (page->first->len + part > BULK_MAX_HEADER || memchr (bytes, '\0', part) != NULL)
    return fail (page, _ ("its header line is too long, or is none"), error);
  g_string_append_len (page->first, bytes, (gssize) part);
  return end == NULL || end_header (page, error);
}

/* A line feed within quotes is part of a value. */
static void
count_records (BulkPage *page, const char *bytes, size_t length)
{
  bool quoted = page->quoted;
  int64_t records = 0;

  for (size_t i = 0; i < length; i++)
    {
      quoted ^= bytes[i] == '"';
      records += bytes[i] == '\n' && !quoted;
    }
  page->quoted = quoted;
  page->records += records;
}

static bool
take (const char *bytes, size_t length, void *data, GError **error)
{
  BulkPage *page = data;
  size_t taken = 0;

  if (!page->headed && !take_header (page, bytes, length, &taken, error))
    return false;
  count_records (page, bytes + taken, length - taken);
  if (!put (page, bytes + taken, length - taken, error))
    return false;
  if (page->tell != NULL)
    page->tell (page->records, page->bytes, page->data);
  return true;
}

/* What the headers promised against what came. */
static bool
end_page (BulkPage *page, GError **error)
{
  bool empty = page->announced == 0 && page->first->len == 0;

  if (!page->headed && !empty && !end_header (page, error))
    return false;
  if (page->quoted)
    return fail (page, _ ("it ends within a quoted value"), error);
  if (page->bytes > 0 && page->last != '\n')
    {
      page->records++;
      if (!put (page, "\n", 1, error))
        return false;
    }
  if (page->announced < 0 || page->announced == page->records)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("a page of the result: it has %lld records, and %lld were announced"),
               (long long) page->records, (long long) page->announced);
  return false;
}

static Url *
page_url (const Api *api, const BulkOptions *options, const char *job, const char *locator,
          GError **error)
{
  g_autofree char *escaped = locator != NULL ? g_uri_escape_string (locator, NULL, FALSE) : NULL;
  g_autofree char *path = g_strdup_printf (
      "/services/data/v%s/jobs/query/%s/results?maxRecords=%d%s%s", options->version, job,
      BULK_PAGE_RECORDS, escaped != NULL ? "&locator=" : "", escaped != NULL ? escaped : "");

  return api_resolve (api, path, error);
}

bool
bulk_page_fetch (Api *api, const BulkOptions *options, const char *job, const char *locator,
                 BulkPage *page, GError **error)
{
  static const char *const headers[] = { "Accept", "text/csv", NULL };
  const ExchangeSink sink = { begin, take, page };
  g_autoptr (Url) url = page_url (api, options, job, locator, error);
  const ExchangeCall call = { .method = "GET", .url = url, .headers = headers, .sink = &sink };
  g_autoptr (ExchangeAnswer) answer = url != NULL ? api_send (api, &call, error) : NULL;
  g_autoptr (GError) cause = NULL;

  if (answer == NULL)
    return false;
  if (api_is_success (answer))
    {
      if (end_page (page, &cause))
        return true;
      error_add_prefix (cause, profile_name (api->profile));
      g_propagate_error (error, g_steal_pointer (&cause));
      return false;
    }
  page->unusable = true;
  g_propagate_error (error, api_explain (api, answer));
  return false;
}

void
bulk_page_clear (BulkPage *page)
{
  g_clear_pointer (&page->next, g_free);
  if (page->first != NULL)
    g_string_free (page->first, TRUE);
  page->first = NULL;
}
