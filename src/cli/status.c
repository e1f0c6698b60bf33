/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "status.h"

#include "error.h"
#include "i18n.h"
#include "moment.h"
#include "obtain.h"
#include "process.h"
#include "text.h"

#include <string.h>

typedef enum {
  STATE_NONE,
  STATE_VALID,
  STATE_DUE,
  STATE_OUT_OF_REACH,
  STATE_REFUSED, /* by the issuer */
  STATE_FAILED,  /* for another reason */
} State;

/* For programs: not translated. */
static const char *const state_names[] = {
  [STATE_NONE] = "none",       [STATE_VALID] = "valid",   [STATE_DUE] = "due",
  [STATE_REFUSED] = "refused", [STATE_FAILED] = "failed", [STATE_OUT_OF_REACH] = "out-of-reach",
};

static void
entry_free (StatusEntry *entry)
{
  profile_unref (entry->profile);
  g_clear_pointer (&entry->credential, credential_free);
  g_clear_pointer (&entry->failure, failure_free);
  g_clear_pointer (&entry->kept, kept_free);
  g_free (entry);
}

typedef struct {
  GHashTable *by_name; /* StatusEntry */
  GHashTable *main;    /* the names of the tokens that a profile alone leads to */
} Count;

static void
count_other (const char *token, const Credential *credential, void *data)
{
  Count *count = data;
  StatusEntry *entry = g_hash_table_lookup (count->by_name, credential->profile);

  if (entry != NULL && !g_hash_table_contains (count->main, token))
    entry->others++;
}

/* One that no tool would be handed, for the clock was set back since, is none. */
static Credential *
load_credential (Cache *cache, const char *token)
{
  g_autoptr (Credential) credential = cache_load (cache, token);

  return credential != NULL && !credential_is_from_later (credential, process_now ())
             ? g_steal_pointer (&credential)
             : NULL;
}

GPtrArray *
status_gather (const GPtrArray *profiles, Cache *cache)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Count count = { by_name, names };

  for (size_t i = 0; i < profiles->len; i++)
    {
      StatusEntry *entry = g_new0 (StatusEntry, 1);
      char *token;

      entry->profile = profile_ref (profiles->pdata[i]);
      g_ptr_array_add (entries, entry);
      token = obtain_plain_name (entry->profile);
      g_hash_table_add (names, token);
      g_hash_table_insert (by_name, (void *) profile_name (entry->profile), entry);
      if (cache == NULL)
        continue;
      entry->credential = load_credential (cache, token);
      entry->failure = cache_load_failure (cache, token, process_now_milliseconds ());
      entry->kept = kept_load (cache, token, process_now ());
    }
  if (cache != NULL)
    cache_visit (cache, count_other, &count);
  return entries;
}

/* When a token was issued and so on, wherever it is; 0: there is none. */
typedef struct {
  int64_t issued_at;
  int64_t refresh_at;
  int64_t published_expiry;
} Life;

static Life
find_life (const StatusEntry *entry)
{
  const Credential *credential = entry->credential;
  const Kept *kept = entry->kept;

  if (credential != NULL)
    return (Life){ credential->issued_at, credential->refresh_at,
                   credential_published_expiry (credential) };
  if (kept != NULL && kept->cached)
    return (Life){ kept->issued_at, kept->refresh_at, kept->expires_at - CREDENTIAL_MARGIN };
  return (Life){ 0 };
}

/* A usable token outweighs a failed attempt to renew it. */
static State
judge (const StatusEntry *entry, int64_t now)
{
  Life life = find_life (entry);

  if (life.published_expiry > now / 1000 && entry->credential == NULL && entry->out_of_reach)
    return STATE_OUT_OF_REACH;
  if (life.published_expiry > now / 1000)
    return now / 1000 >= life.refresh_at ? STATE_DUE : STATE_VALID;
  if (entry->failure == NULL)
    return STATE_NONE;
  return g_error_matches (entry->failure->error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED) ? STATE_REFUSED
                                                                                     : STATE_FAILED;
}

