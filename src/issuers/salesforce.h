/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Salesforce: the OAuth 2.0 JWT bearer flow (RFC 7523 section 2.1; "OAuth 2.0 JWT Bearer Flow for
 * Server-to-Server Integration" in Salesforce Help). */
#pragma once

#include "issuer.h"

extern const Issuer salesforce_issuer;

/* The issuer's `explain`. */
GError *salesforce_explain (const IssuerContext *context, const ExchangeAnswer *answer,
                            IssuerRefusal *refusal);
