/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PKCS#11 URIs (RFC 7512), as far as they name one private key in one token. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define PKCS11_URI_SCHEME "pkcs11:"

typedef enum {
  PKCS11_TOKEN,
  PKCS11_MANUFACTURER,
  PKCS11_MODEL,
  PKCS11_SERIAL,
  PKCS11_OBJECT,
  PKCS11_ID,
  PKCS11_TYPE,
  PKCS11_ATTRIBUTES, /* how many */
} Pkcs11Attribute;

typedef struct {
  char *values[PKCS11_ATTRIBUTES]; /* percent-encoded as written; NULL: any */
} Pkcs11Uri;

void pkcs11_uri_clear (Pkcs11Uri *uri);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pkcs11Uri, pkcs11_uri_clear)

/* Refuses what is not well-formed, what names no private key, and every query: it would hold a PIN,
 * or name code to load. Error: key; the message repeats nothing of TEXT. */
bool pkcs11_uri_parse (const char *text, Pkcs11Uri *uri, GError **error);

/* TOKEN_URL is one that GnuTLS made. */
bool pkcs11_uri_matches_token (const Pkcs11Uri *uri, const char *token_url);

/* The private key that URI means in that token. The caller owns it. */
char *pkcs11_uri_for_key (const Pkcs11Uri *uri, const char *token_url);

/* What `object` in TEXT says, decoded; NULL: nothing, or no URI of this scheme. The caller owns it.
 */
char *pkcs11_uri_label (const char *text);

/* The attributes of TEXT, a URI of this scheme, that may be shown: none that could be a PIN. The
 * caller owns it. */
char *pkcs11_uri_for_message (const char *text);
