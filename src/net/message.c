/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "message.h"

#include "error.h"
#include "i18n.h"
#include "trust.h"

const char *
exchange_own_header (const char *name)
{
  static const char *const names[] = {
    "Accept-Encoding",     "Authorization",    "Connection", "Content-Encoding",
    "Content-Length",      "Expect",           "Host",       "Keep-Alive",
    "Proxy-Authorization", "Proxy-Connection", "TE",         "Trailer",
    "Transfer-Encoding",   "Upgrade",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return names[i];
  return NULL;
}

static GProxyResolver *
proxy_resolver (const char *proxy, GError **error)
{
  if (!g_uri_is_valid (proxy, SOUP_HTTP_URI_FLAGS, NULL))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("the proxy's address is not a URL such as http://host:port"));
      return NULL;
    }
  return g_simple_proxy_resolver_new (proxy, NULL);
}

SoupSession *
message_session_new (const ExchangeOptions *options, GError **error)
{
  g_autoptr (GProxyResolver) resolver = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;
  SoupSession *session;

  if (options->proxy != NULL && (resolver = proxy_resolver (options->proxy, error)) == NULL)
    return NULL;
  /* Before the session: with its default database in place GIO would read the system's
   * certificates, twice. */
  trust = trust_new (options->ca_file, error);
  if (trust == NULL)
    return NULL;

  session = soup_session_new_with_options ("user-agent", "avouch/" AVOUCH_VERSION, "max-conns", 1,
                                           "proxy-resolver", resolver, "tls-database", trust, NULL);
  /* No unfolding of compressed bodies: they would grow past any bound. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  return session;
}

/* HTTP/1.1 alone (libsoup 3.2's HTTP/2 has open CVEs), and an end of the stream that nobody
 * announced counts as a cut (a truncation attack, RFC 8446 section 6.1). */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection,
                  void *user_data)
{
  static const char *const protocols[] = { "http/1.1", NULL };

  (void) message;
  (void) user_data;
  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING || !G_IS_TLS_CONNECTION (connection))
    return;
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), protocols);
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (connection), TRUE);
}

/* libsoup keeps a copy of its own, which is overwritten when it is freed (M_PERTURB). HEADER: NULL
 * for the usual one. */
static void
add_token (SoupMessageHeaders *headers, const Secret *token, const char *header)
{
  g_auto (SecretBuffer) value = { 0 };
  g_autoptr (Secret) whole = NULL;

  if (header != NULL)
    {
      soup_message_headers_replace (headers, header, secret_bytes (token, NULL));
      return;
    }
  secret_buffer_append (&value, "Bearer ", -1);
  secret_buffer_append_secret (&value, token);
  whole = secret_buffer_end (&value);
  soup_message_headers_replace (headers, "Authorization", secret_bytes (whole, NULL));
}

SoupMessage *
message_new (const ExchangeCall *call)
{
  g_autofree char *text = url_to_string (call->url);
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  SoupMessage *message = soup_message_new_from_uri (call->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  /* No passwords. For a session that has no such feature at all, libsoup reads a 401 to the end of
   * the connection before it hands it out. */
  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  g_signal_connect (message, "network-event", G_CALLBACK (on_network_event), NULL);
  for (size_t i = 0; call->headers != NULL && call->headers[i] != NULL; i += 2)
    soup_message_headers_append (headers, call->headers[i], call->headers[i + 1]);
  if (call->bearer != NULL)
    add_token (headers, call->bearer, call->token_header);
  if (call->body != NULL)
    {
      size_t length = 0;
      const char *bytes = secret_bytes (call->body, &length);
      g_autoptr (GBytes) body = g_bytes_new_with_free_func (
          bytes, length, (GDestroyNotify) secret_unref, secret_ref (call->body));

      soup_message_set_request_body_from_bytes (message, call->content_type, body);
    }
  return message;
}
