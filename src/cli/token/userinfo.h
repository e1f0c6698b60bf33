/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking an issuer whom a token acts as. */
#pragma once

#include "account.h"
#include "api.h"

/* Whether the issuer tells at all. Error: usage. */
bool userinfo_check (const Profile *profile, GError **error);

/* As the issuer has it: by a signed call, or at the userinfo endpoint, else at the identity URL. A
 * cached token that turns out to be over is replaced; BEGAN (unix seconds) is since when one is too
 * new for that. The caller owns the account. Errors: as of userinfo_check; refused, network,
 * protocol, and as of api_send. */
Account *userinfo_ask (Api *api, int64_t began, GError **error);
