/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two files by which an issuer without a server of its own is found (OpenID Connect
 * Discovery 1.0 section 4, RFC 7517 section 5): FOLDER/.well-known/openid-configuration and
 * jwks.json beside it. */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef struct {
  const char *folder;
  const char *issuer; /* a URL, as the tokens have it in `iss` */
  bool keep;          /* the keys that are there stay, behind the new one */
  bool force;         /* what is there for this issuer is replaced */
} Discovery;

/* Error: usage (the issuer is no such URL). */
bool discovery_check (const Discovery *discovery, GError **error);

/* JWK has its "kid", "use" and "alg". Writes both files, or leaves what there was; never touches
 * files that are not of this issuer. Errors: usage (they are there, and neither to be kept nor
 * replaced; or another's), internal. */
bool discovery_write (const Discovery *discovery, JsonObject *jwk, GError **error);
