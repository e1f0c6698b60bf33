/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The partner endpoint of the SOAP API: getUserInfo and query, for who brings the session's id in a
 * SessionHeader, and for nobody else. */
#include "accounts.h"
#include "host.h"
#include "xml.h"

#include <string.h>

#define PLACE  "/services/Soap/u/"
#define HEADER "soap:Envelope/soap:Header/partner:SessionHeader/partner:sessionId"
#define BODY   "soap:Envelope/soap:Body/"

static void
answer (SoupServerMessage *message, unsigned status, const char *body)
{
  char *text = g_strconcat ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                            "<soapenv:Envelope xmlns:soapenv=\"" XML_SOAP "\" "
                            "xmlns=\"" XML_PARTNER "\" "
                            "xmlns:sf=\"",
                            status == SOUP_STATUS_OK ? "urn:sobject.partner.soap.sforce.com"
                                                     : "urn:fault.partner.soap.sforce.com",
                            "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
                            "<soapenv:Body>",
                            body, "</soapenv:Body></soapenv:Envelope>", NULL);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/xml; charset=utf-8", SOUP_MEMORY_TAKE, text,
                                    strlen (text));
}

static void
fault (SoupServerMessage *message, const char *code, const char *reason)
{
  const char *local = strchr (code, ':') + 1;
  g_autofree char *body = g_markup_printf_escaped (
      "<soapenv:Fault><faultcode>%s</faultcode><faultstring>%s: %s</faultstring><detail>"
      "<sf:UnexpectedErrorFault xsi:type=\"sf:UnexpectedErrorFault\">"
      "<sf:exceptionCode>%s</sf:exceptionCode><sf:exceptionMessage>%s</sf:exceptionMessage>"
      "</sf:UnexpectedErrorFault></detail></soapenv:Fault>",
      code, local, reason, local, reason);

  answer (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, body);
}

static void
get_user_info (const Host *host, SoupServerMessage *message, G_GNUC_UNUSED GHashTable *request)
{
  g_autofree char *body = g_markup_printf_escaped (
      "<getUserInfoResponse><result><organizationId>00Ddemo0000000000</organizationId>"
      "<organizationName>avouch demo</organizationName>"
      "<sessionSecondsValid>%d</sessionSecondsValid><userFullName>Robot</userFullName>"
      "<userId>005demo00000000001</userId><userName>%s</userName></result></getUserInfoResponse>",
      host->options.session, host->options.username);

  answer (message, SOUP_STATUS_OK, body);
}

static void
query (G_GNUC_UNUSED const Host *host, SoupServerMessage *message, GHashTable *request)
{
  const char *text = g_hash_table_lookup (request, BODY "partner:query/partner:queryString");
  g_autoptr (GString) body =
      g_string_new ("<queryResponse><result xsi:type=\"QueryResult\"><done>true</done>"
                    "<queryLocator xsi:nil=\"true\"/>");

  if (text == NULL || !g_str_has_prefix (text, "SELECT ") || strstr (text, " FROM Account") == NULL)
    {
      fault (message, "sf:MALFORMED_QUERY", "only Account can be queried here");
      return;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (accounts); i++)
    {
      g_autofree char *record = g_markup_printf_escaped (
          "<records xsi:type=\"sf:sObject\"><sf:type>Account</sf:type><sf:Id>%s</sf:Id>"
          "<sf:Name>%s</sf:Name></records>",
          accounts[i].id, accounts[i].name);
      g_string_append (body, record);
    }
  g_string_append_printf (body, "<size>%zu</size></result></queryResponse>",
                          G_N_ELEMENTS (accounts));
  answer (message, SOUP_STATUS_OK, body->str);
}

static const struct {
  const char *path;
  void (*call) (const Host *host, SoupServerMessage *message, GHashTable *request);
} calls[] = {
  { BODY "partner:getUserInfo", get_user_info },
  { BODY "partner:query", query },
};

/* What the endpoint demands before it looks at the session. */
static bool
check_form (SoupServerMessage *message, const char *path)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  const char *version = path + strlen (PLACE);

  if (strcmp (soup_server_message_get_method (message), "POST") != 0 ||
      !g_str_has_prefix (path, PLACE) || strspn (version, "0123456789.") != strlen (version))
    host_answer (message, SOUP_STATUS_NOT_FOUND, json_object_new ());
  else if (g_strcmp0 (type, "text/xml") != 0)
    host_answer (message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE, json_object_new ());
  else if (soup_message_headers_get_one (headers, "SOAPAction") == NULL)
    fault (message, "soapenv:Client", "SOAPAction HTTP header missing");
  else
    return true;
  return false;
}

void
soap_serve (Host *host, SoupServerMessage *message, const char *path)
{
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr (GHashTable) request = xml_read (body);

  if (!check_form (message, path))
    return;
  if (request == NULL)
    {
      fault (message, "soapenv:Client", "the request is not well-formed XML");
      return;
    }
  if (!token_is_live (host, g_hash_table_lookup (request, HEADER)))
    {
      fault (message, "sf:INVALID_SESSION_ID",
             "Invalid Session ID found in SessionHeader: "
             "Illegal Session. Session not found");
      return;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (calls); i++)
    if (g_hash_table_contains (request, calls[i].path))
      {
        calls[i].call (host, message, request);
        return;
      }
  fault (message, "soapenv:Client", "No operation available for request");
}
