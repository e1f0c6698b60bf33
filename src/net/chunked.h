/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chunked transfer coding (RFC 9112 section 7.1). libsoup's own reader takes an end between two
 * chunks for the end of the body, so that an answer cut there would pass for whole. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHUNKED_MAX_LINE    4096  /* bytes of a size with its extensions, or of a trailer */
#define CHUNKED_MAX_TRAILER 16384 /* bytes of all trailers */

typedef enum {
  CHUNKED_SIZE,      /* in the digits */
  CHUNKED_EXTENSION, /* in what may follow them, up to the line feed */
  CHUNKED_DATA,
  CHUNKED_DATA_END, /* the CRLF after it */
  CHUNKED_TRAILER,  /* a line of it; the empty one ends the body */
  CHUNKED_OVER,
} ChunkedState;

/* Starts from { 0 }. */
typedef struct {
  ChunkedState state;
  uint64_t left;   /* of the chunk, or its size so far */
  unsigned digits; /* of the size */
  size_t line;     /* bytes of the line so far */
  size_t trailer;  /* bytes of all trailers */
} Chunked;

/* Takes the framing out of the next *LENGTH bytes, in place: *LENGTH becomes how many are left of
 * them. What follows the end is dropped. False: this is no chunked body. */
bool chunked_decode (Chunked *chunked, char *bytes, size_t *length);
