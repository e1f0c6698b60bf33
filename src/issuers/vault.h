/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HashiCorp Vault and OpenBao: between the files vault*.c. */
#pragma once

#include "issuer.h"

extern const Issuer vault_issuer;

GError *vault_explain (const IssuerContext *context, const ExchangeAnswer *answer,
                       IssuerRefusal *refusal);
GError *vault_explain_call (const ExchangeAnswer *answer);
bool vault_is_session_over (const ExchangeAnswer *answer);
