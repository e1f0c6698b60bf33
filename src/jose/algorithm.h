/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The algorithm table (RFC 7518 section 3.1, RFC 8037): one line an algorithm. */
#pragma once

#include "key.h"

typedef struct {
  const char *name; /* "RS256" */
  KeyKind key;
  gnutls_sign_algorithm_t sign;
  size_t part;              /* ECDSA: bytes of r and of s; else 0 */
  gnutls_ecc_curve_t curve; /* the only one it may be used with; INVALID for RSA */
} Algorithm;

/* NULL for "none" and for what the table does not have. */
const Algorithm *algorithm_find (const char *name);
/* The row of that name that fits the key (EdDSA has one a curve). Error: key; the hint names those
 * that fit. */
const Algorithm *algorithm_fit (const Algorithm *algorithm, const Key *key, GError **error);
/* The one a key is used with where the profile names none: RS256, ES256, … Error: key. */
const Algorithm *algorithm_for_key (const Key *key, GError **error);
