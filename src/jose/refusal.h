/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Why a token is not accepted; an error of kind refused. Always returns false. */
bool refusal_set (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
