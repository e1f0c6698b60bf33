/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assertion.h"

#include <gnutls/gnutls.h>
#include <string.h>

#define BASE           "/services/oauth2/"
#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define GRANT_TYPE     "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define NEW_CLIENT_ID  "3MVG9registered.demo"
#define ORG_ID         "00Ddemo00000001"

static const Refusal bad_form = { "invalid_request", "fields missing, unknown or given twice" };
static const Refusal bad_client = { "invalid_client", "invalid client credentials" };
static const Refusal bad_token = { "invalid_token", "the token is not known" };
static const Refusal bad_initial = { "invalid_token", "initial access token is not valid" };
static const Refusal bad_metadata = { "invalid_client_metadata", "client metadata is not valid" };
static const Refusal bad_redirect = { "invalid_redirect_uri", "redirect_uri must be https" };

static void
refuse (SoupServerMessage *message, unsigned status, const Refusal *refusal)
{
  JsonObject *answer = json_object_new ();
  json_object_set_string_member (answer, "error", refusal->error);
  json_object_set_string_member (answer, "error_description", refusal->description);
  host_answer (message, status, answer);
}

/* Salesforce answers these in plain text. */
static void
refuse_plainly (SoupServerMessage *message, unsigned status, const char *word)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/html;charset=UTF-8", SOUP_MEMORY_COPY, word,
                                    strlen (word));
}

/* A form's fields, each once; NULL if it is none. */
static GHashTable *
read_form (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  size_t length;
  const char *bytes = g_bytes_get_data (body, &length);
  g_autofree char *text = g_strndup (bytes, length);
  g_auto (GStrv) fields = g_strsplit (text, "&", -1);
  g_autoptr (GHashTable) form = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (strcmp (soup_server_message_get_method (message), "POST") != 0 ||
      g_strcmp0 (soup_message_headers_get_content_type (headers, NULL),
                 "application/x-www-form-urlencoded") != 0)
    return NULL;
  for (char **field = fields; *field != NULL; field++)
    {
      char *value = strchr (*field, '=');
      if (value == NULL)
        return NULL;
      *value++ = '\0';
      char *plain = host_decode (value);
      if (plain == NULL || !g_hash_table_insert (form, g_strdup (*field), plain))
        return NULL;
    }
  return g_steal_pointer (&form);
}

/* All of NAMES (NULL-terminated) and nothing else. */
static bool
form_has (GHashTable *form, const char *const *names)
{
  unsigned count = 0;

  for (; form != NULL && names[count] != NULL; count++)
    if (g_hash_table_lookup (form, names[count]) == NULL)
      return false;
  return form != NULL && g_hash_table_size (form) == count;
}

static bool
scope_has (const Host *host, const char *word)
{
  g_auto (GStrv) words = g_strsplit (host->faults.scope, " ", -1);
  return g_strv_contains ((const char *const *) words, word);
}

/* "web" gives the identity too, "api" alone does not. */
static bool
may_know_itself (const Host *host)
{
  static const char *const scopes[] = { "id", "openid", "profile", "full", "web", NULL };

  for (size_t i = 0; scopes[i] != NULL; i++)
    if (scope_has (host, scopes[i]))
      return true;
  return false;
}

static bool
is_permitted (Host *host, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_one (headers, "Authorization") == NULL)
    refuse_plainly (message, SOUP_STATUS_FORBIDDEN, "Missing_OAuth_Token");
  else if (!token_is_brought (host, message, TOKEN_BEARER) || !may_know_itself (host))
    refuse_plainly (message, SOUP_STATUS_FORBIDDEN, "Bad_OAuth_Token");
  else
    return true;
  return false;
}

static void
serve_userinfo (Host *host, SoupServerMessage *message)
{
  if (!is_permitted (host, message))
    return;
  if (!scope_has (host, "openid") && !scope_has (host, "web"))
    {
      refuse_plainly (message, SOUP_STATUS_FORBIDDEN, "Bad_OAuth_Token");
      return;
    }
  JsonObject *answer = json_object_new ();
  json_object_set_string_member (answer, "user_id", USER_ID);
  json_object_set_string_member (answer, "organization_id", ORG_ID);
  json_object_set_string_member (answer, "preferred_username", host->options.username);
  json_object_set_string_member (answer, "name", "Robot of Acme");
  json_object_set_string_member (answer, "user_type", "STANDARD");
  json_object_set_string_member (answer, "language", "en_US");
  json_object_set_boolean_member (answer, "email_verified", TRUE);
  host_answer (message, SOUP_STATUS_OK, answer);
}

