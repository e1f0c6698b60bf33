/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The algorithm table (RFC 7518 section 3.1, RFC 8037): one line an algorithm. */
#pragma once

#include "key.h"

#include <gnutls/crypto.h>

typedef struct {
  const char *name; /* "RS256" */
  KeyKind key;
  gnutls_sign_algorithm_t sign; /* UNKNOWN for HMAC */
  size_t part;                  /* ECDSA: bytes of r and of s; else 0 */
  gnutls_ecc_curve_t curve;     /* the only one it may be used with; INVALID for RSA and HMAC */
  gnutls_mac_algorithm_t mac;   /* HMAC; else UNKNOWN */
} Algorithm;

/* NULL for "none" and for what the table does not have. */
const Algorithm *algorithm_find (const char *name);
/* What to say where NAME, which a person typed, is not found. Error: usage. */
void algorithm_set_unknown (const char *name, GError **error);
/* The row of that name that fits the key (EdDSA has one a curve), and that the key's JWK allows.
 * Error: key; the hint names those that fit. */
const Algorithm *algorithm_fit (const Algorithm *algorithm, const Key *key, GError **error);
/* The one a key is used with where nothing names another: RS256, ES256, …, or the only one that its
 * JWK allows. Error: key. */
const Algorithm *algorithm_for_key (const Key *key, GError **error);
/* Whether both sign in the same way but for the hash: RS256 and RS512, not RS256 and PS256. */
bool algorithm_is_akin (const Algorithm *a, const Algorithm *b);
