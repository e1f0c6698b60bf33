/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that were not there before. */
#pragma once

#include "error.h"
#include "secret.h"

#include <sys/types.h>

typedef struct {
  const char *path;
  const Secret *content;
  mode_t mode; /* the umask takes away from it */
} NewFile;

/* Error: OCCUPIED, naming the first that is there already, if only as a link that leads nowhere. */
bool new_files_check (const NewFile *files, size_t count, AvouchError occupied, GError **error);

/* Makes all of them, whole, in their order; or none. Never replaces a file. Errors: as above;
 * internal, naming the path. */
bool new_files_write (const NewFile *files, size_t count, AvouchError occupied, GError **error);
