/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As much of Salesforce's REST API as a client needs to be tried: for who brings the token as a
 * Bearer, and for nobody else.
 *
 *     GET    /services/data                        the versions
 *     GET    …/v65.0/limits
 *     GET    …/v65.0/query?q=SELECT…               accounts, by pages
 *     GET    …/v65.0/query?q=SELECT…&columns=true  only what the columns are
 *     GET    …/v65.0/query/LOCATOR                 a further page
 *     POST   …/v65.0/sobjects/Account              {"Name": …}
 *     GET, PATCH, DELETE …/v65.0/sobjects/Account/ID
 *     GET    …/v65.0/sobjects/User/ID              the user whom the token acts as
 *            …/v65.0/jobs/query…                   bulk.c
 *
 * Versions from v31.0 on are served alike; what an answer names is of v65.0. */
#include "rest.h"

#include <string.h>

void
rest_answer (SoupServerMessage *message, unsigned status, char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json;charset=UTF-8", SOUP_MEMORY_TAKE,
                                    text, strlen (text));
}

void
rest_refuse (SoupServerMessage *message, unsigned status, const char *code, const char *reason)
{
  JsonObject *fault = json_object_new ();
  json_object_set_string_member (fault, "message", reason);
  json_object_set_string_member (fault, "errorCode", code);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), fault);
  g_autofree char *text = json_to_string (node, FALSE);
  json_object_unref (fault);
  rest_answer (message, status, g_strdup_printf ("[%s]", text));
}

JsonObject *
rest_body (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr (JsonParser) parser = json_parser_new ();
  size_t length;
  const char *bytes = g_bytes_get_data (body, &length);

  if (g_strcmp0 (soup_message_headers_get_content_type (headers, NULL), "application/json") != 0 ||
      !json_parser_load_from_data (parser, bytes, (gssize) length, NULL))
    return NULL;
  JsonNode *root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : NULL;
}

static void
answer_page (const Host *host, SoupServerMessage *message, unsigned start)
{
  const HostFaults *faults = &host->faults;
  unsigned end = MIN (start + faults->page, faults->records);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{\"totalSize\":%u,\"done\":%s,", faults->records,
                          end == faults->records ? "true" : "false");
  if (faults->next_url != NULL)
    g_string_append_printf (text, "\"nextRecordsUrl\":\"%s\",", faults->next_url);
  else if (end < faults->records)
    g_string_append_printf (text, "\"nextRecordsUrl\":\"%s/query/01gdemo-%u\",", REST_PLACE, end);
  g_string_append (text, "\"records\":[");
  for (unsigned i = start; i < end; i++)
    g_string_append_printf (
        text,
        "%s{\"attributes\":{\"type\":\"Account\",\"url\":\"%s/sobjects/Account/"
        "001demo%011u\"},\n  \"Id\":\"001demo%011u\",\"Name\":\"Müller \\\"%u\\\"\"}",
        i > start ? ",\n" : "", REST_PLACE, i, i, i);
  g_string_append (text, "]}");
  rest_answer (message, SOUP_STATUS_OK, g_string_free (text, FALSE));
}

/* What sf asks before it prints a result. */
static void
answer_columns (SoupServerMessage *message)
{
  rest_answer (message, SOUP_STATUS_OK,
               g_strdup ("{\"entityName\":\"Account\",\"groupBy\":false,\"idSelected\":true,"
                         "\"columnMetadata\":["
                         "{\"columnName\":\"Id\",\"displayName\":\"Id\",\"aggregate\":false,"
                         "\"booleanType\":false,\"numberType\":false,\"textType\":false,"
                         "\"apexType\":\"Id\",\"joinColumns\":[]},"
                         "{\"columnName\":\"Name\",\"displayName\":\"Name\",\"aggregate\":false,"
                         "\"booleanType\":false,\"numberType\":false,\"textType\":true,"
                         "\"apexType\":\"String\",\"joinColumns\":[]}]}"));
}

static void
serve_query (Host *host, SoupServerMessage *message, const char *rest, GHashTable *query)
{
  const char *soql = query != NULL ? g_hash_table_lookup (query, "q") : NULL;
  uint64_t start;

  if (g_str_has_prefix (rest, "/01gdemo-") &&
      g_ascii_string_to_unsigned (rest + strlen ("/01gdemo-"), 10, 1, host->faults.records, &start,
                                  NULL))
    answer_page (host, message, (unsigned) start);
  else if (*rest != '\0')
    rest_refuse (message, SOUP_STATUS_BAD_REQUEST, "INVALID_QUERY_LOCATOR",
                 "invalid query locator");
  else if (query != NULL && g_strcmp0 (g_hash_table_lookup (query, "columns"), "true") == 0)
    answer_columns (message);
  else if (soql == NULL || !g_str_has_prefix (soql, "SELECT "))
    rest_refuse (message, SOUP_STATUS_BAD_REQUEST, "MALFORMED_QUERY", "unexpected token: '<EOF>'");
  else
    answer_page (host, message, 0);
}

static void
create_account (SoupServerMessage *message)
{
  g_autoptr (JsonObject) body = rest_body (message);

  if (body == NULL)
    rest_refuse (message, SOUP_STATUS_BAD_REQUEST, "JSON_PARSER_ERROR", "Unexpected character");
  else if (!json_object_has_member (body, "Name"))
    rest_refuse (message, SOUP_STATUS_BAD_REQUEST, "REQUIRED_FIELD_MISSING",
                 "Required fields are missing: [Name]");
  else
    rest_answer (message, SOUP_STATUS_CREATED,
                 g_strdup ("{\"id\":\"001demo00000000001\",\"success\":true,\"errors\":[]}"));
}

