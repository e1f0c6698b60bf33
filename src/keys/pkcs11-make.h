/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New keys in a token, which never leave it. */
#pragma once

#include "make.h"

typedef struct {
  const KeyType *type;
  const char *subject; /* of the certificate; see certificate.h */
  unsigned days;
  int64_t now;
} Pkcs11Recipe;

/* SOURCE->location: a PKCS#11 URI that names the token, and by `object` the new key. Key and
 * certificate bear that name and one ID; neither is left behind without the other, and no key of
 * that name is there before. Errors: key, passphrase, usage (the subject). */
Key *pkcs11_make (const KeySource *source, const Pkcs11Recipe *recipe, GError **error);