static char *
failure_text (const Failure *failure, int64_t now)
{
  g_autofree char *ago = moment_format_span ((now - failure->failed_at) / 1000);
  bool refused = g_error_matches (failure->error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);

  return g_strdup_printf (refused ? _ ("refused %s ago") : _ ("failed %s ago"), ago);
}

/* Longer than the few seconds that every refusal holds, and whatever is asked for. */
static bool
is_held (const StatusEntry *entry, int64_t now)
{
  return entry->failure != NULL && entry->failure->profile_wide &&
         entry->failure->held_until > now / 1000;
}

/* "refused 3 min ago, held for 12 min" */
static char *
hold_text (const Failure *failure, int64_t now)
{
  g_autofree char *failed = failure_text (failure, now);
  g_autofree char *left = moment_format_span (failure->held_until - now / 1000);

  return g_strdup_printf (_ ("%s, held for %s"), failed, left);
}

static char *
state_text (const StatusEntry *entry, State state, int64_t now)
{
  g_autofree char *left = NULL;

  if (state == STATE_NONE)
    return g_strdup ("-");
  if (state == STATE_REFUSED || state == STATE_FAILED)
    return is_held (entry, now) ? hold_text (entry->failure, now)
                                : failure_text (entry->failure, now);
  if (state == STATE_OUT_OF_REACH)
    return g_strdup (_ ("out of reach in the keyring"));
  left = moment_format_span (find_life (entry).published_expiry - now / 1000);
  return g_strdup_printf (state == STATE_DUE ? _ ("due, %s left") : _ ("valid %s"), left);
}

char *
status_text (const StatusEntry *entry, int64_t now)
{
  State state = judge (entry, now);
  g_autofree char *text = state_text (entry, state, now);

  if (entry->others == 0)
    return g_steal_pointer (&text);
  return g_strdup_printf (_ ("%s; for other places: %u"), text, entry->others);
}

static char *
held_until_text (const Failure *failure, int64_t now)
{
  g_autofree char *failed = failure_text (failure, now);
  g_autofree char *until = text_format_utc (failure->held_until);

  return g_strdup_printf (_ ("%s, and not asked again until %s"), failed, until);
}

char *
status_trouble (const StatusEntry *entry, int64_t now)
{
  State state = judge (entry, now);
  bool held = is_held (entry, now);
  g_autofree char *when = NULL;
  g_autofree char *message = NULL;
  g_autofree char *text = NULL;
  const char *hint;

  if (state != STATE_REFUSED && state != STATE_FAILED && !held)
    return NULL;
  when = held ? held_until_text (entry->failure, now) : failure_text (entry->failure, now);
  message = error_message (entry->failure->error);
  text = g_strdup_printf ("%s: %s", when, message);
  hint = error_hint (entry->failure->error);
  return hint != NULL ? g_strdup_printf (_ ("%s\nhint: %s"), text, hint) : g_steal_pointer (&text);
}

void
status_write (Writer *writer, const StatusEntry *entry, int64_t now)
{
  State state = judge (entry, now);
  g_autofree char *message = NULL;

  writer_string (writer, "state", state_names[state]);
  writer_int (writer, "others", entry->others);
  if (state == STATE_VALID || state == STATE_DUE)
    {
      Life life = find_life (entry);

      writer_time (writer, "issued", life.issued_at);
      writer_time (writer, "expires", life.published_expiry);
      writer_time (writer, "refresh", life.refresh_at);
    }
  if (entry->failure == NULL)
    return;
  message = error_message (entry->failure->error);
  writer_open (writer, "failure", '{');
  writer_time (writer, "failed", entry->failure->failed_at / 1000);
  writer_time (writer, "retry", entry->failure->held_until);
  writer_bool (writer, "held", is_held (entry, now));
  writer_string (writer, "message", message);
  writer_string (writer, "hint", error_hint (entry->failure->error));
  writer_close (writer, '}');
}
