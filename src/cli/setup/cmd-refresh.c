/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "moment.h"
#include "obtain.h"
#include "output.h"
#include "passphrase.h"
#include "process.h"
#include "profiles.h"
#include "token-life.h"

#include <string.h>

enum { AT_ONCE = 8 };

static const char *const refresh_example[] = {
  "avouch refresh",
  N_ ("renews what the keyring has, where it is missing or will soon be over"),
  "avouch refresh acme beta",
  N_ ("the same for these two profiles, wherever their tokens are"),
  NULL,
};

/* One profile's turn. */
typedef struct {
  const Invocation *call;
  Profile *profile;
  Cache *cache;
  char *told; /* its line; NULL where ERROR is set */
  GError *error;
} Turn;

static void
turn_free (Turn *turn)
{
  g_clear_pointer (&turn->cache, cache_close);
  g_clear_error (&turn->error);
  g_free (turn->told);
  g_free (turn);
}

static bool
is_wanting (const Turn *turn, const TokenLife *life)
{
  bool unpublished =
      kept_is_published (turn->profile) && (life->published == 0 || life->trouble != NULL);

  return life->issued_at == 0 || life->refresh_at <= process_now () || unpublished;
}

static bool
renew (const Turn *turn, bool has_token, GError **error)
{
  const ObtainOptions options = {
    .environment = turn->call->environment,
    .fresh = has_token,
    .verbose = turn->call->verbose,
    .stays = true,
    /* A timer's: nobody sits there. */
    .no_prompt = turn->call->count == 0,
  };
  const Request request = { .profile = (char *) profile_name (turn->profile) };
  g_autoptr (Credential) credential = obtain_credential (&request, &options, error);

  return credential != NULL;
}

static void
tell (Turn *turn, const TokenLife *life, bool renewed)
{
  int64_t left = life->expires_at - CREDENTIAL_MARGIN - process_now ();
  g_autofree char *span = moment_format_span (left);
  g_autofree char *text =
      g_strdup_printf (renewed ? _ ("renewed, good for %s") : _ ("good for %s"), span);

  if (life->published > 0)
    turn->told = g_strdup_printf (_ ("%s: %s; published: %u\n"), profile_name (turn->profile), text,
                                  life->published);
  else
    turn->told = g_strdup_printf ("%s: %s\n", profile_name (turn->profile), text);
}

/* A token that is nowhere kept cannot be had ahead. */
static bool
check_kept (const Turn *turn, GError **error)
{
  bool wanted = false;

  if (!obtain_wants_cache (turn->profile, &wanted, error))
    return false;
  if (wanted || kept_is_published (turn->profile))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("its tokens are neither cached nor published: nothing to renew"));
  return false;
}

static bool
take_turn (Turn *turn, GError **error)
{
  g_auto (TokenLife) before = { 0 };
  g_auto (TokenLife) after = { 0 };
  bool renewed;

  if (!check_kept (turn, error))
    return false;
  token_life_find (&before, turn->profile, turn->cache, process_now ());
  renewed = is_wanting (turn, &before);
  if (renewed && !renew (turn, before.issued_at != 0, error))
    return false;
  token_life_find (&after, turn->profile, turn->cache, process_now ());
  if (after.trouble != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&after.trouble));
      return false;
    }
  tell (turn, &after, renewed);
  return true;
}

/* In a thread of the pool, or in the main one. */
static void
on_turn (void *data, void *user_data G_GNUC_UNUSED)
{
  Turn *turn = data;

  if (!take_turn (turn, &turn->error))
    profiles_name_in (turn->error, turn->profile);
}

static bool
asks_a_person (const Profile *profile)
{
  static const char *const settings[] = { "passphrase", "key-passphrase" };
  PassphraseKind kind;
  const char *argument;

  for (size_t i = 0; i < G_N_ELEMENTS (settings); i++)
    if (passphrase_parse (profile, settings[i], &kind, &argument, NULL) &&
        kind == PASSPHRASE_PROMPT)
      return true;
  return false;
}

static void
add_turn (GPtrArray *turns, const Invocation *call, Profile *profile)
{
  Turn *turn = g_new0 (Turn, 1);

  turn->call = call;
  turn->profile = profile;
  turn->cache = cache_open (call->environment, NULL);
  g_ptr_array_add (turns, turn);
}

/* Those that are named; else all whose tokens others read from the keyring, if nobody need be
 * there for that. */
static bool
gather (GPtrArray *turns, const Invocation *call, const Config *config, GError **error)
{
  const GPtrArray *all = config_profiles (config);

  for (size_t i = 0; call->count == 0 && i < all->len; i++)
    if (kept_is_published (all->pdata[i]) && !asks_a_person (all->pdata[i]))
      add_turn (turns, call, all->pdata[i]);
  for (size_t i = 0; i < call->count; i++)
    {
      Profile *profile = profiles_choose (config, call->arguments[i], error);

      if (profile == NULL)
        return false;
      add_turn (turns, call, profile);
    }
  return true;
}

static void
take_turns (const GPtrArray *turns)
{
  GThreadPool *pool = g_thread_pool_new (on_turn, NULL, AT_ONCE, FALSE, NULL);

  /* One question at a time. */
  for (size_t i = 0; i < turns->len; i++)
    if (asks_a_person (((Turn *) turns->pdata[i])->profile))
      on_turn (turns->pdata[i], NULL);
  for (size_t i = 0; i < turns->len; i++)
    if (!asks_a_person (((Turn *) turns->pdata[i])->profile))
      g_thread_pool_push (pool, turns->pdata[i], NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
}

/* The last failure is the command's; those before it are told here. */
static bool
report (const Invocation *call, const GPtrArray *turns, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GError *last = NULL;

  for (size_t i = 0; i < turns->len; i++)
    {
      Turn *turn = turns->pdata[i];

      if (turn->error == NULL)
        {
          g_string_append (text, turn->told);
          continue;
        }
      if (last != NULL)
        error_report (last);
      g_clear_error (&last);
      last = g_steal_pointer (&turn->error);
    }
  if (turns->len == 0)
    g_string_append (text, _ ("no profile publishes its tokens: nothing to renew\n"));
  if (!call->quiet && !output_text (text->str, last == NULL ? error : NULL) && last == NULL)
    return false;
  if (last != NULL)
    g_propagate_error (error, last);
  return last == NULL;
}

static bool
run (const Invocation *call, GError **error)
{
  g_autoptr (Config) config = profiles_load (call->environment, error);
  g_autoptr (GPtrArray) turns = g_ptr_array_new_with_free_func ((GDestroyNotify) turn_free);

  if (config == NULL || !gather (turns, call, config, error))
    return false;
  take_turns (turns);
  return report (call, turns, error);
}

const Command command_refresh = {
  .path = "avouch refresh",
  .arguments = N_ ("[PROFILE…]"),
  .summary = N_ ("renew tokens before they are over"),
  .description = N_ (
      "Logs in for each profile whose token is missing, in its last fifth, or not yet where "
      "the profile publishes it; several at once. Without PROFILE, all that publish their "
      "tokens in the keyring and ask nobody for a passphrase.\n"
      "\"avouch setup timer\" has it run by itself, with --quiet: then only failures are told."),
  .example = refresh_example,
  .max_arguments = G_MAXSIZE,
  .run = run,
};
