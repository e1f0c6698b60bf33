/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes that must not linger: counted, immutable once shared, wiped when the last holder lets go.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct _Secret Secret;

/* A copy of LENGTH bytes. The caller wipes its own. */
Secret *secret_new (const char *bytes, size_t length);

Secret *secret_ref (Secret *secret);
void secret_unref (Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Secret, secret_unref)

/* The bytes, always followed by a NUL that LENGTH (may be NULL) does not count. Borrowed. */
const char *secret_bytes (const Secret *secret, size_t *length);
size_t secret_length (const Secret *secret);

/* Constant in time for equal lengths. */
bool secret_equal (const Secret *a, const Secret *b);

/* A growing buffer for building a secret; every byte it ever held is wiped. Start from { 0 }. */
typedef struct {
  char *data;
  size_t length;
  size_t capacity;
} SecretBuffer;

/* LENGTH -1: up to the NUL. */
void secret_buffer_append (SecretBuffer *buffer, const char *bytes, gssize length);
void secret_buffer_append_secret (SecretBuffer *buffer, const Secret *secret);
void secret_buffer_printf (SecretBuffer *buffer, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Room for LENGTH more bytes to be written at the returned place; then call
 * secret_buffer_advance with how many were. */
char *secret_buffer_reserve (SecretBuffer *buffer, size_t length);
void secret_buffer_advance (SecretBuffer *buffer, size_t length);
/* The content as a Secret; the buffer is empty afterwards. */
Secret *secret_buffer_end (SecretBuffer *buffer);
void secret_buffer_clear (SecretBuffer *buffer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SecretBuffer, secret_buffer_clear)

/* Reads FD to its end, straight into a secret. More than LIMIT bytes, or a failed read, is an error
 * of domain AVOUCH_ERROR (protocol, internal) that names WHAT. */
Secret *secret_read_fd (int fd, size_t limit, const char *what, GError **error);

/* Writes all bytes to FD (retrying on EINTR and short writes). Error: internal, naming WHAT. */
bool secret_write_fd (const Secret *secret, int fd, const char *what, GError **error);

/* Overwrites memory in a way the compiler may not drop. */
void secret_wipe (void *bytes, size_t length);
