/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring-item.h"

void
keyring_match_free (KeyringMatch *match)
{
  g_free (match->label);
  g_clear_pointer (&match->attributes, g_hash_table_unref);
  g_clear_pointer (&match->secret, secret_unref);
  g_free (match);
}

const char *
keyring_match_get (const KeyringMatch *match, const char *attribute)
{
  return g_hash_table_lookup (match->attributes, attribute);
}
