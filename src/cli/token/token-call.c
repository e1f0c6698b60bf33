/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "token-call.h"

#include "process.h"

bool
token_call_open (TokenCall *call, const Invocation *invocation, const Profile *profile,
                 GError **error)
{
  call->invocation = invocation;
  call->profile = profile;
  call->issuer = issuer_for_profile (profile, error);
  return call->issuer != NULL &&
         network_read (&call->network, profile, invocation->environment, error);
}

void
token_call_clear (TokenCall *call)
{
  network_clear (&call->network);
}

IssuerContext
token_call_context (const TokenCall *call, const Key *key)
{
  return (IssuerContext){
    .profile = call->profile,
    .key = key,
    .home = call->invocation->environment->home,
    .now = process_now (),
  };
}

ExchangeAnswer *
token_call_send (const TokenCall *call, const IssuerCall *what, GError **error)
{
  const ExchangeCall exchange = issuer_call_exchange (what);
  const ExchangeOptions options = {
    .timeout = call->network.timeout,
    .tries = EXCHANGE_TRIES,
    .verbose = call->invocation->verbose,
  };

  return network_exchange (&call->network, &exchange, &options, error);
}
