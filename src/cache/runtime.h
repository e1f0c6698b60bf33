/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory-backed folder in which credentials live. */
#pragma once

#include "environment.h"

#include <stdbool.h>
#include <stddef.h>

/* Opens (making it if need be) $XDG_RUNTIME_DIR/avouch, else /run/user/UID/avouch, else
 * /dev/shm/avouch-UID. A parent that is missing, another's, writable by others, or not
 * memory-backed (tmpfs, ramfs) is passed over for the next, and named in the error if none is left.
 * A folder of that name which is a link, no folder, another's, or open to others is an error at
 * once: somebody may be at work. Returns a close-on-exec descriptor, or -1 with an error of kind
 * internal. PATH (may be NULL) receives the folder's name; the caller owns it. */
int runtime_open (const Environment *environment, char **path, GError **error);

/* For tests: the same among other places. */
typedef struct {
  const char *parent; /* NULL: no candidate */
  const char *name;
  bool shared; /* PARENT is root's, sticky, and everybody's to write, like /dev/shm */
} RuntimeCandidate;
int runtime_open_among (const RuntimeCandidate *candidates, size_t count, uid_t uid, char **path,
                        GError **error);
