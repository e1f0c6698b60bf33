/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange.h"

#include "answer.h"
#include "body.h"
#include "failure.h"
#include "message.h"
#include "trust.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
  FIRST_PAUSE = 200, /* milliseconds; doubled before each further try */
  TOO_MANY_REQUESTS = 429,
  UNAVAILABLE = 503,
  FIRST_SUCCESS = 200,
  NO_CONTENT = 204,
  FIRST_REDIRECT = 300,
  FIRST_CLIENT_ERROR = 400,
  FIRST_SERVER_ERROR = 500,
};

/* Not the function itself: ISO C has no void pointer to one. */
static char source_tag;

typedef struct {
  ExchangeCall call; /* copies; `url` and `headers` are owned here too */
  Url *url;
  char **headers;
  char *place; /* "host:port" */
  int timeout;
  unsigned most_tries;
  int verbose;

  SoupSession *session;
  GCancellable *cancellable; /* cancelled at the deadline, and with the caller's own */
  GCancellable *outer;
  gulong outer_handler;
  GSource *alarm;
  int64_t deadline; /* monotonic, microseconds */
  bool late;

  /* of the try under way */
  unsigned tries;
  int64_t started; /* monotonic, microseconds */
  SoupMessage *message;
  GTlsCertificateFlags certificate; /* what is wrong with the one shown */
  unsigned interim;                 /* answers of status 1xx */
  bool outdated;                    /* TLS older than 1.2 */
  bool unframed;                    /* Content-Length is no number */
  ExchangeAnswer *answer;           /* once there are headers */
  GInputStream *stream;
  Body body;
} Exchange;

static void
exchange_free (Exchange *exchange)
{
  g_cancellable_disconnect (exchange->outer, exchange->outer_handler);
  g_clear_object (&exchange->outer);
  if (exchange->alarm != NULL)
    g_source_destroy (exchange->alarm);
  g_clear_pointer (&exchange->alarm, g_source_unref);
  if (exchange->session != NULL)
    soup_session_abort (exchange->session);
  g_clear_object (&exchange->session);
  g_clear_object (&exchange->message);
  g_clear_object (&exchange->cancellable);
  g_clear_object (&exchange->stream);
  g_clear_pointer (&exchange->answer, exchange_answer_free);
  body_clear (&exchange->body);
  g_clear_pointer (&exchange->call.body, secret_unref);
  g_clear_pointer (&exchange->call.bearer, secret_unref);
  g_free ((char *) exchange->call.method);
  g_free ((char *) exchange->call.content_type);
  g_free ((char *) exchange->call.token_header);
  g_clear_pointer (&exchange->url, url_free);
  g_strfreev (exchange->headers);
  g_free (exchange->place);
  g_free (exchange);
}

static void
copy_call (Exchange *exchange, const ExchangeCall *call)
{
  g_autofree char *text = url_to_string (call->url);

  exchange->url = url_parse (text, NULL);
  exchange->headers = g_strdupv ((char **) call->headers);
  exchange->place = g_strdup_printf ("%s:%u", call->url->host, call->url->port);
  exchange->call = (ExchangeCall){
    .method = g_strdup (call->method),
    .url = exchange->url,
    .content_type = g_strdup (call->content_type),
    .body = call->body != NULL ? secret_ref (call->body) : NULL,
    .headers = (const char *const *) exchange->headers,
    .bearer = call->bearer != NULL ? secret_ref (call->bearer) : NULL,
    .token_header = g_strdup (call->token_header),
    .sink = call->sink,
    .once = call->once,
  };
}

/* One line a try; of the URL only what carries no parameter. */
static void
report (const Exchange *exchange, const char *outcome)
{
  g_autofree char *origin = url_origin (exchange->url);
  int64_t elapsed = (g_get_monotonic_time () - exchange->started) / 1000;

  if (exchange->verbose > 0)
    fprintf (stderr, "%s: %s %s%s … %s in %lld ms\n", program_invocation_short_name,
             exchange->call.method, origin, exchange->url->path, outcome, (long long) elapsed);
}

