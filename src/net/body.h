/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An answer's body on its way: read, freed of its chunks, collected or handed on. */
#pragma once

#include "chunked.h"
#include "exchange.h"

#define BODY_READ_SIZE (16 * 1024) /* bytes asked for at a time; a TLS record has no more */

/* Starts from { 0 }. */
typedef struct {
  const ExchangeSink *sink; /* NULL: the body is collected */
  bool chunked;             /* as it comes */
  Chunked framing;
  int64_t due; /* bytes that Content-Length announced and that have not come; less than 1: none */
  SecretBuffer bytes;
} Body;

typedef enum {
  BODY_GOES_ON,
  BODY_OVER,
  BODY_CUT,      /* it ended too soon, or is not in chunks */
  BODY_TOO_LONG, /* for being collected */
  BODY_UNWANTED, /* by the sink, which has set the error */
} BodyState;

/* Where the next BODY_READ_SIZE bytes are to be read to. */
char *body_reserve (Body *body);
/* COUNT bytes were; 0 at the stream's end. */
BodyState body_take (Body *body, size_t count, GError **error);
/* What was collected; empty where a sink had it. The caller owns it. */
Secret *body_end (Body *body);
void body_clear (Body *body);
