/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JKS and JCEKS, as they are and signed anew: their check would stop nearly every changed one. */
#include "container.h"

#include <nettle/sha1.h>
#include <string.h>

/* The password "fuzz" in UTF-16, and what Java puts behind it. */
static const uint8_t words[] = "\0f\0u\0z\0zMighty Aphrodite";

static void
sign (uint8_t *store, size_t length)
{
  struct sha1_ctx context;

  sha1_init (&context);
  sha1_update (&context, sizeof words - 1, words);
  sha1_update (&context, length, store);
  sha1_digest (&context, SHA1_DIGEST_SIZE, store + length);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t length)
{
  g_autofree uint8_t *store = g_memdup2 (bytes, length);

  fuzz_container (&container_jks, bytes, length);
  if (length >= SHA1_DIGEST_SIZE)
    {
      sign (store, length - SHA1_DIGEST_SIZE);
      fuzz_container (&container_jks, store, length);
    }
  return 0;
}
