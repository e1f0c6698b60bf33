/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "obtain.h"

#include "cache.h"
#include "digest.h"
#include "error.h"
#include "heal.h"
#include "i18n.h"
#include "kept.h"
#include "narrow.h"
#include "order.h"
#include "process.h"
#include "route.h"
#include "subject.h"

#include <string.h>
#include <unistd.h>

enum { QUIET_AFTER_FAILURE = 10 /* seconds without a try in the background */ };

/* One call, as far as it has come. */
typedef struct {
  const Request *request;
  const ObtainOptions *options;
  int64_t began; /* unix milliseconds */
  ConfigSources *sources;
  char *question;      /* NULL: nothing may be filed under it */
  Cache *cache;        /* NULL: there is none, as cache_error says */
  GError *cache_error; /* of no interest to a profile that keeps no cache */
  Profile *profile;
  char *token;
  char *parent;         /* whom to heal; NULL: nobody */
  Credential *unwanted; /* refused, or passed over by force: not to be handed out again */
  bool healing;
} Asking;

static void
asking_clear (Asking *asking)
{
  g_clear_pointer (&asking->sources, config_sources_free);
  g_clear_pointer (&asking->question, g_free);
  g_clear_pointer (&asking->cache, cache_close);
  g_clear_error (&asking->cache_error);
  g_clear_pointer (&asking->profile, profile_unref);
  g_clear_pointer (&asking->token, g_free);
  g_clear_pointer (&asking->parent, g_free);
  g_clear_pointer (&asking->unwanted, credential_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asking, asking_clear)

char *
obtain_token_name (const Profile *profile, const Request *request)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *path = narrow_path (profile, request);

  digest_add_text (checksum, "avouch token 1");
  profile_digest (profile, checksum);
  digest_add_text (checksum, request->audience);
  digest_add_text (checksum, request->scope);
  digest_add_text (checksum, path);
  return g_strdup (g_checksum_get_string (checksum));
}

char *
obtain_plain_name (const Profile *profile)
{
  return obtain_token_name (profile, &(Request){ 0 });
}

/* What was fetched for the token in one process's environment is not for those that have another:
 * jobs of several projects may share a user. */
static bool
is_of_environment (const Profile *profile)
{
  SubjectKind kind;
  const char *argument;

  return subject_parse (profile, &kind, &argument, NULL) && kind == SUBJECT_ENV;
}

bool
obtain_wants_cache (const Profile *profile, bool *wanted, GError **error)
{
  const char *value = profile_get (profile, "cache");

  *wanted = value != NULL ? strcmp (value, "none") != 0 : !is_of_environment (profile);
  if (value == NULL || !*wanted || strcmp (value, "runtime") == 0 || kept_is_cached (profile))
    return true;
  profile_set_error (profile, "cache", error, _ ("neither \"runtime\", \"keyring\" nor \"none\""));
  return false;
}

/* What was asked, of which configuration: without reading any of it. */
static bool
begin (Asking *asking, GError **error)
{
  const Environment *environment = asking->options->environment;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  asking->began = process_now_milliseconds ();
  asking->sources = config_sources_find (environment, error);
  if (asking->sources == NULL)
    return false;
  digest_add_text (checksum, "avouch " AVOUCH_VERSION);
  request_digest (asking->request, checksum);
  /* The files may have changed since the caller read them. */
  if (asking->options->config == NULL &&
      config_sources_digest (asking->sources, asking->began / 1000, checksum))
    asking->question = g_strdup (g_checksum_get_string (checksum));
  asking->cache = cache_open (environment, &asking->cache_error);
  return true;
}

static bool
find_profile (Asking *asking, GError **error)
{
  const Config *config = asking->options->config;
  g_autoptr (Config) read = config == NULL ? config_load (asking->sources, error) : NULL;

  if (config == NULL && (config = read) == NULL)
    return false;
  asking->profile = route_find (config, asking->request, error);
  if (asking->profile == NULL)
    return false;
  asking->token = obtain_token_name (asking->profile, asking->request);
  return true;
}

/* RENEWS: the cached token is still good. */
static bool
prepare_order (const Asking *asking, bool renews, Order *order, GError **error)
{
  ObtainOptions options = *asking->options;

  options.cached = renews;
  *order = (Order){
    .passphrase = options.passphrase,
    .key_passphrase = options.key_passphrase,
    .limit = options.timeout,
    .stays = options.stays,
    .no_prompt = options.no_prompt,
    .renews = renews,
    .fresh = options.fresh || asking->healing,
  };
  return subject_find (asking->profile, &options, &order->subject, &order->basis, error) &&
         order_prepare (order, asking->profile, asking->request, asking->token, options.environment,
                        options.verbose, error);
}

