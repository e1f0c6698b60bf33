/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base64url.h"

#include "error.h"
#include "i18n.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
base64url_append (SecretBuffer *buffer, const void *bytes, size_t length)
{
  const unsigned char *in = bytes;

  for (size_t i = 0; i < length; i += 3)
    {
      size_t count = MIN (3, length - i);
      uint32_t group = (uint32_t) in[i] << 16;

      if (count > 1)
        group |= (uint32_t) in[i + 1] << 8;
      if (count > 2)
        group |= in[i + 2];
      for (size_t digit = 0; digit <= count; digit++)
        secret_buffer_append (buffer, &alphabet[group >> (18 - 6 * digit) & 0x3f], 1);
    }
}

static bool
fail (const char *why, size_t offset, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("invalid base64url at byte %zu: %s"),
               offset, why);
  return false;
}

static bool
decode_into (SecretBuffer *buffer, const char *text, size_t length, GError **error)
{
  uint32_t bits = 0;
  unsigned count = 0;

  for (size_t i = 0; i < length; i++)
    {
      const char *digit = memchr (alphabet, text[i], strlen (alphabet));

      if (digit == NULL)
        return fail (_ ("a character outside the alphabet"), i, error);
      bits = bits << 6 | (uint32_t) (digit - alphabet);
      count += 6;
      if (count >= 8)
        {
          char byte = (char) (bits >> (count - 8) & 0xff);

          secret_buffer_append (buffer, &byte, 1);
          count -= 8;
        }
    }
  /* Six bits left over make no byte, and bits beyond the last byte must be zero: one text only for
   * the same bytes (RFC 4648 section 3.5). */
  if (count == 6 || (bits & ((1u << count) - 1)) != 0)
    return fail (_ ("stray bits"), length, error);
  return true;
}

Secret *
base64url_decode (const char *text, size_t length, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };

  return decode_into (&buffer, text, length, error) ? secret_buffer_end (&buffer) : NULL;
}