static void begin_try (GTask *task);

static gboolean
on_pause_over (void *user_data)
{
  begin_try (g_object_ref (G_TASK (user_data)));
  return G_SOURCE_REMOVE;
}

/* Whether another try is due; if so it has been arranged. PAUSE: milliseconds that the server asks
 * for, 0 if it does not say. */
static bool
try_again (GTask *task, int64_t pause)
{
  Exchange *exchange = g_task_get_task_data (task);
  int64_t wait = pause > 0 ? pause : FIRST_PAUSE << (exchange->tries - 1);
  g_autoptr (GSource) timer = NULL;

  if (exchange->tries >= exchange->most_tries ||
      g_get_monotonic_time () + wait * 1000 >= exchange->deadline)
    return false;
  timer = g_timeout_source_new ((unsigned) wait);
  g_task_attach_source (task, timer, on_pause_over);
  return true;
}

static void
fail (GTask *task, const GError *cause)
{
  Exchange *exchange = g_task_get_task_data (task);

  if (exchange->late && exchange->body.sink != NULL)
    g_task_return_error (task, failure_silent (exchange->place, exchange->timeout));
  else if (exchange->late)
    g_task_return_error (task, failure_late (exchange->place, exchange->timeout));
  else if (exchange->interim > EXCHANGE_MAX_INTERIM)
    g_task_return_error (task, failure_interim (exchange->place));
  else if (exchange->outdated)
    g_task_return_error (task, failure_outdated (exchange->place));
  else
    g_task_return_error (task, failure_explain (cause, exchange->place, exchange->certificate));
}

/* Whether the server asks to be left alone for a while, and nothing has come of the call. */
static bool
is_busy (const Exchange *exchange)
{
  const ExchangeAnswer *answer = exchange->answer;

  if (answer->status == TOO_MANY_REQUESTS)
    return true;
  return answer->status >= FIRST_SERVER_ERROR &&
         (!exchange->call.once || (answer->status == UNAVAILABLE && answer->retry_after > 0));
}

static void
finish_body (GTask *reference)
{
  g_autoptr (GTask) task = reference;
  Exchange *exchange = g_task_get_task_data (task);
  g_autofree char *outcome = g_strdup_printf ("%u", exchange->answer->status);

  report (exchange, outcome);
  exchange->answer->body = body_end (&exchange->body);
  if (is_busy (exchange) && try_again (task, exchange->answer->retry_after * 1000))
    return;
  g_task_return_pointer (task, g_steal_pointer (&exchange->answer),
                         (GDestroyNotify) exchange_answer_free);
}

/* Whoever streams may take hours: only a silence ends it. */
static void
put_off_alarm (Exchange *exchange)
{
  if (exchange->body.sink != NULL)
    g_source_set_ready_time (exchange->alarm,
                             g_get_monotonic_time () + exchange->timeout * G_USEC_PER_SEC);
}

static void read_more (GTask *task);

static void
on_read (GObject *source, GAsyncResult *result, void *user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  ssize_t count = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (count < 0)
    {
      report (exchange, "failed");
      fail (task, error);
      return;
    }
  switch (body_take (&exchange->body, (size_t) count, &error))
    {
    case BODY_GOES_ON:
      put_off_alarm (exchange);
      read_more (g_steal_pointer (&task));
      break;
    case BODY_OVER:
      finish_body (g_steal_pointer (&task));
      break;
    case BODY_CUT:
      g_task_return_error (task, failure_cut (exchange->place));
      break;
    case BODY_TOO_LONG:
      g_task_return_error (task, failure_too_long (exchange->place));
      break;
    case BODY_UNWANTED:
      g_task_return_error (task, g_steal_pointer (&error));
      break;
    }
}

static void
read_more (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  g_input_stream_read_async (exchange->stream, body_reserve (&exchange->body), BODY_READ_SIZE,
                             G_PRIORITY_DEFAULT, exchange->cancellable, on_read, task);
}

