/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only thing a new issuer needs to know: one file with one const table, one line in issuer.c.
 */
#pragma once

#include "credential.h"
#include "exchange.h"
#include "jwt.h"
#include "profile.h"
#include "request.h"

typedef struct {
  const Profile *profile;
  const Request *request;
  const Key *key;
  const char *home;
  int64_t now; /* unix seconds; for `build` the issuer's own clock on a second try */
} IssuerContext;

/* What a refusal means for whoever would ask again. */
typedef struct {
  bool clock;   /* it looks like a wrong clock */
  int64_t hold; /* seconds to leave the issuer alone; 0: as for any refusal */
} IssuerRefusal;

/* The call that an issuer wants made; its strings live in the struct. */
typedef struct {
  char *method;
  Url *url;
  char *content_type;
  Secret *body;
  char **headers; /* name, value, …, NULL; or NULL */
} IssuerCall;
void issuer_call_clear (IssuerCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IssuerCall, issuer_call_clear)

typedef struct {
  const char *name;
  bool required;
  const char *help; /* N_(): one line for `profile add` and `profile show` */
} IssuerSetting;

/* What a variable of an issuer's own tools is set to; nothing: unset, lest it name another place.
 */
typedef enum {
  ISSUER_PART_NONE,
  ISSUER_PART_TOKEN,
  ISSUER_PART_INSTANCE, /* see instance_base */
} IssuerPart;

typedef struct {
  const char *name;
  IssuerPart part;
} IssuerVariable;

typedef struct {
  const char *name;
  const char *summary;             /* N_() */
  const IssuerSetting *settings;   /* its own, besides the shared ones; ends with a NULL name */
  const char *git_username;        /* what a git server that takes the token by Basic expects */
  const IssuerVariable *variables; /* for `avouch run`; ends with a NULL name; NULL: none */
  /* The values of a profile that has the right keys, without the private key or the network. Error:
   * config. */
  bool (*check) (const Profile *profile, GError **error);
  /* Profile to call: signs the assertion. Errors: config, key. */
  bool (*build) (const IssuerContext *context, IssuerCall *call, GError **error);
  /* A 2xx answer to a credential. Error: protocol. */
  Credential *(*read) (const IssuerContext *context, const ExchangeAnswer *answer, GError **error);
  /* An answer of status 4xx to an error of kind refused, with a hint where one is known. REFUSAL
   * begins as zeros. The caller owns the error. */
  GError *(*explain) (const IssuerContext *context, const ExchangeAnswer *answer,
                      IssuerRefusal *refusal);
} Issuer;

const Issuer *issuer_find (const char *name);
/* NULL-terminated, for lists. */
const Issuer *const *issuer_all (void);
/* Any answer but 2xx: what all issuers have in common (5xx: network, 429: refused and held back),
 * else ISSUER's own words. The caller owns the error. */
GError *issuer_explain (const Issuer *issuer, const IssuerContext *context,
                        const ExchangeAnswer *answer, IssuerRefusal *refusal);

/* issuer_find by the profile's `issuer`, then profile_check_keys. Error: config. */
const Issuer *issuer_for_profile (const Profile *profile, GError **error);
