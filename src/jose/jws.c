/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jws.h"

#include "base64url.h"
#include "error.h"
#include "i18n.h"
#include "strict.h"

#include <string.h>

enum { PARTS = 3, JWE_PARTS = 5 /* RFC 7516 section 3.1 */ };

typedef struct {
  const char *bytes;
  size_t length;
} Part;

void
jws_free (Jws *jws)
{
  g_clear_pointer (&jws->signing_input, secret_unref);
  g_clear_pointer (&jws->header, json_object_unref);
  g_clear_pointer (&jws->payload, secret_unref);
  g_clear_pointer (&jws->signature, secret_unref);
  g_free (jws);
}

static bool
fail (const char *message, GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, message);
  return false;
}

/* How many parts there are; no more than PARTS are told. */
static size_t
split (const char *text, size_t length, Part parts[PARTS])
{
  const char *end = text + length;
  size_t count = 0;

  for (const char *at = text;; count++)
    {
      const char *dot = memchr (at, '.', (size_t) (end - at));
      const char *stop = dot != NULL ? dot : end;

      if (count < PARTS)
        parts[count] = (Part){ at, (size_t) (stop - at) };
      if (dot == NULL)
        return count + 1;
      at = dot + 1;
    }
}

static bool
check_shape (const char *text, size_t length, Part parts[PARTS], GError **error)
{
  size_t count;

  if (length == 0)
    return fail (_ ("there is no token: the input is empty"), error);
  if (length > JWS_MAX_LENGTH)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the token is longer than %d bytes"), JWS_MAX_LENGTH);
      return false;
    }
  count = split (text, length, parts);
  if (count == JWE_PARTS)
    return fail (_ ("it is an encrypted token (JWE), not a signed one"), error);
  if (count != PARTS)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("it is not a token: one has three parts with dots between them, and here "
                      "the number of parts is %zu"),
                   count);
      return false;
    }
  if (parts[0].length <= JWS_MAX_HEADER)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("its header is longer than %d bytes"),
               JWS_MAX_HEADER);
  return false;
}

static Secret *
decode (const Part *part, const char *name, GError **error)
{
  GError *reason = NULL;
  Secret *decoded = base64url_decode (part->bytes, part->length, &reason);

  if (decoded == NULL)
    {
      error_add_prefix (reason, name);
      g_propagate_error (error, reason);
    }
  return decoded;
}

static bool
read_header (Jws *jws, const Part *part, GError **error)
{
  g_autoptr (Secret) text = decode (part, _ ("the header"), error);
  GError *reason = NULL;
  size_t length;
  const char *bytes;

  if (text == NULL)
    return false;
  bytes = secret_bytes (text, &length);
  jws->header = json_strict_object (bytes, length, &reason);
  if (jws->header != NULL)
    jws->algorithm = json_need_string (jws->header, "alg", &reason);
  if (jws->algorithm != NULL && json_optional_string (jws->header, "kid", &jws->key_id, &reason))
    return true;
  error_add_prefix (reason, _ ("the header"));
  g_propagate_error (error, reason);
  return false;
}

Jws *
jws_parse (const char *text, size_t length, GError **error)
{
  g_autoptr (Jws) jws = g_new0 (Jws, 1);
  Part parts[PARTS];

  if (!check_shape (text, length, parts, error) || !read_header (jws, &parts[0], error))
    return NULL;
  jws->payload = decode (&parts[1], _ ("the payload"), error);
  if (jws->payload == NULL)
    return NULL;
  jws->signature = decode (&parts[2], _ ("the signature"), error);
  if (jws->signature == NULL)
    return NULL;
  jws->signing_input = secret_new (text, parts[0].length + 1 + parts[1].length);
  return g_steal_pointer (&jws);
}

/* RFC 7515 section 4.1.11: what is critical and not understood makes the token invalid. We
 * understand none. */
bool
jws_check_header (const Jws *jws, GError **error)
{
  static const char *const refused[] = { "crit", "b64" };

  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    if (json_object_has_member (jws->header, refused[i]))
      {
        g_set_error (
            error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
            _ ("its header has \"%s\": it asks for an extension that avouch does not know"),
            refused[i]);
        return false;
      }
  return true;
}
