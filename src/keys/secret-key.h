/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A secret that two parties share, for HMAC. */
#pragma once

#include "key.h"

/* ENCODING: "plain" (the bytes as they are, without the line's end), "hex", "base64" or
 * "base64url". Errors: usage (another encoding), key (not of that encoding, too short, a key
 * instead). */
Key *secret_key_new (const Secret *content, const char *encoding, GError **error);
/* From a file that is closed to others. Errors: as above, naming the file. */
Key *secret_key_load (const char *path, const char *encoding, GError **error);
