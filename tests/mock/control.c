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
 *     POST /control/set?reset          as at the start; the counters go on */
#include "host.h"

#include <string.h>

void
control_reset (HostFaults *faults)
{
  g_free (faults->refuse);
  g_free (faults->description);
  g_free (faults->scope);
  *faults = (HostFaults){
    .description = g_strdup (""),
    .scope = g_strdup ("api web"),
    .status = SOUP_STATUS_BAD_REQUEST,
  };
}

static void
set_text (char **place, const char *value)
{
  g_free (*place);
  *place = g_strdup (value);
}

static bool
parse_unsigned (const char *text, unsigned max, unsigned *value)
{
  uint64_t number;
  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL))
    return false;
  *value = (unsigned) number;
  return true;
}

static bool
set_fault (HostFaults *faults, const char *name, const char *value)
{
  if (strcmp (name, "reset") == 0)
    control_reset (faults);
  else if (strcmp (name, "refuse") == 0)
    set_text (&faults->refuse, value);
  else if (strcmp (name, "description") == 0)
    set_text (&faults->description, value);
  else if (strcmp (name, "scope") == 0)
    set_text (&faults->scope, value);
  else if (strcmp (name, "status") == 0)
    return parse_unsigned (value, 599, &faults->status) && faults->status >= 400;
  else if (strcmp (name, "retry-after") == 0)
    return parse_unsigned (value, 86400, &faults->retry_after);
  else if (strcmp (name, "delay-ms") == 0)
    return parse_unsigned (value, 600000, &faults->delay_ms);
  else if (strcmp (name, "date-offset") == 0)
    return g_ascii_string_to_signed (value, 10, INT32_MIN, INT32_MAX, &faults->date_offset, NULL);
  else
    return false;
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
