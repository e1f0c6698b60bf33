/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PEM, loose text and the mistakes in it. */
#include "container.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t length)
{
  fuzz_container (&container_pem, bytes, length);
  return 0;
}
