/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a profile's calls travel: its `ca-file`, `proxy` and `timeout`. */
#pragma once

#include "environment.h"
#include "exchange.h"
#include "profile.h"

typedef struct {
  const Profile *profile;         /* borrowed */
  const Environment *environment; /* borrowed */
  char *ca_file;                  /* NULL: none */
  int timeout;                    /* seconds that one call may take in all */
  GCancellable *cancellable;      /* borrowed; ends a call that is under way. NULL: nothing does */
} Network;

/* NETWORK starts from { 0 }. Errors: config. */
bool network_read (Network *network, const Profile *profile, const Environment *environment,
                   GError **error);
void network_clear (Network *network);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Network, network_clear)

/* The proxy that a call to URL takes, as proxy_find gives it. Error: config. */
bool network_proxy (const Network *network, const Url *url, char **proxy, GError **error);

/* One exchange, waited for in the thread's own main context. NETWORK fills in `ca_file` and `proxy`
 * of OPTIONS. Errors: as of exchange_send_async, and config. */
ExchangeAnswer *network_exchange (const Network *network, const ExchangeCall *call,
                                  const ExchangeOptions *options, GError **error);
