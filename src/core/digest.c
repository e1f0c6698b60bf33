/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "digest.h"

#include <stdint.h>
#include <string.h>

void
digest_add_text (GChecksum *checksum, const char *text)
{
  uint64_t length = text != NULL ? strlen (text) : UINT64_MAX;

  g_checksum_update (checksum, (const guchar *) &length, sizeof length);
  if (text != NULL)
    g_checksum_update (checksum, (const guchar *) text, (gssize) length);
}
