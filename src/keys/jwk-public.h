/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public keys as JWKs (RFC 7518 section 6, RFC 8037 section 2), and their thumbprints (RFC 7638).
 */
#pragma once

#include <glib.h>
#include <gnutls/abstract.h>
#include <stdbool.h>

enum { JWK_PUBLIC_MEMBERS = 4 };

/* The members that make a key, in the order of their names, as a thumbprint has them. */
typedef struct {
  const char *names[JWK_PUBLIC_MEMBERS]; /* NULL: no more */
  char *values[JWK_PUBLIC_MEMBERS];
} JwkPublic;

/* Error: key (a kind or curve that JWKs do not know). */
bool jwk_public_read (gnutls_pubkey_t public, JwkPublic *jwk, GError **error);
void jwk_public_clear (JwkPublic *jwk);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (JwkPublic, jwk_public_clear)

/* RFC 7638 section 3, with SHA-256, in base64url. The caller owns it. */
char *jwk_public_thumbprint (const JwkPublic *jwk);
