/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "login-hold.h"

#include "digest.h"
#include "issuer.h"
#include "process.h"

#include <string.h>

/* Two ways to write one URL are one place. */
static void
add_setting (GChecksum *checksum, const char *name, const char *value)
{
  g_autoptr (Url) url =
      value != NULL && g_str_has_suffix (name, "-url") ? url_parse (value, NULL) : NULL;
  g_autofree char *text = url != NULL ? url_to_string (url) : g_strdup (value);

  if (url != NULL && g_str_has_suffix (text, "/"))
    text[strlen (text) - 1] = '\0';
  digest_add_text (checksum, name);
  digest_add_text (checksum, text);
}

/* What the cache files it under: a hash, as of a token. NULL: it is filed nowhere. */
static char *
hold_name (const Profile *profile)
{
  const Issuer *issuer = issuer_for_profile (profile, NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  bool told = false;

  digest_add_text (checksum, "avouch account 1");
  for (const IssuerSetting *setting = issuer != NULL ? issuer->settings : NULL;
       setting != NULL && setting->name != NULL; setting++)
    if (setting->account)
      {
        add_setting (checksum, setting->name, profile_get (profile, setting->name));
        told = true;
      }
  if (!told)
    return NULL;
  digest_add_text (checksum, issuer->name);
  return g_strdup (g_checksum_get_string (checksum));
}

Failure *
login_hold_load (Cache *cache, const Profile *profile)
{
  g_autofree char *name = hold_name (profile);
  g_autoptr (Failure) failure =
      name != NULL ? cache_load_failure (cache, name, process_now_milliseconds ()) : NULL;

  return failure != NULL && failure->held_until > process_now () ? g_steal_pointer (&failure)
                                                                 : NULL;
}

void
login_hold_store (Cache *cache, const Profile *profile, const Failure *failure)
{
  g_autofree char *name = hold_name (profile);

  if (name != NULL)
    cache_store_failure (cache, name, failure);
}
