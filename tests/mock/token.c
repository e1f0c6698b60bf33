/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assertion.h"

#include <gnutls/crypto.h>
#include <inttypes.h>
#include <string.h>

#define GRANT_TYPE   "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define ORG_LENGTH   12 /* characters after "00D" */
#define TOKEN_LENGTH 96 /* characters after the "!" */

static const Refusal bad_method = { "invalid_request", "must use HTTP POST" };
static const Refusal bad_type = { "invalid_request", "content type is not form-urlencoded" };
static const Refusal bad_form = { "invalid_request", "fields: one grant_type, one assertion" };
static const Refusal bad_grant = { "unsupported_grant_type", "grant type not supported" };

typedef struct {
  char *grant_type;
  char *assertion;
} Form;

static void
form_clear (Form *form)
{
  g_free (form->grant_type);
  g_free (form->assertion);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Form, form_clear)

/* Exactly the two fields, each once: libsoup's own reader keeps the last of several. */
static bool
read_form (GBytes *body, Form *form)
{
  size_t length;
  const char *bytes = g_bytes_get_data (body, &length);
  g_autofree char *text = g_strndup (bytes, length);
  g_auto (GStrv) fields = g_strsplit (text, "&", -1);

  for (char **field = fields; *field != NULL; field++)
    {
      char *value = strchr (*field, '=');
      if (value == NULL)
        return false;
      *value++ = '\0';
      char **place = strcmp (*field, "grant_type") == 0  ? &form->grant_type
                     : strcmp (*field, "assertion") == 0 ? &form->assertion
                                                         : NULL;
      if (place == NULL || *place != NULL || (*place = host_decode (value)) == NULL)
        return false;
    }
  return form->grant_type != NULL && form->assertion != NULL;
}

static const Refusal *
request_refusal (const Host *host, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_auto (Form) form = { 0 };

  if (strcmp (soup_server_message_get_method (message), "POST") != 0)
    return &bad_method;
  if (g_strcmp0 (type, "application/x-www-form-urlencoded") != 0)
    return &bad_type;
  if (soup_message_headers_get_one (headers, "Authorization") != NULL || !read_form (body, &form))
    return &bad_form;
  if (strcmp (form.grant_type, GRANT_TYPE) != 0)
    return &bad_grant;
  return assertion_refusal (host, form.assertion);
}

static void
append_random (GString *text, unsigned count)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
  unsigned char bytes[TOKEN_LENGTH];

  g_assert (count <= sizeof bytes);
  if (gnutls_rnd (GNUTLS_RND_KEY, bytes, count) < 0)
    g_error ("no random numbers");
  for (unsigned i = 0; i < count; i++)
    g_string_append_c (text, alphabet[bytes[i] % 64]);
}

/* "00DORG!…", kept in the table. Borrowed. */
static const char *
issue_token (Host *host)
{
  GString *text = g_string_new ("00Ddemo");
  append_random (text, ORG_LENGTH - 4);
  g_strdelimit (text->str, "._", 'x'); /* an organisation's id has letters and digits only */
  g_string_append_c (text, '!');
  append_random (text, TOKEN_LENGTH);

  char *token = g_string_free (text, FALSE);
  int64_t *ends = g_new (int64_t, 1);
  *ends = g_get_monotonic_time () + (int64_t) host->options.session * G_USEC_PER_SEC;
  g_hash_table_insert (host->tokens, token, ends);
  return token;
}

