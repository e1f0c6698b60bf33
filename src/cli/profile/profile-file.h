/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new configuration file. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Makes PATH (its folder too, 0700) with mode 0600, whole or not at all; never replaces a file.
 * Error: config, if PATH exists; internal. */
bool profile_file_write (const char *path, const char *text, GError **error);
