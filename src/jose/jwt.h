/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signed JSON Web Tokens in compact form (RFC 7515 section 3.1, RFC 7519). */
#pragma once

#include "algorithm.h"

#include <json-glib/json-glib.h>

/* Appends "." and the signature (base64url) over what INPUT holds: RFC 7515 section 5.1, steps 5
 * and 6. INPUT holds no more than before if it fails. Errors: key. */
bool jws_append_signature (SecretBuffer *input, const Key *key, const Algorithm *algorithm,
                           GError **error);

/* HEADER (may be NULL) gives members besides "alg", which is the algorithm's and comes first.
 * Errors: key (the algorithm does not fit the key, or GnuTLS cannot sign). */
Secret *jwt_sign (const Key *key, const Algorithm *algorithm, JsonObject *header,
                  JsonObject *claims, GError **error);
