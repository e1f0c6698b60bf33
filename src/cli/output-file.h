/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file that appears under its name only when it is whole; or standard output. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
  const char *path; /* borrowed; NULL: standard output */
  bool force;       /* replace what is there */
  char *temporary;  /* NULL once it is in place */
  int fd;
} OutputFile;

/* PATH may be written: nothing is there, or a regular file and FORCE. Error: usage. */
bool output_file_check (const char *path, bool force, GError **error);

/* FILE starts from { .path, .force, .fd = -1 }. What is not committed is removed. Errors: usage,
 * internal. */
bool output_file_open (OutputFile *file, GError **error);
bool output_file_write (OutputFile *file, const char *bytes, size_t length, GError **error);
bool output_file_commit (OutputFile *file, GError **error);
void output_file_clear (OutputFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OutputFile, output_file_clear)

/* All of BYTES to FD, retrying on EINTR and short writes. Error: internal, naming WHAT. */
bool output_file_write_fd (int fd, const char *bytes, size_t length, const char *what,
                           GError **error);

/* What FD has been given is on the disk, and then FROM is renamed to PATH. Errors: internal, usage
 * (PATH has come to be, and not FORCE). */
bool output_file_place (int fd, const char *from, const char *path, bool force, GError **error);
