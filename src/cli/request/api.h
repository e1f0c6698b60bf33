/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls with a profile's token to the place that the token is for. */
#pragma once

#include "command.h"
#include "config.h"
#include "credential.h"
#include "network.h"
#include "request.h"

typedef struct {
  const Invocation *invocation; /* borrowed */
  Config *config;
  const Profile *profile; /* CONFIG's */
  Request *request;
  Credential *credential;
  Url *base; /* see instance_base; NULL where the profile serves no single place */
  Network network;
} Api;

/* The profile and the request that WORD and URL (see target_fill) stand for. API starts from { 0 }.
 * Errors: as of target_fill and target_profile; config. */
bool api_choose (Api *api, const Invocation *invocation, const char *word, const char *url,
                 GError **error);
/* Takes its token from the cache, or logs in. Errors: as of obtain_credential and instance_base;
 * usage. */
bool api_log_in (Api *api, GError **error);
/* Both. */
bool api_open (Api *api, const Invocation *invocation, const char *word, const char *url,
               GError **error);
/* The same with a token that is there; takes CREDENTIAL. PROFILE is borrowed. */
bool api_open_with (Api *api, const Invocation *invocation, const Profile *profile,
                    Credential *credential, GError **error);
void api_clear (Api *api);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Api, api_clear)

/* The base as text, for whoever cannot do without. The caller owns it. Error: config. */
char *api_base (const Api *api, GError **error);

/* PATH is relative to the base where it starts with a slash; else it must be a URL that the profile
 * may reach. What no URL may hold (spaces, quotes, umlauts …) is encoded. The caller owns the URL.
 * Errors: usage, config. */
Url *api_resolve (const Api *api, const char *path, GError **error);

/* An answer of this status and body says that the session has ended; a new login may help. */
bool api_is_session_over (const Api *api, const ExchangeAnswer *answer);
/* Any answer but 2xx, as an error that names the profile: refused, network. The caller owns it. */
GError *api_explain (const Api *api, const ExchangeAnswer *answer);
bool api_is_success (const ExchangeAnswer *answer);
/* Drops the token that was refused, and logs in anew. Errors: as of obtain_credential. */
bool api_renew (Api *api, GError **error);
/* Not for a minute after a login that was of no use: the new token was refused as well. */
bool api_may_renew (const Api *api);
void api_renewed_in_vain (const Api *api);

/* One exchange with the token as its bearer (CALL has none of its own). A token that its issuer's
 * servers may not all know yet is tried again for a few seconds. Where the session has
 * ended, the token is replaced and the call made once more, if api_may_renew. The answer is of any
 * status but 3xx. Errors: as of exchange_send_async and api_renew. */
ExchangeAnswer *api_send (Api *api, const ExchangeCall *call, GError **error);
