/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "body.h"

char *
body_reserve (Body *body)
{
  return secret_buffer_reserve (&body->bytes, BODY_READ_SIZE);
}

static BodyState
hand_on (Body *body, char *bytes, size_t length, GError **error)
{
  if (body->sink != NULL)
    return length == 0 || body->sink->take (bytes, length, body->sink->data, error) ? BODY_GOES_ON
                                                                                    : BODY_UNWANTED;
  secret_buffer_advance (&body->bytes, length);
  return body->bytes.length > EXCHANGE_MAX_BODY ? BODY_TOO_LONG : BODY_GOES_ON;
}

BodyState
body_take (Body *body, size_t count, GError **error)
{
  char *bytes = body->bytes.data + body->bytes.length;
  size_t length = count;
  BodyState state;

  if (count == 0)
    return body->chunked || body->due > 0 ? BODY_CUT : BODY_OVER;
  body->due -= (int64_t) count;
  if (body->chunked && !chunked_decode (&body->framing, bytes, &length))
    return BODY_CUT;
  state = hand_on (body, bytes, length, error);
  if (state == BODY_GOES_ON && body->framing.state == CHUNKED_OVER)
    return BODY_OVER;
  return state;
}

Secret *
body_end (Body *body)
{
  return secret_buffer_end (&body->bytes);
}

void
body_clear (Body *body)
{
  secret_buffer_clear (&body->bytes);
  *body = (Body){ 0 };
}
