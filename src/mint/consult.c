/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of a login, and whose clock they go by. */
#include "login.h"

#include "error.h"
#include "i18n.h"
#include "process.h"

/* Seconds. */
enum {
  TOLERATED_SKEW = 30,
  NOTICED_SKEW = 2, /* enough where the issuer itself complains; the answer's way takes time too */
  MAX_SKEW = 24 * 60 * 60, /* an assertion by a clock further ahead would be good for that long */
};

int
login_seconds_left (const Login *login)
{
  int64_t passed = (g_get_monotonic_time () - login->started) / G_USEC_PER_SEC;

  return (int) MAX (login->network.timeout - passed, 1);
}

ExchangeAnswer *
login_exchange (const Login *login, const IssuerCall *call, int timeout, int tries, GError **error)
{
  ExchangeCall request = issuer_call_exchange (call);
  ExchangeOptions options = {
    .timeout = timeout,
    .tries = tries,
    .verbose = login->job->verbose,
  };

  return network_exchange (&login->network, &request, &options, error);
}

static bool
is_skewed (const Login *login)
{
  return ABS (login->skew) > TOLERATED_SKEW;
}

int64_t
login_now (const Login *login)
{
  bool known = login->corrected || is_skewed (login);

  return process_now () + (known && ABS (login->skew) <= MAX_SKEW ? login->skew : 0);
}

/* The call by the clock as it is in CONTEXT, and the issuer's clock from its answer. */
static ExchangeAnswer *
ask (Login *login, const LoginStep *step, int tries, GError **error)
{
  g_auto (IssuerCall) call = { 0 };
  ExchangeAnswer *answer;

  login->asked_at = process_now ();
  login->context.now = login_now (login);
  if (!step->build (&login->context, &call, error))
    return NULL;
  answer = login_exchange (login, &call, login_seconds_left (login), tries, error);
  login->unanswered = answer == NULL;
  if (answer != NULL && answer->date != 0)
    login->skew = answer->date - process_now ();
  return answer;
}

/* By how much the call was dated before the clock of the one who refused it: not always our own
 * clock, for another may have told the time before. */
static bool
is_correctable (const Login *login, const IssuerRefusal *refusal)
{
  int64_t off = ABS (login->skew - (login->context.now - login->asked_at));

  return ABS (login->skew) <= MAX_SKEW &&
         (off > TOLERATED_SKEW || (refusal->clock && off > NOTICED_SKEW));
}

static void
mention_skew (const Login *login, GError *refusal)
{
  g_autofree char *message = error_message (refusal);
  g_autofree char *hint = g_strdup (error_hint (refusal));

  if (!is_skewed (login))
    return;
  g_free (refusal->message);
  refusal->message = g_strdup_printf (
      login->skew > 0 ? _ ("%s; this machine's clock is %lld s behind the issuer's")
                      : _ ("%s; this machine's clock is %lld s ahead of the issuer's"),
      message, (long long) ABS (login->skew));
  if (hint != NULL)
    error_add_hint (refusal, "%s", hint);
}

static void
give_up (Login *login, const ExchangeAnswer *answer, const IssuerRefusal *refusal,
         GError *explanation, GError **error)
{
  login->hold.seconds = MAX (refusal->hold, answer->retry_after);
  login->hold.profile_wide = refusal->profile_wide;
  login->stale = refusal->stale;
  mention_skew (login, explanation);
  g_propagate_error (error, explanation);
}

/* A 2xx answer. LAST: no further try, whatever the clocks or the status say. */
static ExchangeAnswer *
try_once (Login *login, const LoginStep *step, bool last, GError **error)
{
  g_autoptr (ExchangeAnswer) answer = ask (login, step, last ? 1 : EXCHANGE_TRIES, error);
  IssuerRefusal refusal;
  GError *explanation;

  if (answer == NULL || exchange_is_success (answer->status))
    return g_steal_pointer (&answer);
  explanation = issuer_explain (step->explain, &login->context, answer, &refusal);
  if (last || explanation->code != AVOUCH_ERROR_REFUSED || refusal.hold > 0 ||
      !is_correctable (login, &refusal))
    {
      give_up (login, answer, &refusal, explanation, error);
      return NULL;
    }
  g_error_free (explanation);
  login->corrected = true;
  return try_once (login, step, true, error);
}

ExchangeAnswer *
login_consult (Login *login, const LoginStep *step, GError **error)
{
  return try_once (login, step, false, error);
}