/* A proxy that opens no tunnel answers in plain text what libsoup then hands out like any answer:
 * it must not pass for the server's. */
static bool
is_from_proxy (const Exchange *exchange)
{
  return strcmp (exchange->url->scheme, "https") == 0 &&
         soup_message_get_tls_peer_certificate (exchange->message) == NULL;
}

bool
exchange_is_success (unsigned status)
{
  return status >= FIRST_SUCCESS && status < FIRST_REDIRECT;
}

static GError *
failure_unframed (const Exchange *exchange)
{
  g_autoptr (GError) cause = g_error_new_literal (SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING,
                                                  "Content-Length is no number");

  return failure_explain (cause, exchange->place, 0);
}

/* What the headers alone forbid. */
static GError *
refuse_headers (const Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  unsigned status = soup_message_get_status (exchange->message);

  if (is_from_proxy (exchange))
    return failure_proxy (exchange->place, status);
  if (exchange->unframed)
    return failure_unframed (exchange);
  if (status >= FIRST_REDIRECT && status < FIRST_CLIENT_ERROR)
    return failure_redirect (exchange->place, status,
                             soup_message_headers_get_one (headers, "Location"));
  if (exchange->body.sink == NULL &&
      soup_message_headers_get_content_length (headers) > EXCHANGE_MAX_BODY)
    return failure_too_long (exchange->place);
  return NULL;
}

/* Whatever the headers say of one (RFC 9112 section 6.3). */
static bool
has_no_body (const Exchange *exchange, unsigned status)
{
  return strcmp (exchange->call.method, "HEAD") == 0 || status == NO_CONTENT;
}

/* Where the server says that it will close the connection, libsoup takes any end of it. */
static int64_t
announced_length (const Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);

  if (has_no_body (exchange, exchange->answer->status) ||
      soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CONTENT_LENGTH)
    return 0;
  return soup_message_headers_get_content_length (headers);
}

static void
begin_body (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);
  const ExchangeSink *sink = exchange->call.sink;
  GError *error;

  if (sink != NULL && exchange_is_success (soup_message_get_status (exchange->message)))
    exchange->body.sink = sink;
  error = refuse_headers (exchange);
  if (error == NULL)
    {
      exchange->answer = answer_from_message (exchange->message);
      if (exchange->body.sink != NULL && sink->begin != NULL)
        sink->begin (exchange->answer, sink->data, &error);
    }
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  exchange->body.due = announced_length (exchange);
  put_off_alarm (exchange);
  read_more (g_object_ref (task));
}

static void
on_headers (GObject *source, GAsyncResult *result, void *user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (exchange->stream != NULL)
    {
      begin_body (task);
      return;
    }
  report (exchange, "failed");
  if (exchange->late || !failure_is_connect (error) || !try_again (task, 0))
    fail (task, error);
}

/* The headers have been read, and not yet looked at for how the body is framed: without this one
 * libsoup hands out the chunks as they are, and we see whether the last one is there. */
static void
on_status (SoupMessage *message, GParamSpec *property, void *user_data)
{
  Exchange *exchange = user_data;
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *coding = soup_message_headers_get_one (headers, "Transfer-Encoding");
  const char *length = soup_message_headers_get_one (headers, "Content-Length");

  (void) property;
  /* libsoup would take a negative one. */
  exchange->unframed = length != NULL && length[strspn (length, G_CSET_DIGITS)] != '\0';
  if (exchange->unframed)
    soup_message_headers_remove (headers, "Content-Length");
  exchange->body.chunked = !has_no_body (exchange, soup_message_get_status (message)) &&
                           coding != NULL && g_ascii_strcasecmp (coding, "chunked") == 0;
  if (!exchange->body.chunked)
    return;
  soup_message_headers_remove (headers, "Transfer-Encoding");
  soup_message_headers_remove (headers, "Content-Length");
}

