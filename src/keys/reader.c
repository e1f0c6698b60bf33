/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reader.h"

#include <string.h>

enum { LONG_LENGTH = 0x80 };

Reader
reader_of_secret (const Secret *secret)
{
  size_t length;
  const char *bytes = secret_bytes (secret, &length);

  return (Reader){ (const unsigned char *) bytes, length };
}

bool
reader_take (Reader *reader, size_t length, Reader *part)
{
  if (length > reader->left)
    return false;
  if (part != NULL)
    *part = (Reader){ reader->at, length };
  reader->at += length;
  reader->left -= length;
  return true;
}

bool
reader_number (Reader *reader, size_t width, uint32_t *value)
{
  Reader bytes;
  uint32_t sum = 0;

  if (width > sizeof *value || !reader_take (reader, width, &bytes))
    return false;
  for (size_t i = 0; i < width; i++)
    sum = sum << 8 | bytes.at[i];
  *value = sum;
  return true;
}

bool
reader_der (Reader *reader, unsigned char tag, Reader *content)
{
  Reader rest = *reader;
  uint32_t found, length;

  if (!reader_number (&rest, 1, &found) || found != tag || !reader_number (&rest, 1, &length))
    return false;
  if (length == LONG_LENGTH ||
      (length > LONG_LENGTH && !reader_number (&rest, length - LONG_LENGTH, &length)) ||
      !reader_take (&rest, length, content))
    return false;
  *reader = rest;
  return true;
}

bool
reader_der_number (Reader *reader, uint32_t *value)
{
  enum { SIGN = 0x80 };
  Reader rest = *reader;
  Reader bytes;

  if (!reader_der (&rest, DER_TAG_INTEGER, &bytes) || bytes.left == 0 || (bytes.at[0] & SIGN) != 0)
    return false;
  while (bytes.left > 0 && bytes.at[0] == 0)
    reader_take (&bytes, 1, NULL);
  if (!reader_number (&bytes, bytes.left, value))
    return false;
  *reader = rest;
  return true;
}

bool
reader_equals (const Reader *reader, const void *bytes, size_t length)
{
  return reader->left == length && memcmp (reader->at, bytes, length) == 0;
}