static void
serve_account (SoupServerMessage *message, const char *id)
{
  const char *method = soup_server_message_get_method (message);

  if (strcmp (method, "GET") == 0)
    rest_answer (message, SOUP_STATUS_OK,
                 g_strdup_printf ("{\"Id\":\"%s\",\"Name\":\"Acme\"}", id));
  else if (strcmp (method, "PATCH") == 0 || strcmp (method, "DELETE") == 0)
    soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  else
    rest_refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED",
                 "HTTP Method not allowed. Allowed are HEAD,GET,PATCH,DELETE");
}

/* Of the fields that sf and others read; the real one has some 180. */
static void
serve_user (const Host *host, SoupServerMessage *message, const char *id)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (strcmp (soup_server_message_get_method (message), "GET") != 0 || strcmp (id, USER_ID) != 0)
    {
      rest_refuse (message, SOUP_STATUS_NOT_FOUND, "NOT_FOUND",
                   "The requested resource does not exist");
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "attributes");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "User");
  json_builder_set_member_name (builder, "url");
  json_builder_add_string_value (builder, REST_PLACE "/sobjects/User/" USER_ID);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "Id");
  json_builder_add_string_value (builder, USER_ID);
  json_builder_set_member_name (builder, "Username");
  json_builder_add_string_value (builder, host->options.username);
  json_builder_set_member_name (builder, "Name");
  json_builder_add_string_value (builder, "Robot of Acme");
  json_builder_set_member_name (builder, "IsActive");
  json_builder_add_boolean_value (builder, TRUE);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  rest_answer (message, SOUP_STATUS_OK, json_to_string (node, FALSE));
}

static void
serve_version (Host *host, SoupServerMessage *message, const char *rest, GHashTable *query)
{
  if (*rest == '\0')
    rest_answer (message, SOUP_STATUS_OK,
                 g_strdup ("{\"limits\":\"" REST_PLACE "/limits\",\"query\":\"" REST_PLACE
                           "/query\",\"sobjects\":\"" REST_PLACE "/sobjects\"}"));
  else if (strcmp (rest, "/limits") == 0)
    rest_answer (message, SOUP_STATUS_OK,
                 g_strdup ("{\"DailyApiRequests\":{\"Max\":15000,\"Remaining\":14998}}"));
  else if (g_str_has_prefix (rest, "/jobs/query"))
    bulk_serve (host, message, rest + strlen ("/jobs/query"), query);
  else if (g_str_has_prefix (rest, "/query"))
    serve_query (host, message, rest + strlen ("/query"), query);
  else if (strcmp (rest, "/sobjects/Account") == 0)
    create_account (message);
  else if (g_str_has_prefix (rest, "/sobjects/Account/"))
    serve_account (message, strrchr (rest, '/') + 1);
  else if (g_str_has_prefix (rest, "/sobjects/User/"))
    serve_user (host, message, rest + strlen ("/sobjects/User/"));
  else
    rest_refuse (message, SOUP_STATUS_NOT_FOUND, "NOT_FOUND",
                 "The requested resource does not exist");
}

/* What the tests then read from /control/calls. */
static void
note_call (Host *host, SoupServerMessage *message)
{
  GUri *uri = soup_server_message_get_uri (message);
  const char *query = g_uri_get_query (uri);

  g_ptr_array_add (host->calls,
                   g_strdup_printf ("%s %s%s%s", soup_server_message_get_method (message),
                                    g_uri_get_path (uri), query != NULL ? "?" : "",
                                    query != NULL ? query : ""));
}

static void
serve_fault (HostFaults *faults, SoupServerMessage *message)
{
  if (faults->rest_retry_after > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", faults->rest_retry_after);
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "Retry-After", seconds);
    }
  faults->rest_times--;
  rest_refuse (message, faults->rest_status, faults->rest_code, faults->rest_message);
}

/* What follows "/services/data/v51.0" in PATH; NULL: a version that is not served. Those
 * before 31.0 were retired in 2025 ("API End-of-Life Policy"). */
static const char *
find_version (const char *path)
{
  static const char place[] = "/services/data/v";
  enum { OLDEST = 31, NEWEST = 65 };
  const char *version = path + strlen (place);
  uint64_t number = 0;
  char *end = NULL;

  if (!g_str_has_prefix (path, place) || !g_ascii_isdigit (*version))
    return NULL;
  number = g_ascii_strtoull (version, &end, 10);
  return number >= OLDEST && number <= NEWEST && g_str_has_prefix (end, ".0") &&
                 strchr ("/", end[2]) != NULL
             ? end + 2
             : NULL;
}

void
rest_serve (Host *host, SoupServerMessage *message, const char *path)
{
  const char *raw = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) query = raw != NULL ? soup_form_decode (raw) : NULL;
  const char *rest = find_version (path);

  note_call (host, message);
  if (!token_is_brought (host, message, TOKEN_BEARER))
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "WWW-Authenticate", "Bearer realm=\"avouch demo\"");
      rest_refuse (message, SOUP_STATUS_UNAUTHORIZED, "INVALID_SESSION_ID",
                   "Session expired or invalid");
    }
  else if (host->faults.rest_times > 0)
    serve_fault (&host->faults, message);
  else if (strcmp (path, "/services/data") == 0)
    rest_answer (message, SOUP_STATUS_OK,
                 g_strdup ("[{\"label\":\"Winter '26\",\"url\":\"" REST_PLACE
                           "\",\"version\":\"" REST_VERSION "\"}]"));
  else if (rest != NULL)
    serve_version (host, message, rest, query);
  else
    rest_refuse (message, SOUP_STATUS_NOT_FOUND, "UNSUPPORTED_API_VERSION", "Unsupported version");
}
