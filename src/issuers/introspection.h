/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an issuer knows of a token that it handed out (RFC 7662). */
#pragma once

#include "exchange.h"

typedef struct {
  bool active;
  bool ends;          /* the issuer says when */
  int64_t expires_at; /* unix seconds, by this machine's clock; 0 unless it ENDS */
  int64_t left;       /* seconds from when the answer was given; 0 or more */
  char *username;     /* these NULL where the issuer does not say */
  char *scope;
  char *client_id;
  char *token_type;
} Introspection;

void introspection_free (Introspection *introspection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Introspection, introspection_free)

/* NOW: unix seconds, this machine's clock. The issuer's times are read by its own, from the
 * answer's Date. The caller owns it. Error: protocol. */
Introspection *introspection_read (const ExchangeAnswer *answer, int64_t now, GError **error);
