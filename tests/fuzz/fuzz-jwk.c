/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A JWK or a JWK set. */
#include "container.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t length)
{
  fuzz_container (&container_jwk, bytes, length);
  return 0;
}
