/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One public key or certificate, in PEM or DER. */
#pragma once

#include "key.h"

typedef enum {
  PUBLIC_FORM_NONE,
  PUBLIC_FORM_PRIVATE, /* a private key's container, for other readers */
  PUBLIC_FORM_PEM,
  PUBLIC_FORM_KEY,         /* DER: SubjectPublicKeyInfo */
  PUBLIC_FORM_PKCS1,       /* DER: RSAPublicKey (RFC 8017 appendix A.1.1) */
  PUBLIC_FORM_CERTIFICATE, /* DER */
} PublicForm;

PublicForm public_encoding_recognise (const Secret *content);
/* FORM: what was recognised, neither of the first two. Of several blocks in PEM the first counts.
 * Error: key. */
Key *public_encoding_open (const Secret *content, PublicForm form, GError **error);
