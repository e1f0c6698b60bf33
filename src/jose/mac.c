/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mac.h"

bool
mac_compute (const Algorithm *algorithm, const Key *key, const char *bytes, size_t length,
             unsigned char mac[MAC_MAX_SIZE])
{
  size_t secret_length;
  const char *secret = secret_bytes (key_secret (key), &secret_length);

  return gnutls_hmac_get_len (algorithm->mac) <= MAC_MAX_SIZE &&
         gnutls_hmac_fast (algorithm->mac, secret, secret_length, bytes, length, mac) >= 0;
}
