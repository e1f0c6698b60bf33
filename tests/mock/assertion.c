/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assertion.h"

#include <gnutls/x509.h>
#include <string.h>

#define MAX_AHEAD 300 /* seconds that `exp` may lie in the future */

static const Refusal bad_assertion = { "invalid_grant", "invalid assertion" };
static const Refusal bad_issuer = { "invalid_client_id", "client identifier invalid" };
static const Refusal bad_subject = { "invalid_grant", "user hasn't approved this consumer" };
static const Refusal bad_audience = { "invalid_grant", "audience is invalid" };
static const Refusal bad_client = { "invalid_client", "invalid client credentials" };
static const Refusal expired = { "invalid_grant", "assertion expired" };

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)

/* RFC 7515 section 2: the URL-safe alphabet, no padding. */
static GBytes *
decode_part (const char *text)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  size_t length = strlen (text);

  if (length == 0 || length % 4 == 1 || strspn (text, alphabet) != length)
    return NULL;
  g_autoptr (GString) standard = g_string_new (text);
  g_strdelimit (standard->str, "-", '+');
  g_strdelimit (standard->str, "_", '/');
  while (standard->len % 4 != 0)
    g_string_append_c (standard, '=');
  size_t size;
  unsigned char *bytes = g_base64_decode (standard->str, &size);
  return g_bytes_new_take (bytes, size);
}

static JsonObject *
decode_object (const char *text)
{
  g_autoptr (GBytes) bytes = decode_part (text);
  if (bytes == NULL)
    return NULL;

  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  size_t length;
  const char *json = g_bytes_get_data (bytes, &length);
  if (!json_parser_load_from_data (parser, json, (gssize) length, NULL))
    return NULL;
  JsonNode *root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : NULL;
}

static bool
member_is (JsonObject *object, const char *name, const char *expected)
{
  JsonNode *node = json_object_get_member (object, name);
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING &&
         strcmp (json_node_get_string (node), expected) == 0;
}

/* "alg", perhaps "typ", and nothing that could bend what is verified ("crit", "jwk", "x5u", …). */
static bool
header_is_plain (const char *part)
{
  g_autoptr (JsonObject) header = decode_object (part);
  if (header == NULL || !member_is (header, "alg", "RS256"))
    return false;
  unsigned known = 1;
  if (json_object_has_member (header, "typ"))
    {
      if (!member_is (header, "typ", "JWT"))
        return false;
      known++;
    }
  return json_object_get_size (header) == known;
}

static bool
signature_is_good (const Host *host, const char *assertion, const char *part)
{
  g_autoptr (GBytes) bytes = decode_part (part);
  if (bytes == NULL)
    return false;

  size_t size;
  gnutls_datum_t signature = { (unsigned char *) g_bytes_get_data (bytes, &size), 0 };
  signature.size = (unsigned) size;
  gnutls_datum_t data = { (unsigned char *) assertion, (unsigned) (part - assertion - 1) };
  for (unsigned i = 0; i < host->keys->len; i++)
    if (gnutls_pubkey_verify_data2 (host->keys->pdata[i], GNUTLS_SIGN_RSA_SHA256, 0, &data,
                                    &signature) >= 0)
      return true;
  return false;
}

static const Refusal *
expiry_refusal (const Host *host, JsonObject *claims)
{
  JsonNode *node = json_object_get_member (claims, "exp");
  if (node == NULL || json_node_get_value_type (node) != G_TYPE_INT64)
    return &bad_assertion;
  int64_t left = json_node_get_int (node) - host_now (host);
  if (left < 0)
    return &expired;
  return left <= MAX_AHEAD ? NULL : &bad_assertion;
}

static const Refusal *
claims_refusal (const Host *host, const char *part)
{
  g_autoptr (JsonObject) claims = decode_object (part);
  const char *audience = host->options.audience != NULL ? host->options.audience : host->url;

  if (claims == NULL)
    return &bad_assertion;
  if (!member_is (claims, "iss", host->options.client_id))
    return &bad_issuer;
  if (!member_is (claims, "aud", audience))
    return &bad_audience;
  if (!member_is (claims, "sub", host->options.username))
    return &bad_subject;
  return expiry_refusal (host, claims);
}

static bool
signature_is_whole (const Host *host, const char *assertion, char **parts)
{
  return g_strv_length (parts) == 3 && header_is_plain (parts[0]) &&
         signature_is_good (host, assertion, strrchr (assertion, '.') + 1);
}

const Refusal *
assertion_client_refusal (const Host *host, const char *assertion)
{
  const char *base = host->options.audience != NULL ? host->options.audience : host->url;
  g_autofree char *audience = g_strconcat (base, "/services/oauth2/token", NULL);
  g_auto (GStrv) parts = g_strsplit (assertion, ".", 4);
  g_autoptr (JsonObject) claims = NULL;

  if (!signature_is_whole (host, assertion, parts) || (claims = decode_object (parts[1])) == NULL ||
      !member_is (claims, "iss", host->options.client_id) ||
      !member_is (claims, "sub", host->options.client_id) || !member_is (claims, "aud", audience) ||
      !json_object_has_member (claims, "jti") || expiry_refusal (host, claims) != NULL)
    return &bad_client;
  return NULL;
}

const Refusal *
assertion_refusal (const Host *host, const char *assertion)
{
  g_auto (GStrv) parts = g_strsplit (assertion, ".", 4);

  if (!signature_is_whole (host, assertion, parts))
    return &bad_assertion;
  return claims_refusal (host, parts[1]);
}

static gnutls_pubkey_t
load_key (const char *path, GError **error)
{
  g_autofree char *pem = NULL;
  size_t length;
  if (!g_file_get_contents (path, &pem, &length, error))
    return NULL;

  g_auto (gnutls_x509_crt_t) certificate = NULL;
  gnutls_datum_t text = { (unsigned char *) pem, (unsigned) length };
  gnutls_pubkey_t key = NULL;
  if (gnutls_x509_crt_init (&certificate) < 0 ||
      gnutls_x509_crt_import (certificate, &text, GNUTLS_X509_FMT_PEM) < 0 ||
      gnutls_pubkey_init (&key) < 0 || gnutls_pubkey_import_x509 (key, certificate, 0) < 0)
    {
      if (key != NULL)
        gnutls_pubkey_deinit (key);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: not a PEM certificate", path);
      return NULL;
    }
  return key;
}

GPtrArray *
assertion_load_keys (char **certificates, GError **error)
{
  g_autoptr (GPtrArray) keys =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gnutls_pubkey_deinit);
  for (; certificates != NULL && *certificates != NULL; certificates++)
    {
      gnutls_pubkey_t key = load_key (*certificates, error);
      if (key == NULL)
        return NULL;
      g_ptr_array_add (keys, key);
    }
  return g_steal_pointer (&keys);
}
