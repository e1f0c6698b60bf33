/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of Java's DataInput: "modified UTF-8". */
#pragma once

#include "reader.h"

/* As UTF-8, which the caller owns; NULL: malformed. What a C string or UTF-8 cannot hold (U+0000,
 * half a surrogate pair) becomes U+FFFD. */
char *jks_alias_decode (Reader bytes);
