/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bounded reading of bytes that a stranger wrote. A read that fails leaves everything as it was. */
#pragma once

#include "secret.h"

#include <stdint.h>

typedef struct {
  const unsigned char *at; /* borrowed */
  size_t left;
} Reader;

Reader reader_of_secret (const Secret *secret);

/* The next LENGTH bytes, as PART (may be NULL). */
bool reader_take (Reader *reader, size_t length, Reader *part);
/* The next WIDTH bytes, 1 to 4, big-endian. */
bool reader_number (Reader *reader, size_t width, uint32_t *value);
/* One item of DER with this tag; CONTENT may be NULL. Indefinite lengths are refused. */
bool reader_der (Reader *reader, unsigned char tag, Reader *content);
/* An INTEGER from 0 to 2^32 - 1. */
bool reader_der_number (Reader *reader, uint32_t *value);

bool reader_equals (const Reader *reader, const void *bytes, size_t length);

enum {
  DER_TAG_INTEGER = 0x02,
  DER_TAG_OCTETS = 0x04,
  DER_TAG_NULL = 0x05,
  DER_TAG_OID = 0x06,
  DER_TAG_SEQUENCE = 0x30,
  DER_TAG_CONTEXT = 0xa0, /* [0], constructed */
};
