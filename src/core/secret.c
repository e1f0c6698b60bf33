/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "secret.h"

#include "error.h"
#include "i18n.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct _Secret {
  int references;
  size_t length;
  size_t capacity; /* all of it is wiped: a read may have touched more than it kept */
  char *bytes;     /* length bytes and a NUL */
};

enum { FIRST_CAPACITY = 1024 };

void
secret_wipe (void *bytes, size_t length)
{
  if (bytes != NULL)
    explicit_bzero (bytes, length);
}

Secret *
secret_new (const char *bytes, size_t length)
{
  g_auto (SecretBuffer) buffer = { 0 };

  secret_buffer_append (&buffer, bytes, (gssize) length);
  return secret_buffer_end (&buffer);
}

Secret *
secret_ref (Secret *secret)
{
  g_atomic_int_inc (&secret->references);
  return secret;
}

void
secret_unref (Secret *secret)
{
  if (!g_atomic_int_dec_and_test (&secret->references))
    return;
  secret_wipe (secret->bytes, secret->capacity);
  g_free (secret->bytes);
  g_free (secret);
}

const char *
secret_bytes (const Secret *secret, size_t *length)
{
  if (length != NULL)
    *length = secret->length;
  return secret->bytes;
}

size_t
secret_length (const Secret *secret)
{
  return secret->length;
}

bool
secret_equal (const Secret *a, const Secret *b)
{
  unsigned char difference = 0;

  if (a->length != b->length)
    return false;
  for (size_t i = 0; i < a->length; i++)
    difference |= (unsigned char) (a->bytes[i] ^ b->bytes[i]);
  return difference == 0;
}

/* Moves to a larger block by hand: realloc would leave the old one unwiped. */
char *
secret_buffer_reserve (SecretBuffer *buffer, size_t length)
{
  size_t needed = buffer->length + length + 1;

  if (needed > buffer->capacity)
    {
      size_t capacity = MAX (needed, MAX (buffer->capacity * 2, FIRST_CAPACITY));
      char *data = g_malloc (capacity);

      if (buffer->length > 0)
        memcpy (data, buffer->data, buffer->length);
      secret_wipe (buffer->data, buffer->capacity);
      g_free (buffer->data);
      buffer->data = data;
      buffer->capacity = capacity;
    }
  return buffer->data + buffer->length;
}

void
secret_buffer_advance (SecretBuffer *buffer, size_t length)
{
  buffer->length += length;
}

void
secret_buffer_append (SecretBuffer *buffer, const char *bytes, gssize length)
{
  size_t count = length < 0 ? strlen (bytes) : (size_t) length;

  if (count == 0)
    return;
  memcpy (secret_buffer_reserve (buffer, count), bytes, count);
  secret_buffer_advance (buffer, count);
}

void
secret_buffer_append_secret (SecretBuffer *buffer, const Secret *secret)
{
  secret_buffer_append (buffer, secret->bytes, (gssize) secret->length);
}

void
secret_buffer_printf (SecretBuffer *buffer, const char *format, ...)
{
  va_list arguments;
  va_list again;

  va_start (arguments, format);
  va_copy (again, arguments);
  size_t length = (size_t) vsnprintf (NULL, 0, format, arguments);
  va_end (arguments);
  vsnprintf (secret_buffer_reserve (buffer, length), length + 1, format, again);
  va_end (again);
  secret_buffer_advance (buffer, length);
}

Secret *
secret_buffer_end (SecretBuffer *buffer)
{
  Secret *secret = g_new0 (Secret, 1);

  secret_buffer_reserve (buffer, 0)[0] = '\0';
  secret->references = 1;
  secret->length = buffer->length;
  secret->capacity = buffer->capacity;
  secret->bytes = buffer->data;
  *buffer = (SecretBuffer){ 0 };
  return secret;
}

void
secret_buffer_clear (SecretBuffer *buffer)
{
  secret_wipe (buffer->data, buffer->capacity);
  g_free (buffer->data);
  *buffer = (SecretBuffer){ 0 };
}

Secret *
secret_read_fd (int fd, size_t limit, const char *what, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };

  for (;;)
    {
      /* One byte past the limit tells a full input from a longer one. */
      size_t room = MIN (limit + 1 - buffer.length, MAX (buffer.length, 4096));
      ssize_t count = read (fd, secret_buffer_reserve (&buffer, room), room);

      if (count == 0)
        return secret_buffer_end (&buffer);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot read: %s"), what,
                       g_strerror (errno));
          return NULL;
        }
      secret_buffer_advance (&buffer, (size_t) count);
      if (buffer.length > limit)
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("%s: longer than %zu bytes"),
                       what, limit);
          return NULL;
        }
    }
}

bool
secret_write_fd (const Secret *secret, int fd, const char *what, GError **error)
{
  size_t written = 0;

  while (written < secret->length)
    {
      ssize_t count = write (fd, secret->bytes + written, secret->length - written);

      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot write: %s"), what,
                       g_strerror (errno));
          return false;
        }
      written += (size_t) count;
    }
  return true;
}
