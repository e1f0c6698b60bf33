/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "secret-key.h"

#include "base64url.h"
#include "error.h"
#include "i18n.h"
#include "key-private.h"
#include "public-encoding.h"
#include "text.h"

#include <string.h>

typedef struct {
  const char *bytes;
  size_t length;
} Span;

typedef Secret *(*Decode) (Span span, GError **error);

static Span
drop_line_end (Span span)
{
  if (span.length > 0 && span.bytes[span.length - 1] == '\n')
    span.length -= span.length > 1 && span.bytes[span.length - 2] == '\r' ? 2 : 1;
  return span;
}

static Span
strip (Span span)
{
  for (; span.length > 0 && g_ascii_isspace (span.bytes[span.length - 1]); span.length--)
    ;
  for (; span.length > 0 && g_ascii_isspace (*span.bytes); span.length--)
    span.bytes++;
  return span;
}

static Secret *
decode_plain (Span span, GError **error G_GNUC_UNUSED)
{
  span = drop_line_end (span);
  return secret_new (span.bytes, span.length);
}

static Secret *
fail_encoding (const char *name, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the secret is not %s"), name);
  if (error != NULL)
    error_add_hint (*error, _ ("without --secret-encoding, its text itself is the secret"));
  return NULL;
}

static Secret *
decode_hex (Span span, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };

  span = strip (span);
  for (size_t i = 0; i + 1 < span.length; i += 2)
    {
      int high = g_ascii_xdigit_value (span.bytes[i]);
      int low = g_ascii_xdigit_value (span.bytes[i + 1]);
      char byte;

      if (high < 0 || low < 0)
        return fail_encoding ("hexadecimal", error);
      byte = (char) (high << 4 | low);
      secret_buffer_append (&buffer, &byte, 1);
    }
  return span.length % 2 == 0 ? secret_buffer_end (&buffer) : fail_encoding ("hexadecimal", error);
}

static Secret *
decode_base64url (Span span, GError **error)
{
  Secret *decoded;

  span = strip (span);
  for (; span.length > 0 && span.bytes[span.length - 1] == '='; span.length--)
    ;
  decoded = base64url_decode (span.bytes, span.length, NULL);
  return decoded != NULL ? decoded : fail_encoding ("base64url", error);
}

/* The other alphabet (RFC 4648 section 4), and nothing of the first. */
static Secret *
decode_base64 (Span span, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };
  Secret *decoded;

  span = strip (span);
  for (; span.length > 0 && span.bytes[span.length - 1] == '='; span.length--)
    ;
  for (size_t i = 0; i < span.length; i++)
    {
      char c = span.bytes[i];

      if (c == '-' || c == '_')
        return fail_encoding ("Base64", error);
      secret_buffer_append (&buffer, c == '+' ? "-" : c == '/' ? "_" : &c, 1);
    }
  decoded = base64url_decode (buffer.data, buffer.length, NULL);
  return decoded != NULL ? decoded : fail_encoding ("Base64", error);
}

static const struct {
  const char *name;
  Decode decode;
} encodings[] = {
  { "plain", decode_plain },
  { "hex", decode_hex },
  { "base64", decode_base64 },
  { "base64url", decode_base64url },
};

static Decode
find_encoding (const char *name, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (encodings); i++)
    if (strcmp (encodings[i].name, name) == 0)
      return encodings[i].decode;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("there is no secret encoding of this name"));
  if (error != NULL)
    error_add_hint (*error, _ ("it can be plain, hex, base64 or base64url"));
  return NULL;
}

/* A public key as a secret is known to everybody: the mistake behind many forged tokens. */
static bool
check_no_key (const Secret *content, GError **error)
{
  size_t length;
  const char *bytes = secret_bytes (content, &length);
  const char *what = NULL;

  if (memmem (bytes, length, "-----BEGIN ", strlen ("-----BEGIN ")) != NULL)
    what = "PEM";
  else if (memmem (bytes, length, "\"kty\"", strlen ("\"kty\"")) != NULL)
    what = "JWK";
  else if (public_encoding_recognise (content) != PUBLIC_FORM_NONE)
    what = "DER/JKS";
  if (what == NULL)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("it is a key (%s), not a bare secret"),
               what);
  if (error != NULL)
    error_add_hint (*error, _ ("name it with --key"));
  return false;
}

Key *
secret_key_new (const Secret *content, const char *encoding, GError **error)
{
  Decode decode = find_encoding (encoding, error);
  g_autoptr (Secret) secret = NULL;
  Span span;

  if (decode == NULL || !check_no_key (content, error))
    return NULL;
  span.bytes = secret_bytes (content, &span.length);
  secret = decode (span, error);
  return secret != NULL && check_no_key (secret, error) ? key_new_secret (secret, error) : NULL;
}

Key *
secret_key_load (const char *path, const char *encoding, GError **error)
{
  GError *reason = NULL;
  g_autoptr (Secret) content = key_file_read (path, &reason);
  Key *key = content != NULL ? secret_key_new (content, encoding, &reason) : NULL;

  if (key == NULL)
    {
      g_autofree char *name = text_clean (path, -1);

      error_add_prefix (reason, name);
      g_propagate_error (error, reason);
    }
  return key;
}
