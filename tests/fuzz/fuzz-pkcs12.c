/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PKCS#12: our checks before GnuTLS, and GnuTLS. */
#include "container.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t length)
{
  fuzz_container (&container_pkcs12, bytes, length);
  return 0;
}
