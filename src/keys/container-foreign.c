/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What no reader recognised: named, so that its owner knows what to do. */
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"

#include <string.h>

/* After white space at the start. */
static const struct {
  const char *start;
  Mistake mistake;
} starts[] = {
  { "\xff\xfe", MISTAKE_UTF16 },
  { "\xfe\xff", MISTAKE_UTF16 },
  { "PuTTY-User-Key-File-", MISTAKE_PUTTY },
  { "openssh-key-v1", MISTAKE_OPENSSH },
  { "ssh-", MISTAKE_PUBLIC_KEY },
  { "ecdsa-sha2-", MISTAKE_PUBLIC_KEY },
  { "sk-ssh-", MISTAKE_PUBLIC_KEY },
};

static bool
recognises_all (const char *bytes G_GNUC_UNUSED, size_t length G_GNUC_UNUSED)
{
  return true;
}

static bool
name_mistake (Secret *content, Unlock *unlock G_GNUC_UNUSED, Contents *contents G_GNUC_UNUSED,
              GError **error)
{
  size_t length;
  const char *bytes = secret_bytes (content, &length);

  for (; length > 0 && g_ascii_isspace (*bytes); length--)
    bytes++;
  if (length == 0)
    return mistake_fail (MISTAKE_EMPTY, error);
  for (size_t i = 0; i < G_N_ELEMENTS (starts); i++)
    if (length >= strlen (starts[i].start) &&
        memcmp (bytes, starts[i].start, strlen (starts[i].start)) == 0)
      return mistake_fail (starts[i].mistake, error);
  return mistake_fail (MISTAKE_NOT_A_KEY, error);
}

const Container container_foreign = { "foreign", recognises_all, name_mistake };
