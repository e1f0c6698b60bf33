/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "token-life.h"

#include "obtain.h"

void
token_life_clear (TokenLife *life)
{
  g_clear_error (&life->trouble);
}

void
token_life_find (TokenLife *life, const Profile *profile, Cache *cache, int64_t now)
{
  g_autofree char *token = obtain_plain_name (profile);
  g_autoptr (Credential) credential = cache != NULL ? cache_load (cache, token) : NULL;
  g_autoptr (Kept) kept = cache != NULL ? kept_load (cache, token, now) : NULL;

  if (credential != NULL && credential_is_usable (credential, now))
    *life = (TokenLife){ credential->issued_at, credential->expires_at, credential->refresh_at, 0,
                         NULL };
  else if (kept != NULL && kept->expires_at - CREDENTIAL_MARGIN > now)
    *life = (TokenLife){ kept->issued_at, kept->expires_at, kept->refresh_at, 0, NULL };
  if (kept == NULL || life->issued_at != kept->issued_at)
    return;
  life->published = kept->published;
  life->trouble = kept->trouble != NULL ? g_error_copy (kept->trouble) : NULL;
}
