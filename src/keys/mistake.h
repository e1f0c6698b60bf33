/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people put where a private key should be, and what to tell them. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
  MISTAKE_EMPTY,
  MISTAKE_NOT_A_KEY,
  MISTAKE_CUT_SHORT,
  MISTAKE_OPENSSH,
  MISTAKE_PUTTY,
  MISTAKE_PGP,
  MISTAKE_PUBLIC_KEY,
  MISTAKE_NOT_A_PUBLIC_KEY,
  MISTAKE_SSH_PUBLIC_KEY,
  MISTAKE_CERTIFICATE,
  MISTAKE_REQUEST,
  MISTAKE_PKCS7,
  MISTAKE_JSON,
  MISTAKE_SHARED_SECRET,
  MISTAKE_NOT_FOR_SIGNING,
  MISTAKE_HALVES,
  MISTAKE_UTF16,
  MISTAKE_DSA,
  MISTAKE_CURVE,
  MISTAKE_CIPHER,
  MISTAKE_MISMATCH,
} Mistake;

/* Error: key, with a hint. Always returns false. */
bool mistake_fail (Mistake mistake, GError **error);