static bool
is_same (const Credential *a, const Credential *b)
{
  return a->issued_at == b->issued_at && secret_equal (a->secret, b->secret);
}

static Credential *
load_usable (const Asking *asking, const char *token)
{
  g_autoptr (Credential) credential = cache_load (asking->cache, token);

  if (credential == NULL || !credential_is_usable (credential, process_now ()) ||
      !subject_is_current (credential, asking->options->environment) ||
      (asking->unwanted != NULL && is_same (credential, asking->unwanted)))
    return NULL;
  return g_steal_pointer (&credential);
}

static Failure *
load_failure (const Asking *asking, const char *token)
{
  return cache_load_failure (asking->cache, token, process_now_milliseconds ());
}

static bool
failed_lately (const Asking *asking, const char *token)
{
  g_autoptr (Failure) failure = load_failure (asking, token);
  int64_t now = process_now ();

  return failure != NULL &&
         (failure->held_until > now || failure->failed_at / 1000 + QUIET_AFTER_FAILURE > now);
}

/* An account that logs in too often: another audience or scope would be one login more. */
static Failure *
load_profile_hold (const Asking *asking)
{
  g_autofree char *plain = obtain_plain_name (asking->profile);
  g_autoptr (Failure) failure = load_failure (asking, plain);

  return failure != NULL && failure->profile_wide && failure->held_until > process_now ()
             ? g_steal_pointer (&failure)
             : NULL;
}

static bool
is_profile_held (const Asking *asking)
{
  g_autoptr (Failure) hold = load_profile_hold (asking);

  return hold != NULL;
}

static bool
is_still_due (const Asking *asking, const char *token)
{
  g_autoptr (Credential) credential = cache_load (asking->cache, token);

  return credential != NULL && credential_is_due (credential, process_now ());
}

static void
refresh_under_lock (Asking *asking, const char *token, int lock)
{
  g_auto (Order) order = { 0 };

  if (!is_still_due (asking, token) || (asking->profile == NULL && !find_profile (asking, NULL)) ||
      strcmp (asking->token, token) != 0 || is_profile_held (asking))
    return;
  if (prepare_order (asking, true, &order, NULL) && !order.prompts)
    order_mint_in_background (&order, lock);
}

/* What goes wrong here is nobody's trouble yet: the credential in hand is good. */
static void
refresh_ahead (Asking *asking, const char *token)
{
  int lock = failed_lately (asking, token) ? -1 : cache_lock (asking->cache, token, 0, NULL);

  if (lock < 0)
    return;
  refresh_under_lock (asking, token, lock);
  close (lock);
}

static bool
was_refused (const Asking *asking, const char *token, const Credential *credential)
{
  return asking->parent != NULL &&
         heal_is_refused (asking->cache, token, credential, asking->parent, process_now ());
}

static Credential *
answer_from_cache (Asking *asking, const char *token)
{
  g_autoptr (Credential) credential = load_usable (asking, token);

  if (credential == NULL)
    return NULL;
  /* One that is not the unwanted one came while we asked. */
  if (asking->unwanted == NULL)
    {
      asking->healing = was_refused (asking, token, credential);
      if (asking->healing || asking->options->fresh)
        {
          asking->unwanted = g_steal_pointer (&credential);
          return NULL;
        }
    }
  if (credential_is_due (credential, process_now ()))
    refresh_ahead (asking, token);
  return g_steal_pointer (&credential);
}

static Credential *
answer_at_once (Asking *asking)
{
  g_autofree char *token = NULL;

  if (asking->cache == NULL || asking->question == NULL)
    return NULL;
  token = cache_recall (asking->cache, asking->question);
  return token != NULL ? answer_from_cache (asking, token) : NULL;
}

GError *
obtain_held_error (const Failure *failure, int64_t now)
{
  g_autofree char *message = error_message (failure->error);
  const char *hint = error_hint (failure->error);
  GError *error = g_error_new (AVOUCH_ERROR, failure->error->code,
                               _ ("%s (asked %lld s ago; not asked again for %lld s)"), message,
                               (long long) (now - failure->failed_at / 1000),
                               (long long) (failure->held_until - now));

  if (hint != NULL)
    error_add_hint (error, "%s", hint);
  return error;
}

