/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jwt.h"

#include "base64url.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "mac.h"

#include <gnutls/crypto.h>
#include <string.h>

static void
append_json (SecretBuffer *buffer, JsonObject *object)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  gsize length;

  json_node_set_object (root, object);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, &length);
  base64url_append (buffer, text, length);
}

/* "alg" first, then MEMBERS (may be NULL) in their order; NULL if they name another "alg". */
static JsonObject *
build_header (const Algorithm *algorithm, JsonObject *members, GError **error)
{
  g_autoptr (JsonObject) header = json_object_new ();
  g_autoptr (GList) names = members != NULL ? json_object_get_members (members) : NULL;

  json_object_set_string_member (header, "alg", algorithm->name);
  for (GList *at = names; at != NULL; at = at->next)
    {
      if (strcmp (at->data, "alg") == 0)
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                       _ ("the header's \"alg\" follows from the key and cannot be given"));
          return NULL;
        }
      json_object_set_member (header, at->data, json_object_dup_member (members, at->data));
    }
  return g_steal_pointer (&header);
}

static bool
fail_sign (const Algorithm *algorithm, int status, GError **error)
{
  g_autofree char *reason = gnutls_reason (status);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("cannot sign with %s: %s"),
               algorithm->name, reason);
  return false;
}

/* A DER integer has a sign byte or lacks leading zeros; RFC 7518 section 3.4 wants SIZE bytes. */
static bool
put_integer (unsigned char *place, size_t size, const gnutls_datum_t *integer)
{
  const unsigned char *bytes = integer->data;
  size_t length = integer->size;

  for (; length > 0 && *bytes == 0; length--)
    bytes++;
  if (length > size)
    return false;
  memset (place, 0, size - length);
  memcpy (place + size - length, bytes, length);
  return true;
}

enum { MAX_PART = 66 }; /* P-521 */

static bool
append_ecdsa (SecretBuffer *buffer, const Algorithm *algorithm, const gnutls_datum_t *der,
              GError **error)
{
  g_auto (gnutls_datum_t) r = { 0 };
  g_auto (gnutls_datum_t) s = { 0 };
  unsigned char joined[2 * MAX_PART];
  int status = gnutls_decode_rs_value (der, &r, &s);

  if (status < 0)
    return fail_sign (algorithm, status, error);
  if (!put_integer (joined, algorithm->part, &r) ||
      !put_integer (joined + algorithm->part, algorithm->part, &s))
    return fail_sign (algorithm, GNUTLS_E_INTERNAL_ERROR, error);
  base64url_append (buffer, joined, 2 * algorithm->part);
  return true;
}

/* RFC 7518 section 3.2 */
static bool
append_hmac (SecretBuffer *input, const Key *key, const Algorithm *algorithm, GError **error)
{
  unsigned char mac[MAC_MAX_SIZE];

  if (!mac_compute (algorithm, key, input->data, input->length, mac))
    return fail_sign (algorithm, GNUTLS_E_INTERNAL_ERROR, error);
  secret_buffer_append (input, ".", 1);
  base64url_append (input, mac, gnutls_hmac_get_len (algorithm->mac));
  return true;
}

bool
jws_append_signature (SecretBuffer *input, const Key *key, const Algorithm *algorithm,
                      GError **error)
{
  const gnutls_datum_t data = { (unsigned char *) input->data, (unsigned) input->length };
  const Algorithm *row = algorithm_fit (algorithm, key, error);
  g_auto (gnutls_datum_t) signature = { 0 };
  int status;

  if (row == NULL)
    return false;
  if (row->key == KEY_SECRET)
    return append_hmac (input, key, row, error);
  /* Never GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE: its ECDSA leaks the key by timing (CVE-2024-28834). */
  status = gnutls_privkey_sign_data2 (key_private (key), row->sign, 0, &data, &signature);
  if (status < 0)
    return fail_sign (row, status, error);
  secret_buffer_append (input, ".", 1);
  if (row->part > 0)
    return append_ecdsa (input, row, &signature, error);
  base64url_append (input, signature.data, signature.size);
  return true;
}

Secret *
jwt_sign (const Key *key, const Algorithm *algorithm, JsonObject *header, JsonObject *claims,
          GError **error)
{
  g_auto (SecretBuffer) token = { 0 };
  g_autoptr (JsonObject) full_header = build_header (algorithm, header, error);

  if (full_header == NULL)
    return NULL;
  append_json (&token, full_header);
  secret_buffer_append (&token, ".", 1);
  append_json (&token, claims);
  return jws_append_signature (&token, key, algorithm, error) ? secret_buffer_end (&token) : NULL;
}