static void
answer_token (Host *host, SoupServerMessage *message)
{
  const char *token = issue_token (host);
  g_autofree char *id = g_strdup_printf ("%s/id/%.15s/005demo00000001", host->url, token);
  g_autofree char *issued_at = g_strdup_printf ("%" PRId64 "000", host_now (host));
  g_autofree char *mac = g_compute_hmac_for_string (
      G_CHECKSUM_SHA256, (const unsigned char *) "demo", 4, issued_at, -1);

  JsonObject *answer = json_object_new ();
  json_object_set_string_member (answer, "access_token", token);
  json_object_set_string_member (answer, "signature", mac);
  json_object_set_string_member (answer, "scope", host->faults.scope);
  json_object_set_string_member (
      answer, "instance_url", host->options.instance != NULL ? host->options.instance : host->url);
  json_object_set_string_member (answer, "id", id);
  json_object_set_string_member (answer, "token_type", "Bearer");
  json_object_set_string_member (answer, "issued_at", issued_at);
  host_answer (message, SOUP_STATUS_OK, answer);
}

static void
answer_refusal (Host *host, SoupServerMessage *message, unsigned status, const Refusal *refusal)
{
  host->stats.refused++;
  JsonObject *answer = json_object_new ();
  json_object_set_string_member (answer, "error", refusal->error);
  json_object_set_string_member (answer, "error_description", refusal->description);
  host_answer (message, status, answer);
}

static void
answer_exchange (Host *host, SoupServerMessage *message)
{
  const HostFaults *faults = &host->faults;
  const Refusal wished = { faults->refuse, faults->description };
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (faults->refuse != NULL)
    {
      if (faults->retry_after > 0)
        {
          g_autofree char *seconds = g_strdup_printf ("%u", faults->retry_after);
          soup_message_headers_replace (headers, "Retry-After", seconds);
        }
      answer_refusal (host, message, faults->status, &wished);
      return;
    }
  const Refusal *refusal = request_refusal (host, message);
  if (refusal != NULL)
    answer_refusal (host, message, SOUP_STATUS_BAD_REQUEST, refusal);
  else
    answer_token (host, message);
}

typedef struct {
  Host *host;
  SoupServerMessage *message;
} Delayed;

static void
delayed_free (void *data)
{
  Delayed *delayed = data;
  g_object_unref (delayed->message);
  g_free (delayed);
}

static int
on_delay_over (void *data)
{
  Delayed *delayed = data;
  answer_exchange (delayed->host, delayed->message);
  soup_server_message_unpause (delayed->message);
  return G_SOURCE_REMOVE;
}

void
token_serve (Host *host, SoupServerMessage *message, G_GNUC_UNUSED const char *path)
{
  host->stats.exchanges++;
  if (host->faults.delay_ms == 0)
    {
      answer_exchange (host, message);
      return;
    }
  Delayed *delayed = g_new (Delayed, 1);
  *delayed = (Delayed){ host, g_object_ref (message) };
  soup_server_message_pause (message);
  g_timeout_add_full (G_PRIORITY_DEFAULT, host->faults.delay_ms, on_delay_over, delayed,
                      delayed_free);
}

/* The password of `Basic base64(user:password)` (RFC 7617 section 2). */
static char *
basic_password (const char *encoded)
{
  size_t length;
  g_autofree unsigned char *bytes = g_base64_decode (encoded, &length);
  g_autofree char *pair = g_strndup ((const char *) bytes, length);
  const char *colon = strchr (pair, ':');
  return colon != NULL ? g_strdup (colon + 1) : NULL;
}

bool
token_is_live (Host *host, const char *token)
{
  const int64_t *ends = token != NULL ? g_hash_table_lookup (host->tokens, token) : NULL;
  if (ends != NULL && g_get_monotonic_time () < *ends)
    return true;
  host->stats.unauthorized++;
  return false;
}

bool
token_is_brought (Host *host, SoupServerMessage *message, unsigned schemes)
{
  const char *header = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");
  g_autofree char *token = NULL;

  if (header != NULL && g_str_has_prefix (header, "Bearer ") && (schemes & TOKEN_BEARER))
    token = g_strdup (header + strlen ("Bearer "));
  else if (header != NULL && g_str_has_prefix (header, "Basic ") && (schemes & TOKEN_BASIC))
    token = basic_password (header + strlen ("Basic "));

  return token_is_live (host, token);
}