static bool
is_profile_refused (const Asking *asking, GError **error)
{
  g_autoptr (Failure) hold = load_profile_hold (asking);

  if (hold != NULL)
    g_propagate_error (error, obtain_held_error (hold, process_now ()));
  return hold != NULL;
}

/* Whether somebody's failure is the answer to us too: of a mint that ended while we waited, or one
 * that the issuer is not to be asked after. */
static bool
has_failed (const Asking *asking, GError **error)
{
  g_autoptr (Failure) failure = load_failure (asking, asking->token);
  int64_t now = process_now ();

  if (failure != NULL && failure->failed_at >= asking->began)
    g_propagate_error (error, g_error_copy (failure->error));
  else if (failure != NULL && failure->held_until > now)
    g_propagate_error (error, obtain_held_error (failure, now));
  else
    return is_profile_refused (asking, error);
  return true;
}

/* A mint that dies leaves no word for those who wait; they shall not all try it in turn. */
static void
share_failure (const Asking *asking, GError *error)
{
  g_autoptr (Failure) told = load_failure (asking, asking->token);
  const Failure failure = { process_now_milliseconds (), 0, false, error };

  if (told == NULL || told->failed_at < asking->began)
    cache_store_failure (asking->cache, asking->token, &failure);
}

/* Only a mint can look into the keyring: what it found there may be what the parent was given
 * before, and is then asked for anew. */
static Credential *
mint_or_heal (Asking *asking, const Order *order, int lock, GError **error)
{
  g_autoptr (Credential) credential = order_mint (order, lock, error);
  g_auto (Order) again = { 0 };

  if (credential == NULL || !kept_is_cached (asking->profile) || asking->options->fresh ||
      !was_refused (asking, asking->token, credential))
    return g_steal_pointer (&credential);
  asking->healing = true;
  return prepare_order (asking, false, &again, error) ? order_mint (&again, lock, error) : NULL;
}

static Credential *
answer_under_lock (Asking *asking, const Order *order, int lock, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  Credential *credential = load_usable (asking, asking->token);

  if (credential != NULL || has_failed (asking, error))
    return credential;
  credential = mint_or_heal (asking, order, lock, &trouble);
  if (credential != NULL)
    return credential;
  share_failure (asking, trouble);
  g_propagate_error (error, g_steal_pointer (&trouble));
  return NULL;
}

/* A second longer than a mint may take: its failure is to be heard of. */
static int
wait_for_lock (const Asking *asking, const Order *order, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  int lock =
      cache_lock (asking->cache, asking->token, (order->timeout + 1) * INT64_C (1000), &trouble);

  if (lock >= 0)
    return lock;
  if (trouble == NULL)
    trouble = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                           _ ("another avouch has been asking for %d seconds"), order->timeout);
  g_propagate_error (error, g_steal_pointer (&trouble));
  return -1;
}

static Credential *
answer_by_mint (Asking *asking, GError **error)
{
  g_auto (Order) order = { 0 };

  if (has_failed (asking, error) || !prepare_order (asking, false, &order, error))
    return NULL;
  int lock = wait_for_lock (asking, &order, error);
  if (lock < 0)
    return NULL;
  Credential *credential = answer_under_lock (asking, &order, lock, error);
  close (lock);
  if (credential != NULL && asking->parent != NULL)
    heal_note (asking->cache, asking->token, credential, asking->parent, asking->healing);
  return credential;
}

/* That the account must wait is remembered all the same: who logs in each time needs it most. */
static Credential *
answer_without_cache (Asking *asking, GError **error)
{
  g_auto (Order) order = { 0 };

  if (asking->cache != NULL && is_profile_refused (asking, error))
    return NULL;
  return prepare_order (asking, false, &order, error) ? order_mint (&order, -1, error) : NULL;
}

static Credential *
fail_uncached (GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("it is not in the cache"));
  return NULL;
}

static Credential *
answer_for_profile (Asking *asking, GError **error)
{
  bool wants_cache;

  if (!obtain_wants_cache (asking->profile, &wants_cache, error))
    return NULL;
  if (!wants_cache && !asking->options->cached)
    return answer_without_cache (asking, error);
  if (asking->cache == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&asking->cache_error));
      return NULL;
    }
  Credential *credential = answer_from_cache (asking, asking->token);
  if (credential == NULL)
    credential = asking->options->cached ? fail_uncached (error) : answer_by_mint (asking, error);
  if (credential != NULL && asking->question != NULL)
    cache_remember (asking->cache, asking->question, asking->token);
  return credential;
}