/* Only notes why: no certificate is accepted here that the trust did not accept. */
static gboolean
on_certificate (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags wrong,
                void *user_data)
{
  Exchange *exchange = user_data;

  (void) message;
  (void) certificate;
  exchange->certificate = wrong;
  return FALSE;
}

/* libsoup reads such answers in one go for as long as they come: no timer would get its turn. */
static void
on_interim (SoupMessage *message, void *user_data)
{
  Exchange *exchange = user_data;

  (void) message;
  if (++exchange->interim > EXCHANGE_MAX_INTERIM)
    g_cancellable_cancel (exchange->cancellable);
}

/* GnuTLS would still agree on TLS 1.0 and 1.1 (RFC 8996). Nothing has been sent yet. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *connection,
                  void *user_data)
{
  Exchange *exchange = user_data;

  (void) message;
  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKED ||
      g_tls_connection_get_protocol_version (G_TLS_CONNECTION (connection)) >=
          G_TLS_PROTOCOL_VERSION_TLS_1_2)
    return;
  exchange->outdated = true;
  g_cancellable_cancel (exchange->cancellable);
}

static void
begin_try (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  exchange->tries++;
  exchange->started = g_get_monotonic_time ();
  exchange->certificate = 0;
  exchange->interim = 0;
  body_clear (&exchange->body);
  g_clear_pointer (&exchange->answer, exchange_answer_free);
  g_clear_object (&exchange->stream);
  g_clear_object (&exchange->message);
  exchange->message = message_new (&exchange->call);
  g_signal_connect (exchange->message, "notify::status-code", G_CALLBACK (on_status), exchange);
  g_signal_connect (exchange->message, "accept-certificate", G_CALLBACK (on_certificate), exchange);
  g_signal_connect (exchange->message, "got-informational", G_CALLBACK (on_interim), exchange);
  g_signal_connect (exchange->message, "network-event", G_CALLBACK (on_network_event), exchange);
  soup_session_send_async (exchange->session, exchange->message, G_PRIORITY_DEFAULT,
                           exchange->cancellable, on_headers, task);
}

static gboolean
on_deadline (void *user_data)
{
  Exchange *exchange = user_data;

  exchange->late = true;
  g_cancellable_cancel (exchange->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *outer, void *user_data)
{
  (void) outer;
  g_cancellable_cancel (G_CANCELLABLE (user_data));
}

static void
arm (Exchange *exchange, GTask *task, GCancellable *outer)
{
  exchange->cancellable = g_cancellable_new ();
  exchange->deadline = g_get_monotonic_time () + exchange->timeout * G_USEC_PER_SEC;
  exchange->alarm = g_timeout_source_new ((unsigned) exchange->timeout * 1000);
  g_source_set_callback (exchange->alarm, on_deadline, exchange, NULL);
  g_source_attach (exchange->alarm, g_task_get_context (task));
  if (outer == NULL)
    return;
  exchange->outer = g_object_ref (outer);
  exchange->outer_handler = g_cancellable_connect (
      outer, G_CALLBACK (on_cancelled), g_object_ref (exchange->cancellable), g_object_unref);
}

GThread *
exchange_prepare (const char *ca_file)
{
  return trust_warm_up (ca_file);
}

void
exchange_send_async (const ExchangeCall *call, const ExchangeOptions *options,
                     GCancellable *cancellable, GAsyncReadyCallback callback, void *user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Exchange *exchange = g_new0 (Exchange, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, &source_tag);
  g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);
  copy_call (exchange, call);
  exchange->timeout = options->timeout;
  exchange->most_tries = (unsigned) options->tries;
  exchange->verbose = options->verbose;
  arm (exchange, task, cancellable);
  exchange->session = message_session_new (options, &error);
  if (exchange->session == NULL)
    g_task_return_error (task, error);
  else
    begin_try (g_steal_pointer (&task));
}

ExchangeAnswer *
exchange_send_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, &source_tag), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
