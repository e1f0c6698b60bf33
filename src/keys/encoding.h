/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One private key in one of its standard encodings; each is a KeyOpen. */
#pragma once

#include "contents.h"

/* DER, PKCS#8 (RFC 5208). */
Key *encoding_open_pkcs8 (const Secret *encoded, Unlock *unlock, GError **error);
/* DER, EncryptedPrivateKeyInfo: PBES2, the PKCS#12 schemes, and those of Java's keystores. */
Key *encoding_open_encrypted (const Secret *encoded, Unlock *unlock, GError **error);
/* DER, PKCS#1 (RFC 8017 appendix A.1.2) or SEC1 (RFC 5915). */
Key *encoding_open_traditional (const Secret *encoded, Unlock *unlock, GError **error);
/* PEM, as OpenSSL encrypted it before PKCS#8: "Proc-Type: 4,ENCRYPTED". */
Key *encoding_open_openssl (const Secret *encoded, Unlock *unlock, GError **error);

/* What a failure of GnuTLS says of an encoded key or part. Error: key. Always returns false. */
bool encoding_fail (int status, GError **error);

/* Borrowed bytes in GnuTLS's form. */
gnutls_datum_t encoding_datum (const Secret *secret);