Credential *
obtain_credential (const Request *request, const ObtainOptions *options, GError **error)
{
  g_auto (Asking) asking = { .request = request, .options = options };
  g_autoptr (GError) trouble = NULL;

  if (options->heal)
    asking.parent = process_parent_name ();
  if (!begin (&asking, error))
    return NULL;
  Credential *credential = answer_at_once (&asking);
  if (credential != NULL)
    return credential;
  if (asking.profile == NULL && !find_profile (&asking, error))
    return NULL;
  credential = answer_for_profile (&asking, &trouble);
  if (credential != NULL)
    return credential;
  error_add_prefix (trouble, profile_name (asking.profile));
  g_propagate_error (error, g_steal_pointer (&trouble));
  return NULL;
}

static char *
find_token (Asking *asking, GError **error)
{
  char *token = asking->cache != NULL && asking->question != NULL
                    ? cache_recall (asking->cache, asking->question)
                    : NULL;

  if (token == NULL && find_profile (asking, error))
    token = g_strdup (asking->token);
  return token;
}

/* A keyring that cannot be reached keeps it: then it is not handed out from there either, or the
 * tool refuses it again. */
static bool
erase_kept (Asking *asking, const char *token, const Secret *refused, GError **error)
{
  g_autoptr (Kept) kept = kept_load (asking->cache, token, process_now ());

  if (kept == NULL || (!kept->cached && kept->published == 0))
    return true;
  return (asking->profile != NULL || find_profile (asking, error)) &&
         order_erase (asking->profile, token, refused, asking->options->environment, error);
}

/* Nor is another fetched in its place: that would be newer still. */
static void
refuse_to_drop (const Credential *credential, GError **error)
{
  int64_t age = process_now () - credential->issued_at;

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
               _ ("%s: the token was refused %lld s after it was issued: not each of the issuer's "
                  "servers may know it yet"),
               credential->profile, (long long) age);
  if (error != NULL)
    error_add_hint (*error, _ ("try again: it is kept for that"));
}

static bool
erase_token (Asking *asking, const char *token, const Secret *refused, GError **error)
{
  g_autoptr (Credential) credential = cache_load (asking->cache, token);
  bool meant =
      credential != NULL && (refused == NULL || secret_equal (credential->secret, refused));

  if (meant && refused != NULL && credential_is_settling (credential, process_now ()))
    {
      refuse_to_drop (credential, error);
      return false;
    }
  if (meant)
    cache_drop (asking->cache, token);
  return erase_kept (asking, token, refused, error);
}

bool
obtain_erase (const Request *request, const Secret *refused, const Environment *environment,
              GError **error)
{
  const ObtainOptions options = { .environment = environment };
  g_auto (Asking) asking = { .request = request, .options = &options };

  if (!begin (&asking, error))
    return false;
  g_autofree char *token = find_token (&asking, error);
  /* A cache that cannot be opened hands out nothing either. */
  return token != NULL && (asking.cache == NULL || erase_token (&asking, token, refused, error));
}

/* Under the lock, lest it overwrite what a mint has just put there. */
static bool
shorten_token (const Asking *asking, const char *token, const Credential *credential,
               int64_t expires_at, GError **error)
{
  int lock = cache_lock (asking->cache, token, 0, NULL);
  g_autoptr (Credential) cached = NULL;
  g_autoptr (Failure) failure = NULL;
  bool stored = true;

  if (lock < 0)
    return true;
  cached = cache_load (asking->cache, token);
  failure = load_failure (asking, token);
  if (cached != NULL && is_same (cached, credential) && cached->expires_at > expires_at)
    {
      credential_set_expiry (cached, expires_at);
      stored = cache_store (asking->cache, token, cached, error);
      /* It was no login that succeeded. */
      if (failure != NULL)
        cache_store_failure (asking->cache, token, failure);
    }
  close (lock);
  return stored;
}

bool
obtain_shorten (const Request *request, const Credential *credential, int64_t expires_at,
                const Environment *environment, GError **error)
{
  const ObtainOptions options = { .environment = environment };
  g_auto (Asking) asking = { .request = request, .options = &options };

  if (!begin (&asking, error))
    return false;
  if (asking.cache == NULL)
    return true;
  g_autofree char *token = find_token (&asking, error);
  return token != NULL && shorten_token (&asking, token, credential, expires_at, error);
}
