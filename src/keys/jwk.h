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
/* A shared secret ("kty": "oct") that may sign. */
bool jwk_is_secret (JsonObject *jwk);
/* Whether it has members that nobody else may know. */
bool jwk_is_private (JsonObject *jwk);
/* Takes the private members out. */
void jwk_wipe (JsonObject *jwk);

/* A KeyOpen. ENCODED: the JSON text. A certificate in "x5c" must be the key's. An "oct" is opened
 * for a source that takes secrets. Error: key. */
Key *jwk_open (const Secret *encoded, Unlock *unlock, GError **error);

/* For the other readers of JWKs. */

typedef struct {
  const char *type;
  const char *name; /* "crv" */
  gnutls_ecc_curve_t curve;
  size_t size; /* bytes of each number: RFC 7518 sections 6.2.1.2, 6.2.2.1; RFC 8032 */
} JwkCurve;

/* The JSON room's error, or one of decoding, as one of kind key; takes REASON over. */
void jwk_propagate (GError *reason, GError **error);
/* Whether it has no such member, or null. */
bool jwk_lacks (JsonObject *jwk, const char *name);
/* Borrowed; NULL for a missing member, and for one of another type. */
const char *jwk_peek (JsonObject *jwk, const char *name);
/* Whether its "use" and "key_ops" (RFC 7517 sections 4.2, 4.3) let it do one of OPERATIONS ("sign",
 * …; NULL-terminated). */
bool jwk_may (JsonObject *jwk, const char *const *operations);
/* TYPE: "EC" or "OKP". Error: key. */
const JwkCurve *jwk_find_curve (JsonObject *jwk, const char *type, GError **error);
/* A number, taken out of the object; its length must be the curve's (may be NULL). Error: key. */
Secret *jwk_take_number (JsonObject *jwk, const char *name, const JwkCurve *curve, GError **error);
/* Opens an "oct". Error: key. */
Key *jwk_open_secret (JsonObject *jwk, GError **error);
/* Gives KEY the "kid" and "alg". Error: key. */
bool jwk_describe (JsonObject *jwk, Key *key, GError **error);
