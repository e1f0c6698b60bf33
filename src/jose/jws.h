/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A JSON Web Signature in compact form (RFC 7515 section 3.1), read and verified. */
#pragma once

#include "algorithm.h"
#include "key-set.h"

#include <json-glib/json-glib.h>

#define JWS_MAX_LENGTH (1024 * 1024) /* bytes of the whole */
#define JWS_MAX_HEADER (64 * 1024)   /* bytes of the first part, encoded */
#define JWS_MAX_TRIES  32            /* keys that one signature is verified with */

typedef struct {
  Secret *signing_input; /* the first two parts and the dot between them */
  JsonObject *header;
  Secret *payload;
  Secret *signature;
  const char *algorithm; /* "alg"; borrowed from the header */
  const char *key_id;    /* "kid"; likewise, NULL without one */
} Jws;

/* Reads, and verifies nothing. Error: protocol, repeating nothing of TEXT. */
Jws *jws_parse (const char *text, size_t length, GError **error);
void jws_free (Jws *jws);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Jws, jws_free)

/* Whether "crit" or "b64" (RFC 7797) ask for what we do not do. Error: refused. */
bool jws_check_header (const Jws *jws, GError **error);

/* Verifies with the keys of SET that may have signed: by "kid" where there are several. NAMED: the
 * only algorithm that will do; without one (NULL) those that the key alone leads to: RS256, RS384
 * and RS512 for an RSA key, say, never what the token asks for. Returns the key, borrowed from SET;
 * ROW, which may be NULL, receives the algorithm. Errors: refused; key (NAMED fits no key). */
const Key *jws_verify (const Jws *jws, const KeySet *set, const Algorithm *named,
                       const Algorithm **row, GError **error);
