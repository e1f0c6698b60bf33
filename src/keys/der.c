/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "der.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
  TAG_INTEGER = 0x02,
  TAG_OCTETS = 0x04,
  TAG_OID = 0x06,
  TAG_SEQUENCE = 0x30,
  TAG_CONTENT = 0xa0,
  LENGTH_INDEFINITE = 0x80,
  MAX_ITEMS = 3,
};

static const struct {
  const char *tags; /* of the first items */
  int version;      /* the first INTEGER's value; -1: any */
  DerKind kind;
} shapes[] = {
  { "\x02\x30", 3, DER_PKCS12 },      { "\x02\x30", -1, DER_PKCS8 },
  { "\x02\x02", 0, DER_PKCS1 },       { "\x02\x02", 1, DER_PKCS1 }, /* more than two primes */
  { "\x02\x04", 1, DER_SEC1 },        { "\x30\x04", -1, DER_ENCRYPTED },
  { "\x30\x03", -1, DER_PUBLIC_KEY }, { "\x30\x30\x03", -1, DER_CERTIFICATE },
  { "\x06\xa0", -1, DER_PKCS7 },
};

typedef struct {
  const unsigned char *at;
  const unsigned char *end;
} Cursor;

/* Tag and length of the item at hand; the cursor then stands on its first byte. An item that
 * reaches past the end, or of indefinite length (BER), is taken as far as there are bytes. */
static bool
read_head (Cursor *cursor, unsigned char *tag, size_t *length)
{
  size_t bytes;

  if (cursor->end - cursor->at < 2)
    return false;
  *tag = *cursor->at++;
  *length = *cursor->at++;
  if (*length > LENGTH_INDEFINITE)
    {
      bytes = *length & 0x7f;
      if (bytes > sizeof (uint32_t) || (size_t) (cursor->end - cursor->at) < bytes)
        return false;
      for (*length = 0; bytes > 0; bytes--)
        *length = *length << 8 | *cursor->at++;
    }
  else if (*length == LENGTH_INDEFINITE)
    *length = SIZE_MAX;
  *length = MIN (*length, (size_t) (cursor->end - cursor->at));
  return true;
}

DerKind
der_kind (const char *bytes, size_t length)
{
  Cursor cursor = { (const unsigned char *) bytes, (const unsigned char *) bytes + length };
  char tags[MAX_ITEMS + 1] = "";
  int version = -1;
  unsigned char tag;
  size_t size;

  if (!read_head (&cursor, &tag, &size) || tag != TAG_SEQUENCE)
    return DER_NONE;
  for (size_t i = 0; i < MAX_ITEMS && read_head (&cursor, &tag, &size); i++)
    {
      tags[i] = (char) tag;
      if (i == 0 && tag == TAG_INTEGER && size == 1)
        version = *cursor.at;
      cursor.at += size;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (g_str_has_prefix (tags, shapes[i].tags) &&
        (shapes[i].version < 0 || shapes[i].version == version))
      return shapes[i].kind;
  return DER_NONE;
}

/* Past one item of the kind TAG, or into it. Indefinite lengths are refused: they could hide the
 * count from us and not from GnuTLS. */
static bool
step (Cursor *cursor, unsigned char tag, bool into)
{
  const unsigned char *length_byte = cursor->at + 1;
  unsigned char found;
  size_t size;

  if (!read_head (cursor, &found, &size) || found != tag || *length_byte == LENGTH_INDEFINITE)
    return false;
  if (into)
    cursor->end = cursor->at + size;
  else
    cursor->at += size;
  return true;
}

size_t
der_count_pkcs12_parts (const char *bytes, size_t length, size_t limit)
{
  static const struct {
    unsigned char tag;
    bool into;
  } path[] = {
    { TAG_SEQUENCE, true },                                               /* PFX */
    { TAG_INTEGER, false },                                               /* version */
    { TAG_SEQUENCE, true },                                               /* authSafe */
    { TAG_OID, false },                                                   /* contentType: data */
    { TAG_CONTENT, true },  { TAG_OCTETS, true }, { TAG_SEQUENCE, true }, /* AuthenticatedSafe */
  };
  Cursor cursor = { (const unsigned char *) bytes, (const unsigned char *) bytes + length };
  size_t count = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (path); i++)
    if (!step (&cursor, path[i].tag, path[i].into))
      return 0;
  while (count <= limit && cursor.at < cursor.end)
    {
      if (!step (&cursor, TAG_SEQUENCE, false))
        return 0;
      count++;
    }
  return count;
}
