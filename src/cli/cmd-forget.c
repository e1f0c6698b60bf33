/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cache.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "kept.h"
#include "login-hold.h"
#include "obtain.h"
#include "output.h"
#include "process.h"
#include "profiles.h"
#include "stored-token.h"

#include <string.h>

typedef struct {
  gboolean all;
} ForgetOptions;

static const Option forget_options[] = {
  { "all", 'a', OPTION_FLAG, offsetof (ForgetOptions, all), NULL,
    N_ ("those of every profile, configured or not") },
  { 0 },
};

static const char *const forget_example[] = {
  "avouch forget acme",
  N_ ("the next use of profile acme logs in again"),
  "avouch forget --all",
  N_ ("empties the cache, and takes from the keyring what avouch wrote by itself"),
  NULL,
};

/* A wait after refused logins; cache_forget ends it. */
static bool
is_held (Cache *cache, const Profile *profile)
{
  g_autofree char *token = obtain_plain_name (profile);
  g_autoptr (Failure) failure = cache_load_failure (cache, token, process_now_milliseconds ());
  g_autoptr (Failure) shared = login_hold_load (cache, profile);

  return shared != NULL || (failure != NULL && failure->held_until > process_now ());
}

static bool
report (const Invocation *call, unsigned count, unsigned items, const char *name, bool held,
        GError **error)
{
  g_autofree char *text = NULL;

  if (call->quiet)
    return true;
  if (items > 0 && count == 0)
    text = name != NULL ? g_strdup_printf (_ ("%s: forgotten in the keyring: %u\n"), name, items)
                        : g_strdup_printf (_ ("forgotten in the keyring: %u\n"), items);
  else if (items > 0)
    text = name != NULL
               ? g_strdup_printf (_ ("%s: forgotten: %u, and in the keyring: %u\n"), name, count,
                                  items)
               : g_strdup_printf (_ ("forgotten: %u, and in the keyring: %u\n"), count, items);
  else if (count == 0 && name != NULL && held)
    text = g_strdup_printf (_ ("%s: nothing was cached; the wait after a refusal is over\n"), name);
  else if (count == 0 && name != NULL)
    text = g_strdup_printf (_ ("%s: nothing was cached\n"), name);
  else if (count == 0)
    text = g_strdup (_ ("nothing was cached\n"));
  else if (name != NULL)
    text = g_strdup_printf (_ ("%s: forgotten: %u\n"), name, count);
  else
    text = g_strdup_printf (_ ("forgotten: %u\n"), count);
  return output_text (text, error);
}

/* Whether something of NAME (NULL: of any profile) may be in the keyring. */
static bool
uses_keyring (const Config *config, const char *name)
{
  const GPtrArray *profiles = config_profiles (config);

  for (size_t i = 0; i < profiles->len; i++)
    if ((name == NULL || strcmp (profile_name (profiles->pdata[i]), name) == 0) &&
        (kept_is_cached (profiles->pdata[i]) || kept_is_published (profiles->pdata[i])))
      return true;
  return false;
}

/* What avouch put into the keyring by itself. Of a profile that is not CONFIGURED any more it may
 * be there too; but where no profile uses it, a machine without one is no error. COUNT receives how
 * many items are gone. */
static bool
forget_keyring (const Config *config, const char *name, bool configured, unsigned *count,
                GError **error)
{
  bool used = config != NULL && uses_keyring (config, name);
  unsigned cached = 0;
  unsigned published = 0;
  g_autoptr (GError) trouble = NULL;

  *count = 0;
  if (!used && configured)
    return true;
  if (stored_token_forget (name, &cached, &published, &trouble))
    {
      *count = cached + published;
      return true;
    }
  if (!used)
    return true;
  error_add_prefix (trouble, _ ("what is in the keyring is still there"));
  g_propagate_error (error, g_steal_pointer (&trouble));
  return false;
}

static bool
forget_all (const Invocation *call, Cache *cache, GError **error)
{
  g_autoptr (Config) config = profiles_load (call->environment, NULL);
  unsigned count = cache_forget (cache, NULL);
  unsigned items;
  bool cleared = forget_keyring (config, NULL, false, &items, error);

  return report (call, count, items, NULL, false, cleared ? error : NULL) && cleared;
}

/* A profile that is no longer configured may still have credentials. */
static bool
forget_profile (const Invocation *call, Cache *cache, GError **error)
{
  const char *name = call->arguments[0];
  g_autoptr (GError) cause = NULL;
  g_autoptr (Config) config = profiles_load (call->environment, &cause);
  Profile *profile = config != NULL ? profiles_choose (config, name, &cause) : NULL;
  bool held = profile != NULL && is_held (cache, profile);
  unsigned count;
  unsigned items = 0;
  bool cleared = true;

  if (profile != NULL)
    name = profile_name (profile);
  count = name != NULL ? cache_forget (cache, name) : 0;
  if (name != NULL)
    cleared = forget_keyring (config, name, profile != NULL, &items, error);
  if (profile == NULL && count == 0 && items == 0 && cleared)
    {
      if (g_error_matches (cause, AVOUCH_ERROR, AVOUCH_ERROR_USAGE))
        error_add_hint (cause, _ ("\"avouch forget --all\" drops what is cached for any"));
      g_propagate_error (error, g_steal_pointer (&cause));
      return false;
    }
  return report (call, count, items, name, held, cleared ? error : NULL) && cleared;
}

static bool
run (const Invocation *call, GError **error)
{
  const ForgetOptions *options = call->values;
  g_autoptr (Cache) cache = NULL;

  if (options->all && call->count > 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("forget: give a profile or --all, not both"));
      return false;
    }
  cache = cache_open (call->environment, error);
  if (cache == NULL)
    return false;
  return options->all ? forget_all (call, cache, error) : forget_profile (call, cache, error);
}

const Command command_forget = {
  .path = "avouch forget",
  .arguments = N_ ("[PROFILE | --all]"),
  .summary = N_ ("drop cached credentials"),
  .description =
      N_ ("Drops what is cached for a profile, in memory and in the keyring, what is "
          "published there, and the memory of a failed login. Keys and passphrases in the "
          "keyring stay: a person put them there. Nothing "
          "is revoked at the issuer: a token that was handed out works until it "
          "expires."),
  .example = forget_example,
  .options = forget_options,
  .values_size = sizeof (ForgetOptions),
  .max_arguments = 1,
  .run = run,
};
