/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Salesforce's REST API: its own refusals, which are not those of the token endpoint ("Status Codes
 * and Error Responses" in the REST API Developer Guide). */
#pragma once

#include "exchange.h"

/* An answer of status 4xx or 5xx, to an error: refused, or network for 5xx. The caller owns it. */
GError *salesforce_api_explain (const ExchangeAnswer *answer);

/* A 401 that says INVALID_SESSION_ID, or `invalid_token` by RFC 6750 section 3.1: nothing has been
 * carried out, and a new login may help. Any other 401 is final. */
bool salesforce_api_is_session_over (const ExchangeAnswer *answer);
