/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One container's reader, without the look at the first bytes that keeps most input from it. */
#pragma once

#include "error.h"
#include "fuzz.h"
#include "key-private.h"

enum { FUZZ_ROUNDS = 20000 }; /* what an input may spend on key derivation: milliseconds */

static inline Secret *
fuzz_answer (const char *what G_GNUC_UNUSED, void *data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return secret_new ("fuzz", 4);
}

static inline Key *
fuzz_open (const Container *container, Secret *content, GError **error)
{
  KeySource source = { .location = "", .passphrase = fuzz_answer };
  g_auto (Unlock) unlock = { .source = &source, .iterations = UNLOCK_MAX_ITERATIONS - FUZZ_ROUNDS };
  g_autoptr (Contents) contents = contents_new ();

  if (!container->read (content, &unlock, contents, error))
    return NULL;
  return contents_open (contents, NULL, &unlock, error);
}

static inline void
fuzz_container (const Container *container, const uint8_t *bytes, size_t length)
{
  g_autoptr (Secret) content = secret_new ((const char *) bytes, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) key = fuzz_open (container, content, &error);

  g_assert_true ((key == NULL) == (error != NULL));
  g_assert_true (error == NULL || error->domain == AVOUCH_ERROR);
}