static void
serve_identity (Host *host, SoupServerMessage *message)
{
  if (!is_permitted (host, message))
    return;
  JsonObject *answer = json_object_new ();
  json_object_set_string_member (answer, "user_id", USER_ID);
  json_object_set_string_member (answer, "organization_id", ORG_ID);
  json_object_set_string_member (answer, "username", host->options.username);
  json_object_set_string_member (answer, "display_name", "Robot of Acme");
  json_object_set_string_member (answer, "user_type", "STANDARD");
  json_object_set_string_member (answer, "language", "en_US");
  host_answer (message, SOUP_STATUS_OK, answer);
}

static const Refusal *
introspection_refusal (const Host *host, GHashTable *form)
{
  static const char *const fields[] = {
    "token", "token_type_hint", "client_id", "client_assertion_type", "client_assertion", NULL
  };

  if (!form_has (form, fields))
    return &bad_form;
  if (strcmp (g_hash_table_lookup (form, "client_id"), host->options.client_id) != 0 ||
      strcmp (g_hash_table_lookup (form, "client_assertion_type"), ASSERTION_TYPE) != 0)
    return &bad_client;
  return assertion_client_refusal (host, g_hash_table_lookup (form, "client_assertion"));
}

static void
serve_introspection (Host *host, SoupServerMessage *message)
{
  g_autoptr (GHashTable) form = read_form (message);
  const Refusal *refusal = introspection_refusal (host, form);

  if (refusal != NULL)
    {
      refuse (message, SOUP_STATUS_BAD_REQUEST, refusal);
      return;
    }
  host->stats.introspected++;
  const int64_t *ends = g_hash_table_lookup (host->tokens, g_hash_table_lookup (form, "token"));
  int64_t left = ends != NULL ? (*ends - g_get_monotonic_time ()) / G_USEC_PER_SEC : 0;
  JsonObject *answer = json_object_new ();
  json_object_set_boolean_member (answer, "active", left > 0);
  if (left > 0)
    {
      json_object_set_string_member (answer, "scope", host->faults.scope);
      json_object_set_string_member (answer, "client_id", host->options.client_id);
      json_object_set_string_member (answer, "username", host->options.username);
      json_object_set_string_member (answer, "token_type", "access_token");
      json_object_set_int_member (answer, "exp", host_now (host) + left);
    }
  host_answer (message, SOUP_STATUS_OK, answer);
}

static void
serve_revocation (Host *host, SoupServerMessage *message)
{
  static const char *const fields[] = { "token", NULL };
  g_autoptr (GHashTable) form = read_form (message);

  if (!form_has (form, fields))
    refuse (message, SOUP_STATUS_BAD_REQUEST, &bad_form);
  else if (!g_hash_table_remove (host->tokens, g_hash_table_lookup (form, "token")))
    refuse (message, SOUP_STATUS_BAD_REQUEST, &bad_token);
  else
    {
      host->stats.revoked++;
      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    }
}

/* RFC 7518 section 6.3.1: base64url of a number. */
static bool
decode_number (JsonObject *jwk, const char *name, gnutls_datum_t *number)
{
  const char *text = json_object_get_string_member_with_default (jwk, name, "");
  g_autoptr (GString) standard = g_string_new (text);
  size_t size;

  g_strdelimit (standard->str, "-", '+');
  g_strdelimit (standard->str, "_", '/');
  while (standard->len % 4 != 0)
    g_string_append_c (standard, '=');
  number->data = g_base64_decode (standard->str, &size);
  number->size = (unsigned) size;
  return size > 0 && number->data[0] != 0;
}

