/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests ask the host, and what they have it do:
 *
 *     GET  /control/stats         the counters
 *     POST /control/invalidate    every token issued so far is answered 401
 *     POST /control/set?refuse=ERROR&description=TEXT&status=N&retry-after=S
 *                                 the token endpoint refuses so, from now on
 *     POST /control/set?delay-ms=N     it answers that much later
 *     POST /control/set?date-offset=S  the host's clock is S seconds ahead
 *     POST /control/set?scope=A+B      each token may do this much
 *     POST /control/set?reset          as at the start; the counters go on
 *     GET  /control/calls              the calls to REST so far, which are then forgotten
 *     POST /control/set?rest-times=N&rest-status=N&rest-code=C&rest-message=TEXT&rest-retry-after=S
 *                                      the next N calls to REST are refused so
 *     POST /control/set?NAME=VALUE     for each further one of `numbers` and `texts` below: what it
 *                                      does is said in host.h */
#include "host.h"

#include <string.h>

typedef struct {
  const char *name;
  size_t offset;
  unsigned min;
  unsigned max;
} Number;

typedef struct {
  const char *name;
  size_t offset;
} Text;

#define NUMBER(name, member, min, max)                                                             \
  {                                                                                                \
    name, offsetof (HostFaults, member), min, max                                                  \
  }
#define TEXT(name, member)                                                                         \
  {                                                                                                \
    name, offsetof (HostFaults, member)                                                            \
  }

static const Number numbers[] = {
  NUMBER ("status", status, 400, 599),
  NUMBER ("retry-after", retry_after, 0, 86400),
  NUMBER ("delay-ms", delay_ms, 0, 600000),
  NUMBER ("records", records, 0, 1000000000),
  NUMBER ("page", page, 1, 1000000000),
  NUMBER ("rest-status", rest_status, 400, 599),
  NUMBER ("rest-retry-after", rest_retry_after, 0, 86400),
  NUMBER ("rest-times", rest_times, 0, 1000),
  NUMBER ("bulk-polls", bulk_polls, 0, 1000),
  NUMBER ("bulk-width", bulk_width, 0, 1000000),
  NUMBER ("bulk-break", bulk_break, 0, 1000000),
  NUMBER ("bulk-breaks", bulk_breaks, 0, 1000),
  NUMBER ("bulk-silent", bulk_silent, 0, 1),
};

static const Text texts[] = {
  TEXT ("refuse", refuse),
  TEXT ("description", description),
  TEXT ("scope", scope),
  TEXT ("rest-code", rest_code),
  TEXT ("rest-message", rest_message),
  TEXT ("next-url", next_url),
  TEXT ("bulk-id", bulk_id),
  TEXT ("bulk-locator", bulk_locator),
  TEXT ("bulk-state", bulk_state),
  TEXT ("bulk-message", bulk_message),
  TEXT ("bulk-type", bulk_type),
  TEXT ("bulk-header", bulk_header),
};

static void *
member_at (HostFaults *faults, size_t offset)
{
  return (char *) faults + offset;
}

void
control_clear (HostFaults *faults)
{
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer ((char **) member_at (faults, texts[i].offset), g_free);
}

void
control_reset (HostFaults *faults)
{
  control_clear (faults);
  *faults = (HostFaults){
    .description = g_strdup (""),
    .scope = g_strdup ("api web"),
    .status = SOUP_STATUS_BAD_REQUEST,
    .records = 5,
    .page = 2,
    .rest_status = SOUP_STATUS_BAD_REQUEST,
    .bulk_polls = 1,
    .bulk_breaks = 1,
  };
}

static void
set_text (char **place, const char *value)
{
  g_free (*place);
  *place = g_strdup (value);
}

static bool
parse_unsigned (const char *text, const Number *bounds, unsigned *value)
{
  uint64_t number;
  if (!g_ascii_string_to_unsigned (text, 10, bounds->min, bounds->max, &number, NULL))
    return false;
  *value = (unsigned) number;
  return true;
}

static bool
set_fault (HostFaults *faults, const char *name, const char *value)
{
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    if (strcmp (texts[i].name, name) == 0)
      {
        set_text (member_at (faults, texts[i].offset), value);
        return true;
      }
  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (strcmp (numbers[i].name, name) == 0)
      return parse_unsigned (value, &numbers[i], member_at (faults, numbers[i].offset));
  if (strcmp (name, "date-offset") == 0)
    return g_ascii_string_to_signed (value, 10, INT32_MIN, INT32_MAX, &faults->date_offset, NULL);
  if (strcmp (name, "reset") != 0)
    return false;
  control_reset (faults);
  return true;
}

/* By hand, so that `reset` needs no "=". */
static bool
set_faults (HostFaults *faults, const char *query)
{
  g_auto (GStrv) pairs = g_strsplit (query != NULL ? query : "", "&", -1);

  if (*pairs == NULL)
    return false;
  for (char **pair = pairs; *pair != NULL; pair++)
    {
      char *value = strchr (*pair, '=');
      if (value != NULL)
        *value++ = '\0';
      g_autofree char *plain = host_decode (value != NULL ? value : "");
      if (plain == NULL || !set_fault (faults, *pair, plain))
        return false;
    }
  return true;
}

static JsonObject *
stats_object (const HostStats *stats)
{
  JsonObject *object = json_object_new ();
  json_object_set_int_member (object, "exchanges", stats->exchanges);
  json_object_set_int_member (object, "refused", stats->refused);
  json_object_set_int_member (object, "git", stats->git);
  json_object_set_int_member (object, "kubernetes", stats->kubernetes);
  json_object_set_int_member (object, "unauthorized", stats->unauthorized);
  json_object_set_int_member (object, "introspected", stats->introspected);
  json_object_set_int_member (object, "revoked", stats->revoked);
  return object;
}

static JsonObject *
take_calls (GPtrArray *calls)
{
  JsonArray *list = json_array_new ();
  for (size_t i = 0; i < calls->len; i++)
    json_array_add_string_element (list, calls->pdata[i]);
  g_ptr_array_set_size (calls, 0);
  JsonObject *object = json_object_new ();
  json_object_set_array_member (object, "calls", list);
  return object;
}

void
control_serve (Host *host, SoupServerMessage *message, const char *path)
{
  bool posted = strcmp (soup_server_message_get_method (message), "POST") == 0;
  unsigned status = SOUP_STATUS_OK;

  if (strcmp (path, "/control/stats") == 0 && !posted)
    {
      host_answer (message, status, stats_object (&host->stats));
      return;
    }
  if (strcmp (path, "/control/calls") == 0 && !posted)
    {
      host_answer (message, status, take_calls (host->calls));
      return;
    }
  if (strcmp (path, "/control/invalidate") == 0 && posted)
    g_hash_table_remove_all (host->tokens);
  else if (strcmp (path, "/control/set") == 0 && posted)
    {
      const char *wishes = g_uri_get_query (soup_server_message_get_uri (message));
      if (!set_faults (&host->faults, wishes))
        status = SOUP_STATUS_BAD_REQUEST;
    }
  else
    status = SOUP_STATUS_NOT_FOUND;
  host_answer (message, status, json_object_new ());
}
