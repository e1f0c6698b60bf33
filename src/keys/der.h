/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a DER file is, by its first items: enough to choose a reader, no more. */
#pragma once

#include <stddef.h>

typedef enum {
  DER_NONE,
  DER_PKCS12,
  DER_PKCS8,
  DER_ENCRYPTED,
  DER_PKCS1, /* or OpenSSL's DSA */
  DER_SEC1,
  DER_PUBLIC_KEY,
  DER_CERTIFICATE,
  DER_PKCS7,
} DerKind;

DerKind der_kind (const char *bytes, size_t length);

/* The parts (ContentInfo, RFC 7292 section 4.1) of a PKCS#12 file, counted up to LIMIT + 1; 0 where
 * they cannot be: not DER, or signed instead of protected by a password. */
size_t der_count_pkcs12_parts (const char *bytes, size_t length, size_t limit);
