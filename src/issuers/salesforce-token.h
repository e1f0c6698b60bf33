/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "issuer.h"

/* The issuer's `introspect` and `revoke`. */
bool salesforce_introspect (const IssuerContext *context, const Credential *credential,
                            IssuerCall *call, GError **error);
bool salesforce_revoke (const IssuerContext *context, const Url *base, const Credential *credential,
                        IssuerCall *call, GError **error);