static bool
add_key (Host *host, JsonObject *jwk)
{
  gnutls_datum_t modulus = { 0 };
  gnutls_datum_t exponent = { 0 };
  gnutls_pubkey_t key = NULL;
  bool good = decode_number (jwk, "n", &modulus) && decode_number (jwk, "e", &exponent) &&
              gnutls_pubkey_init (&key) >= 0 &&
              gnutls_pubkey_import_rsa_raw (key, &modulus, &exponent) >= 0;

  g_free (modulus.data);
  g_free (exponent.data);
  if (good)
    g_ptr_array_add (host->keys, key);
  else if (key != NULL)
    gnutls_pubkey_deinit (key);
  return good;
}

static const char *
only_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  return array != NULL && json_array_get_length (array) == 1
             ? json_array_get_string_element (array, 0)
             : NULL;
}

static JsonObject *
only_key (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "jwks");
  JsonObject *set =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *keys = set != NULL && json_object_has_member (set, "keys")
                        ? json_object_get_array_member (set, "keys")
                        : NULL;

  return keys != NULL && json_array_get_length (keys) == 1 ? json_array_get_object_element (keys, 0)
                                                           : NULL;
}

static bool
member_is (JsonObject *object, const char *name, const char *expected)
{
  return g_strcmp0 (json_object_get_string_member_with_default (object, name, NULL), expected) == 0;
}

static const Refusal *
metadata_refusal (Host *host, JsonObject *body)
{
  const char *uri = only_string (body, "redirect_uris");
  JsonObject *jwk = only_key (body);

  if (uri == NULL || !g_str_has_prefix (uri, "https://"))
    return &bad_redirect;
  if (*json_object_get_string_member_with_default (body, "client_name", "") == '\0' ||
      g_strcmp0 (only_string (body, "grant_types"), GRANT_TYPE) != 0 ||
      !member_is (body, "token_endpoint_auth_method", "private_key_jwt") || jwk == NULL ||
      !member_is (jwk, "kty", "RSA") || json_object_has_member (jwk, "d") || !add_key (host, jwk))
    return &bad_metadata;
  return NULL;
}

static JsonObject *
read_json (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  size_t length;
  const char *text = g_bytes_get_data (body, &length);
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (g_strcmp0 (soup_message_headers_get_content_type (headers, NULL), "application/json") != 0 ||
      !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  JsonNode *root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : NULL;
}

/* From here on the host's app is the new one. */
static void
serve_registration (Host *host, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (JsonObject) body = read_json (message);
  const Refusal *refusal;

  if (g_strcmp0 (soup_message_headers_get_one (headers, "Authorization"),
                 "Bearer " OAUTH_INITIAL_TOKEN) != 0)
    {
      refuse (message, SOUP_STATUS_UNAUTHORIZED, &bad_initial);
      return;
    }
  refusal = body != NULL ? metadata_refusal (host, body) : &bad_metadata;
  if (refusal != NULL)
    {
      refuse (message, SOUP_STATUS_BAD_REQUEST, refusal);
      return;
    }
  g_free (host->options.client_id);
  host->options.client_id = g_strdup (NEW_CLIENT_ID);
  JsonObject *answer = json_object_new ();
  json_object_set_string_member (answer, "client_id", NEW_CLIENT_ID);
  json_object_set_string_member (answer, "client_secret", "demo-client-secret");
  json_object_set_int_member (answer, "client_secret_expires_at", 0);
  host_answer (message, SOUP_STATUS_CREATED, answer);
}

static const struct {
  const char *path;
  void (*serve) (Host *host, SoupServerMessage *message);
} places[] = {
  { BASE "userinfo", serve_userinfo },
  { BASE "introspect", serve_introspection },
  { BASE "revoke", serve_revocation },
  { BASE "register", serve_registration },
};

void
oauth_serve (Host *host, SoupServerMessage *message, const char *path)
{
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    if (strcmp (places[i].path, path) == 0)
      {
        places[i].serve (host, message);
        return;
      }
  if (g_str_has_prefix (path, "/id/"))
    serve_identity (host, message);
  else
    host_answer (message, SOUP_STATUS_NOT_FOUND, json_object_new ());
}
