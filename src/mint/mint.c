/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mint.h"

#include "error.h"
#include "i18n.h"
#include "login.h"
#include "process.h"
#include "profile-key.h"
#include "subject-token.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* Seconds. */
enum {
  HOLD_REFUSED = 10, /* tools ask 2 to 6 times for one command, and an account must not be locked */
  HOLD_NETWORK = 3,
  MAX_LEARNING = 5, /* a login that is done does not wait longer to learn its own length */
  MIN_LEARNT = 60,  /* a session that short is a mistake, or over */
  MAX_LEARNT = 24 * 60 * 60,
};

static void
login_clear (Login *login)
{
  g_clear_pointer (&login->preparation, g_thread_join);
  g_clear_pointer (&login->key, key_unref);
  g_clear_pointer (&login->subject, secret_unref);
  g_clear_pointer (&login->basis, g_free);
  g_clear_pointer (&login->client_secret, secret_unref);
  network_clear (&login->network);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Login, login_clear)

/* The name by which a git server takes the token as a password, and whose token it was before. */
static Credential *
complete (const Login *login, Credential *credential)
{
  const char *own = profile_username (login->job->profile);

  if (credential == NULL)
    return NULL;
  credential->basis = g_strdup (login->basis);
  if (credential->username == NULL)
    credential->username = g_strdup (own != NULL ? own : login->issuer->git_username);
  return credential;
}

static bool
read_settings (Login *login, GError **error)
{
  login->issuer = issuer_for_profile (login->job->profile, error);
  return login->issuer != NULL &&
         network_read (&login->network, login->job->profile, login->environment, error);
}

/* A profile that may do without a key, and does, has none. */
static bool
load_key (Login *login, GError **error)
{
  if (login->issuer->keyless && profile_get (login->job->profile, "key") == NULL)
    return true;
  PassphraseSource passphrase = {
    .profile = login->job->profile,
    .passphrase = login->job->passphrase,
    .key_passphrase = login->job->key_passphrase,
    .environment = login->environment,
    .timeout = login_seconds_left (login),
    .no_prompt = login->job->no_prompt,
  };

  login->key = profile_key_load (&passphrase, error);
  login->started += passphrase.typed_in;
  return login->key != NULL;
}

static bool
load_subject (Login *login, GError **error)
{
  /* The stamp first: what comes after it is at worst taken for something newer. */
  login->basis = job_basis (login->job, login->environment);
  if (login->job->subject == NULL)
    return subject_token_read (login->job->profile, login->environment->home, &login->subject,
                               error);
  login->subject = secret_ref (login->job->subject);
  return true;
}

/* NULL without an error: the profile has none. */
static bool
load_client_secret (Login *login, GError **error)
{
  const PassphraseSource source = {
    .profile = login->job->profile,
    .client_secret = login->job->client_secret,
    .environment = login->environment,
    .timeout = login_seconds_left (login),
    .no_prompt = login->job->no_prompt,
  };
  g_autoptr (GError) reason = NULL;

  login->client_secret = fetch_client_secret (&source, &reason);
  if (reason == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

static void
note_not_learnt (const Login *login, const Credential *credential, const char *why)
{
  if (login->job->verbose > 0)
    fprintf (stderr,
             _ ("avouch-mint: the length of the session is not known (%s): taken for %lld s\n"),
             why, (long long) (credential->expires_at - credential->issued_at));
}

static Introspection *
introspect (Login *login, const Credential *credential, GError **error)
{
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (ExchangeAnswer) answer = NULL;
  int timeout = MIN (login_seconds_left (login), MAX_LEARNING);
  IssuerRefusal refusal;

  login->context.now = login_now (login);
  if (!login->issuer->introspect (&login->context, credential, &call, error))
    return NULL;
  answer = login_exchange (login, &call, timeout, 1, error);
  if (answer == NULL)
    return NULL;
  if (exchange_is_success (answer->status))
    return login->issuer->read_introspection (answer, process_now (), error);
  g_propagate_error (error,
                     issuer_explain (login->issuer->explain, &login->context, answer, &refusal));
  return NULL;
}

/* The token is good either way: what goes wrong here costs a login more, later. */
static void
learn_lifetime (Login *login, Credential *credential)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Introspection) told = introspect (login, credential, &reason);
  g_autofree char *message = reason != NULL ? error_message (reason) : NULL;

  if (told == NULL)
    note_not_learnt (login, credential, message);
  else if (!told->active || !told->ends || told->left < MIN_LEARNT)
    note_not_learnt (login, credential, _ ("the issuer does not tell"));
  else
    credential_set_expiry (credential, MIN (told->expires_at, credential->issued_at + MAX_LEARNT));
}

static Credential *
take (Login *login, const ExchangeAnswer *answer, GError **error)
{
  Credential *credential;

  /* A credential's times are by this machine's clock. */
  login->context.now = login->asked_at;
  credential = complete (login, login->issuer->read (&login->context, answer, error));
  if (credential != NULL && issuer_learns_lifetime (login->issuer, login->job->profile))
    learn_lifetime (login, credential);
  return credential;
}

