/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One JSON Web Key: RFC 7517, with the members of RFC 7518 section 6 (RSA, EC) and of RFC 8037
 * section 2 (OKP). */
#pragma once

#include "contents.h"
#include "strict.h"

/* json_strict_object, with errors of kind key. */
JsonObject *jwk_parse (const Secret *text, GError **error);
/* A private key of a kind that is known, and that may sign: what it holds is not looked at. */
bool jwk_is_signing_key (JsonObject *jwk);
/* Takes the private members out. */
void jwk_wipe (JsonObject *jwk);

/* A KeyOpen. ENCODED: the JSON text. A certificate in "x5c" must be the key's. Error: key. */
Key *jwk_open (const Secret *encoded, Unlock *unlock, GError **error);
