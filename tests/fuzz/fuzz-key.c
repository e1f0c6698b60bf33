/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a key file holds, under the passphrase of the seeds. */
#include "error.h"
#include "fuzz.h"
#include "key-private.h"

static Secret *
answer (const char *what G_GNUC_UNUSED, void *data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return secret_new ("fuzz", 4);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t length)
{
  g_autoptr (Secret) content = secret_new ((const char *) bytes, length);
  KeySource source = { .location = "", .passphrase = answer };
  g_autoptr (GError) error = NULL;
  g_autoptr (Key) key = key_read (content, &source, &error);

  g_assert_true ((key == NULL) == (error != NULL));
  g_assert_true (error == NULL || error->domain == AVOUCH_ERROR);
  return 0;
}