static Credential *
log_in (Login *login, GError **error)
{
  const LoginStep step = { login->issuer->build, login->issuer->explain };
  g_autoptr (ExchangeAnswer) answer = NULL;

  if (!login_learn_facts (login, error) || (answer = login_consult (login, &step, error)) == NULL)
    return NULL;
  return take (login, answer, error);
}

/* What was remembered of the issuer may be why nobody answered. */
static bool
is_lost (const Login *login, const GError *reason)
{
  if (!login->unanswered || !g_error_matches (reason, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK))
    return false;
  for (const IssuerFact *fact = login->issuer->facts; fact != NULL && fact->name != NULL; fact++)
    if (fact->place && issuer_fact (&login->context, fact->name) != NULL)
      return true;
  return false;
}

static char *
describe_facts (const Login *login)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const IssuerFact *fact = login->issuer->facts; fact->name != NULL; fact++)
    {
      const char *value = issuer_fact (&login->context, fact->name);

      g_string_append_printf (text, "%s\n", value != NULL ? value : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* All facts anew. Whether they are not what they were; false, too, where they cannot be had: then
 * the first trouble is the one to tell of, and what was remembered is forgotten. */
static bool
has_moved (Login *login)
{
  g_autofree char *former = describe_facts (login);
  g_autofree char *latter = NULL;
  bool learnt;

  login->forgetful = true;
  g_hash_table_remove_all (login->context.facts);
  learnt = login_learn_facts (login, NULL);
  login->forgetful = false;
  login->hold = (MintHold){ 0 };
  latter = describe_facts (login);
  return learnt && strcmp (former, latter) != 0;
}

/* Once more, if what we remembered of the issuer may be why it refused, or did not answer. */
static Credential *
log_in_afresh (Login *login, GError **error)
{
  g_autoptr (GError) reason = NULL;
  Credential *credential = log_in (login, &reason);

  if (credential == NULL && login->remembered &&
      (login->stale || (is_lost (login, reason) && has_moved (login))))
    {
      g_clear_error (&reason);
      login->hold = (MintHold){ 0 };
      login->forgetful = login->stale;
      g_hash_table_remove_all (login->context.facts);
      credential = log_in (login, &reason);
    }
  if (credential == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return credential;
}

/* Prolongs the cached credential. NULL: that cannot be done, or did not work. */
static Credential *
renew (Login *login)
{
  g_autoptr (Credential) former = NULL;
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (ExchangeAnswer) answer = NULL;

  if (!login->job->renews || login->issuer->renew == NULL || login->cache == NULL)
    return NULL;
  former = cache_load (login->cache, login->job->token);
  login->asked_at = process_now ();
  if (former == NULL || !credential_is_usable (former, login->asked_at) ||
      g_strcmp0 (former->basis, login->basis) != 0 ||
      !login->issuer->renew (&login->context, former, &call, NULL))
    return NULL;
  answer = login_exchange (login, &call, login_seconds_left (login), 1, NULL);
  return answer != NULL && exchange_is_success (answer->status) ? take (login, answer, NULL) : NULL;
}

static Credential *
find_credential (Login *login, GError **error)
{
  Credential *credential;

  if (login->issuer->sign != NULL)
    return complete (login, login->issuer->sign (&login->context, error));
  credential = renew (login);
  return credential != NULL ? credential : log_in_afresh (login, error);
}

/* A network that was down, and an issuer that is busy, are asked again sooner than one that said
 * no. */
static int64_t
hold_for (const GError *error, int64_t asked)
{
  if (g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED))
    return CLAMP (asked, HOLD_REFUSED, ISSUER_MAX_HOLD);
  if (g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK))
    return CLAMP (asked, HOLD_NETWORK, ISSUER_MAX_HOLD);
  return 0;
}

/* Not beside a token: OpenSC's module calls GObject while the linker has loaded half of it, and
 * would wait for a thread that waits for the linker. */
static void
prepare (Login *login)
{
  const char *key = profile_get (login->job->profile, "key");

  if (login->issuer->sign == NULL && (key == NULL || !key_is_uri (key)))
    login->preparation = exchange_prepare (login->network.ca_file);
}

static Credential *
run (Login *login, GError **error)
{
  g_autoptr (GHashTable) facts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  if (!read_settings (login, error))
    return NULL;
  prepare (login);
  if (!load_key (login, error) || !load_subject (login, error) ||
      !load_client_secret (login, error))
    return NULL;
  login->context = (IssuerContext){
    .profile = login->job->profile,
    .request = login->job->request,
    .key = login->key,
    .subject = login->subject,
    .client_secret = login->client_secret,
    .facts = facts,
    .home = login->environment->home,
    .now = process_now (),
  };
  return find_credential (login, error);
}

Credential *
mint_credential (const Job *job, const Environment *environment, Cache *cache, MintHold *hold,
                 GError **error)
{
  g_auto (Login) login = {
    .job = job,
    .environment = environment,
    .cache = cache,
    .started = g_get_monotonic_time (),
  };
  g_autoptr (GError) reason = NULL;
  Credential *credential = run (&login, &reason);

  if (credential == NULL)
    {
      login.hold.seconds = hold_for (reason, login.hold.seconds);
      *hold = login.hold;
      g_propagate_error (error, g_steal_pointer (&reason));
    }
  return credential;
}
