/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A login as far as it has come, and the calls that it is made of. */
#pragma once

#include "issuer.h"
#include "mint.h"
#include "network.h"

typedef struct {
  const Job *job;
  const Environment *environment;
  const Issuer *issuer;
  IssuerContext context;
  Cache *cache; /* NULL: nothing is remembered */
  Key *key;
  Secret *subject;
  char *basis; /* whose that is, see subject_basis; NULL: nobody's */
  Secret *client_secret;
  Network network;
  GThread *preparation; /* of the exchange, while the key is read and the assertion signed */
  int64_t started;      /* monotonic, microseconds */
  int64_t skew;         /* seconds by which the issuer's clock is ahead; 0 if it did not say */
  int64_t asked_at;     /* unix seconds: when the last call was built */
  bool corrected;       /* assertions are dated by the issuer's clock */
  bool remembered;      /* some fact is from a former login */
  bool stale;           /* the refusal may come from that */
  bool unanswered;      /* nobody answered the last call */
  bool forgetful;       /* so all facts are asked for again */
  MintHold hold;
} Login;

/* Seconds until the one deadline for the keyring, the exchange and the second try; at least 1. */
int login_seconds_left (const Login *login);

/* Now, by the issuer's clock if ours is known to be wrong. Unix seconds. */
int64_t login_now (const Login *login);

/* Any answer. Errors: as of network_exchange. The caller owns it. */
ExchangeAnswer *login_exchange (const Login *login, const IssuerCall *call, int timeout, int tries,
                                GError **error);

/* One call of a login, as the issuer's table has it. */
typedef struct {
  bool (*build) (const IssuerContext *context, IssuerCall *call, GError **error);
  IssuerExplain explain;
} LoginStep;

/* A 2xx answer to that call, which is made once more by the issuer's clock where ours may be why it
 * refused. Otherwise the issuer's explanation; then `hold` and `stale` are set. The caller owns it.
 */
ExchangeAnswer *login_consult (Login *login, const LoginStep *step, GError **error);

/* Fills `context.facts`: from former logins unless `forgetful`, else by asking. Errors: as of
 * login_consult; config. */
bool login_learn_facts (Login *login, GError **error);
