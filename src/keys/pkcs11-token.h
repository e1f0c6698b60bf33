/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tokens that p11-kit's configuration leads to. */
#pragma once

#include "pkcs11-uri.h"

/* Before anything else is asked of a token. Error: key. */
bool pkcs11_load_modules (GError **error);

/* The URL of the one token that URI means, so that no other one is sent the PIN. The caller owns
 * it. Error: key, naming those that there are. */
char *pkcs11_find_token (const Pkcs11Uri *uri, GError **error);

/* What a failure of GnuTLS says of the token. Errors: key, passphrase. Always returns false. */
bool pkcs11_fail (int status, GError **error);
