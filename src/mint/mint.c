/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mint.h"

#include "error.h"
#include "i18n.h"
#include "issuer.h"
#include "network.h"
#include "process.h"
#include "profile-key.h"

#include <stdio.h>

/* Seconds. */
enum {
  HOLD_REFUSED = 10, /* tools ask 2 to 6 times for one command, and an account must not be locked */
  HOLD_NETWORK = 3,
  MAX_HOLD = 3600,
  TOLERATED_SKEW = 30,
  NOTICED_SKEW = 2, /* enough where the issuer itself complains; the answer's way takes time too */
  MAX_LEARNING = 5, /* a login that is done does not wait longer to learn its own length */
  MIN_LEARNT = 60,  /* a session that short is a mistake, or over */
  MAX_LEARNT = 24 * 60 * 60,
  MAX_SKEW = 24 * 60 * 60, /* an assertion by a clock further ahead would be good for that long */
};

typedef struct {
  const Job *job;
  const Environment *environment;
  const Issuer *issuer;
  IssuerContext context;
  Key *key;
  Network network;
  GThread *preparation; /* of the exchange, while the key is read and the assertion signed */
  int64_t started;      /* monotonic, microseconds */
  int64_t skew;         /* seconds by which the issuer's clock is ahead; 0 if it did not say */
  MintHold hold;
} Mint;

static void
mint_clear (Mint *mint)
{
  g_clear_pointer (&mint->preparation, g_thread_join);
  g_clear_pointer (&mint->key, key_unref);
  network_clear (&mint->network);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Mint, mint_clear)

/* One deadline for the keyring, the exchange, and the second try. */
static int
seconds_left (const Mint *mint)
{
  int64_t passed = (g_get_monotonic_time () - mint->started) / G_USEC_PER_SEC;

  return (int) MAX (mint->network.timeout - passed, 1);
}

/* The name by which a git server takes the token as a password. */
static Credential *
name_user (const Mint *mint, Credential *credential)
{
  const char *own = profile_username (mint->job->profile);

  if (credential != NULL && credential->username == NULL)
    credential->username = g_strdup (own != NULL ? own : mint->issuer->git_username);
  return credential;
}

static bool
read_settings (Mint *mint, GError **error)
{
  mint->issuer = issuer_for_profile (mint->job->profile, error);
  return mint->issuer != NULL &&
         network_read (&mint->network, mint->job->profile, mint->environment, error);
}

static bool
load_key (Mint *mint, GError **error)
{
  PassphraseSource passphrase = {
    .profile = mint->job->profile,
    .passphrase = mint->job->passphrase,
    .key_passphrase = mint->job->key_passphrase,
    .home = mint->environment->home,
    .timeout = seconds_left (mint),
  };

  mint->key = profile_key_load (&passphrase, error);
  mint->started += passphrase.typed_in;
  return mint->key != NULL;
}

static ExchangeAnswer *
exchange (const Mint *mint, const IssuerCall *call, int timeout, int tries, GError **error)
{
  ExchangeCall request = issuer_call_exchange (call);
  ExchangeOptions options = {
    .timeout = timeout,
    .tries = tries,
    .verbose = mint->job->verbose,
  };

  return network_exchange (&mint->network, &request, &options, error);
}

/* The call by the clock as it is in CONTEXT, and the issuer's clock from its answer. */
static ExchangeAnswer *
ask (Mint *mint, int tries, GError **error)
{
  g_auto (IssuerCall) call = { 0 };
  ExchangeAnswer *answer;

  if (!mint->issuer->build (&mint->context, &call, error))
    return NULL;
  answer = exchange (mint, &call, seconds_left (mint), tries, error);
  if (answer != NULL && answer->date != 0)
    mint->skew = answer->date - process_now ();
  return answer;
}

static bool
is_skewed (const Mint *mint)
{
  return ABS (mint->skew) > TOLERATED_SKEW;
}

static bool
is_correctable (const Mint *mint, const IssuerRefusal *refusal)
{
  return ABS (mint->skew) <= MAX_SKEW &&
         (is_skewed (mint) || (refusal->clock && ABS (mint->skew) > NOTICED_SKEW));
}

static void
mention_skew (const Mint *mint, GError *refusal)
{
  g_autofree char *message = error_message (refusal);
  g_autofree char *hint = g_strdup (error_hint (refusal));

  if (!is_skewed (mint))
    return;
  g_free (refusal->message);
  refusal->message = g_strdup_printf (
      mint->skew > 0 ? _ ("%s; this machine's clock is %lld s behind the issuer's")
                     : _ ("%s; this machine's clock is %lld s ahead of the issuer's"),
      message, (long long) ABS (mint->skew));
  if (hint != NULL)
    error_add_hint (refusal, "%s", hint);
}

static Credential *
give_up (Mint *mint, const ExchangeAnswer *answer, const IssuerRefusal *refusal,
         GError *explanation, GError **error)
{
  mint->hold.seconds = MAX (refusal->hold, answer->retry_after);
  mint->hold.profile_wide = refusal->profile_wide;
  mention_skew (mint, explanation);
  g_propagate_error (error, explanation);
  return NULL;
}

