/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "host.h"

/* How Salesforce words a refusal. */
typedef struct {
  const char *error;
  const char *description;
} Refusal;

/* Judges a JWT bearer assertion (RFC 7523 section 3) as Salesforce does: header, signature, iss,
 * sub, aud, exp. NULL if all is well. */
const Refusal *assertion_refusal (const Host *host, const char *assertion);

/* The same for a client's own assertion (RFC 7523 section 3): iss and sub are the client, aud is
 * the token endpoint, and there is a jti. */
const Refusal *assertion_client_refusal (const Host *host, const char *assertion);

/* The public keys of PEM certificates. The caller owns the array. */
GPtrArray *assertion_load_keys (char **certificates, GError **error);
