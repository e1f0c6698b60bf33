/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EC keys without their public half: RFC 5915 makes it optional, Java omits it, GnuTLS 3.7 needs
 * it. */
#pragma once

#include <gnutls/x509.h>
#include <stdbool.h>

/* Whether DER is an EC key, PKCS#8 or SEC1; then STATUS tells what came of it, with KEY, which the
 * caller releases, for 0. GNUTLS_E_ECC_UNSUPPORTED_CURVE: it is not on P-256, P-384 or P-521. */
bool ec_half_open (const gnutls_datum_t *der, gnutls_x509_privkey_t *key, int *status);
