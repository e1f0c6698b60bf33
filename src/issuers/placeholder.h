/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* {NAME} in what a profile says of its tokens.
 *
 *     {now} {now+60} {now-60}   unix seconds, by the clock that the token is signed by
 *     {uuid}                    another one each time
 *     {fingerprint}             of the public key (its SubjectPublicKeyInfo): SHA-256 in Base64
 *     {thumbprint}              of the public key: RFC 7638, what `avouch key jwk` has as "kid"
 *     {x5t} {x5t#S256}          of the certificate beside the key: RFC 7515 section 4.1.7, 4.1.8
 *     {audience}                the request's, where it names one, or the profile's
 *     {username} …              any other setting of the profile, as it is written there
 *
 * Braces around anything else stand for themselves, so that JSON can be written. */
#pragma once

#include "issuer.h"

typedef enum {
  PLACEHOLDER_TEXT,
  PLACEHOLDER_JSON, /* what is filled in is escaped for a JSON string */
} PlaceholderSyntax;

/* The caller owns it. Errors: config (no such placeholder or setting, no key or certificate); key
 * (its token does not tell the public half). */
char *placeholder_expand (const IssuerContext *context, const char *text, PlaceholderSyntax syntax,
                          GError **error);

/* The same before the key is opened: what would be read from it is left empty. Error: config. */
char *placeholder_expand_dry (const Profile *profile, const char *text, PlaceholderSyntax syntax,
                              GError **error);
