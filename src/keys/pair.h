/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the halves of a pair belong together. */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>

/* What PRIVATE signs, PUBLIC verifies: for where the halves cannot be compared. */
bool pair_signs (gnutls_privkey_t private, gnutls_pubkey_t public);
/* CERTIFICATE is of PRIVATE's public half. */
bool pair_fits (gnutls_privkey_t private, gnutls_x509_crt_t certificate);
