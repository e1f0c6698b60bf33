/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libsoup with everything off that a single bounded POST does not need. */
#pragma once

#include "exchange.h"

#include <libsoup/soup.h>

/* Errors: config (the proxy's URL, the CA file). */
SoupSession *message_session_new (const ExchangeOptions *options, GError **error);
SoupMessage *message_new (const ExchangeCall *call);