static void
note_not_learnt (const Mint *mint, const Credential *credential, const char *why)
{
  if (mint->job->verbose > 0)
    fprintf (stderr,
             _ ("avouch-mint: the length of the session is not known (%s): taken for %lld s\n"),
             why, (long long) (credential->expires_at - credential->issued_at));
}

static Introspection *
introspect (Mint *mint, const Credential *credential, GError **error)
{
  g_auto (IssuerCall) call = { 0 };
  g_autoptr (ExchangeAnswer) answer = NULL;
  int timeout = MIN (seconds_left (mint), MAX_LEARNING);
  IssuerRefusal refusal;

  mint->context.now = process_now () + (is_skewed (mint) ? mint->skew : 0);
  if (!mint->issuer->introspect (&mint->context, credential, &call, error))
    return NULL;
  answer = exchange (mint, &call, timeout, 1, error);
  if (answer == NULL)
    return NULL;
  if (exchange_is_success (answer->status))
    return mint->issuer->read_introspection (answer, process_now (), error);
  g_propagate_error (error, issuer_explain (mint->issuer, &mint->context, answer, &refusal));
  return NULL;
}

/* The token is good either way: what goes wrong here costs a login more, later. */
static void
learn_lifetime (Mint *mint, Credential *credential)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Introspection) told = introspect (mint, credential, &reason);
  g_autofree char *message = reason != NULL ? error_message (reason) : NULL;

  if (told == NULL)
    note_not_learnt (mint, credential, message);
  else if (!told->active || !told->ends || told->left < MIN_LEARNT)
    note_not_learnt (mint, credential, _ ("the issuer does not tell"));
  else
    credential_set_expiry (credential, MIN (told->expires_at, credential->issued_at + MAX_LEARNT));
}

static Credential *
take (Mint *mint, const ExchangeAnswer *answer, int64_t asked_at, GError **error)
{
  Credential *credential;

  /* A credential's times are by this machine's clock. */
  mint->context.now = asked_at;
  credential = name_user (mint, mint->issuer->read (&mint->context, answer, error));
  if (credential != NULL && issuer_learns_lifetime (mint->issuer, mint->job->profile))
    learn_lifetime (mint, credential);
  return credential;
}

/* LAST: no further try, whatever the clocks or the status say. */
static Credential *
try_once (Mint *mint, bool last, GError **error)
{
  int64_t asked_at = process_now ();
  g_autoptr (ExchangeAnswer) answer = ask (mint, last ? 1 : EXCHANGE_TRIES, error);
  IssuerRefusal refusal;
  GError *explanation;

  if (answer == NULL)
    return NULL;
  if (exchange_is_success (answer->status))
    return take (mint, answer, asked_at, error);
  explanation = issuer_explain (mint->issuer, &mint->context, answer, &refusal);
  if (last || explanation->code != AVOUCH_ERROR_REFUSED || refusal.hold > 0 ||
      !is_correctable (mint, &refusal))
    return give_up (mint, answer, &refusal, explanation, error);
  g_error_free (explanation);
  mint->context.now = process_now () + mint->skew;
  return try_once (mint, true, error);
}

/* A network that was down, and an issuer that is busy, are asked again sooner than one that said
 * no. */
static int64_t
hold_for (const GError *error, int64_t asked)
{
  if (g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED))
    return CLAMP (asked, HOLD_REFUSED, MAX_HOLD);
  if (g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK))
    return CLAMP (asked, HOLD_NETWORK, MAX_HOLD);
  return 0;
}

/* Not beside a token: OpenSC's module calls GObject while the linker has loaded half of it, and
 * would wait for a thread that waits for the linker. */
static void
prepare (Mint *mint)
{
  const char *key = profile_get (mint->job->profile, "key");

  if (key == NULL || !key_is_uri (key))
    mint->preparation = exchange_prepare (mint->network.ca_file);
}

Credential *
mint_credential (const Job *job, const Environment *environment, MintHold *hold, GError **error)
{
  g_auto (Mint) mint = {
    .job = job,
    .environment = environment,
    .started = g_get_monotonic_time (),
  };
  g_autoptr (GError) reason = NULL;
  Credential *credential = NULL;

  if (read_settings (&mint, &reason))
    prepare (&mint);
  if (reason == NULL && load_key (&mint, &reason))
    {
      mint.context = (IssuerContext){
        .profile = job->profile,
        .request = job->request,
        .key = mint.key,
        .home = environment->home,
        .now = process_now (),
      };
      credential = try_once (&mint, false, &reason);
    }
  if (credential == NULL)
    {
      mint.hold.seconds = hold_for (reason, mint.hold.seconds);
      *hold = mint.hold;
      g_propagate_error (error, g_steal_pointer (&reason));
    }
  return credential;
}
