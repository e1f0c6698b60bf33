/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "algorithm.h"

enum { MAC_MAX_SIZE = 64 /* SHA-512 */ };

/* The HMAC (RFC 2104) of ALGORITHM under KEY, a secret, over LENGTH bytes: the first
 * gnutls_hmac_get_len bytes of MAC. */
bool mac_compute (const Algorithm *algorithm, const Key *key, const char *bytes, size_t length,
                  unsigned char mac[MAC_MAX_SIZE]);
