/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A JWK to verify with. */
#pragma once

#include "jwk.h"

/* The public members alone are looked at. SECRETS: a shared secret ("kty": "oct") will do too: not
 * where others have read it as well. Takes members out of JWK. Error: key. */
Key *public_jwk_open (JsonObject *jwk, bool secrets, GError **error);
