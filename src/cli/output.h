/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one way to standard output: a result is built whole, then written whole. */
#pragma once

#include "secret.h"

/* Error: internal (disk full, closed, …). */
bool output_text (const char *text, GError **error);
/* The buffer is empty afterwards. */
bool output_buffer (SecretBuffer *buffer, GError **error);
