/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to an issuer about a token that it gave. */
#pragma once

#include "command.h"
#include "issuer.h"
#include "network.h"

typedef struct {
  const Invocation *invocation; /* borrowed, like the profile */
  const Profile *profile;
  const Issuer *issuer;
  Network network;
} TokenCall;

/* CALL starts from { 0 }. Errors: config. */
bool token_call_open (TokenCall *call, const Invocation *invocation, const Profile *profile,
                      GError **error);
void token_call_clear (TokenCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TokenCall, token_call_clear)

/* KEY may be NULL. */
IssuerContext token_call_context (const TokenCall *call, const Key *key);

/* Errors: as of exchange_send_async. */
ExchangeAnswer *token_call_send (const TokenCall *call, const IssuerCall *what, GError **error);
