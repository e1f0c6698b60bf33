/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys written out, with their certificates, for a file of their own. */
#pragma once

#include "key.h"

/* PKCS#12 (RFC 7292): AES-256 by PBES2, a MAC by SHA-256; ALIAS is its friendlyName. It opens in
 * keytool and openssl. Errors: key (it is in a token), passphrase (the format cannot take it). */
Secret *store_pkcs12 (const Key *key, const char *alias, const Secret *passphrase, GError **error);

/* PKCS#8 in PEM, encrypted by PBES2 with AES-256; PASSPHRASE NULL: not at all. Errors: as above. */
Secret *store_pem (const Key *key, const Secret *passphrase, GError **error);

/* That CONTENT, just written, opens with PASSPHRASE to KEY and its certificate. Error: internal. */
bool store_check (Secret *content, const Key *key, Secret *passphrase, GError **error);
