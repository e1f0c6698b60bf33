/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "heal.h"

#include "cache-entry.h"
#include "text.h"

#include <string.h>

/* In a seen-… link: this parent has had its heal, up to the time that follows. */
#define HEALED "healed-"

enum {
  QUIET = 10,             /* seconds after one heal of a token before the next */
  QUIET_IN_VAIN = 60,     /* the same after a login that did not help */
  FINGERPRINT_LENGTH = 16 /* hexadecimal digits: tells tokens apart, and tells nothing of them */
};

static char *
name_seen (const char *token, const char *parent)
{
  return g_strconcat ("seen-", token, "-", parent, NULL);
}

/* Names this very token: an issuer may hand out the same one twice, so its time counts too. */
static char *
name_generation (const Credential *credential)
{
  static const char label[] = "avouch generation";
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  size_t length;
  const char *secret = secret_bytes (credential->secret, &length);

  g_checksum_update (checksum, (const guchar *) label, sizeof label);
  g_checksum_update (checksum, (const guchar *) secret, (gssize) length);
  return g_strdup_printf ("%lld-%.*s", (long long) credential->issued_at, FINGERPRINT_LENGTH,
                          g_checksum_get_string (checksum));
}

static void
write_time (Cache *cache, const char *prefix, const char *token, int64_t now)
{
  g_autofree char *name = cache_entry_name (prefix, token);
  g_autofree char *mark = g_strdup_printf ("%lld", (long long) now);

  cache_write_link (cache, name, mark);
}

/* Whether the link tells of a time less than SECONDS ago. */
static bool
was_within (Cache *cache, const char *prefix, const char *token, int64_t now, int64_t seconds)
{
  g_autofree char *name = cache_entry_name (prefix, token);
  g_autofree char *mark = cache_read_link (cache, name);
  int64_t time;

  return mark != NULL && text_parse_int (mark, 0, now, &time) && now - time < seconds;
}

/* Claims the right to heal TOKEN. Two parents at the same instant may both get it: they then meet
 * at the token's lock, and the second finds a new token there. */
static bool
claim (Cache *cache, const char *token, int64_t now)
{
  if (was_within (cache, "healed-", token, now, QUIET))
    return false;
  write_time (cache, "healed-", token, now);
  return true;
}

static bool
is_healed (const char *seen, int64_t now)
{
  int64_t until;

  return g_str_has_prefix (seen, HEALED) &&
         text_parse_int (seen + strlen (HEALED), 0, INT64_MAX, &until) && now < until;
}

bool
heal_is_refused (Cache *cache, const char *token, const Credential *credential, const char *parent,
                 int64_t now)
{
  g_autofree char *name = name_seen (token, parent);
  g_autofree char *seen = cache_read_link (cache, name);
  g_autofree char *generation = name_generation (credential);

  if (seen != NULL && is_healed (seen, now))
    return false;
  if (g_strcmp0 (seen, generation) != 0)
    {
      cache_write_link (cache, name, generation);
      return false;
    }
  if (!claim (cache, token, now))
    return false;
  /* At once: if no new token can be had, the parent shall not cause a mint at each try. */
  heal_note (cache, token, credential, parent, true);
  return true;
}

void
heal_note (Cache *cache, const char *token, const Credential *credential, const char *parent,
           bool healed)
{
  g_autofree char *name = name_seen (token, parent);
  g_autofree char *seen = healed
                              ? g_strdup_printf (HEALED "%lld", (long long) credential->expires_at)
                              : name_generation (credential);

  cache_write_link (cache, name, seen);
}

void
heal_note_vain (Cache *cache, const char *token, int64_t now)
{
  write_time (cache, "vain-", token, now);
}

bool
heal_is_vain (Cache *cache, const char *token, int64_t now)
{
  return was_within (cache, "vain-", token, now, QUIET_IN_VAIN);
}
