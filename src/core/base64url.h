/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 with the URL-safe alphabet, without padding (RFC 4648 section 5, RFC 7515 section 2). */
#pragma once

#include "secret.h"

void base64url_append (SecretBuffer *buffer, const void *bytes, size_t length);
/* Strict: no padding, no white space, no stray bits. Error: protocol. */
Secret *base64url_decode (const char *text, size_t length, GError **error);
