/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file that others may read and nobody else may have written. */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* The content, and room for one byte after it; the caller owns it. The file must be UID's or
 * root's. Error: config, "FILE: …": it is no regular file, another's, open for all to write, or
 * longer than CONFIG_MAX_FILE. */
char *config_file_read (const char *file, uid_t uid, size_t *length, GError **error);
