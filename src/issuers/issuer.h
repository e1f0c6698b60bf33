/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only thing a new issuer needs to know: one file with one const table, one line in issuer.c.
 */
#pragma once

#include "account.h"
#include "credential.h"
#include "error.h"
#include "exchange.h"
#include "introspection.h"
#include "jwt.h"
#include "profile.h"
#include "request.h"
#include "strict.h"

typedef struct {
  const Profile *profile;
  const Request *request;
  const Key *key;        /* NULL only where the issuer is `keyless` and the profile names none */
  Secret *subject;       /* the token of `subject-token`; NULL: the profile has none */
  Secret *client_secret; /* what `client-secret` gave; NULL: the profile has none */
  GHashTable *facts;     /* see issuer_fact */
  const char *home;
  int64_t now; /* unix seconds; for `build` the issuer's own clock on a second try */
} IssuerContext;

/* What a refusal means for whoever would ask again. */
typedef struct {
  bool clock;        /* it looks like a wrong clock */
  bool stale;        /* what was remembered of the issuer (see IssuerFact) may no longer hold */
  int64_t hold;      /* seconds to leave the issuer alone, of which ISSUER_MAX_HOLD are kept; 0: as
                        for any refusal */
  bool profile_wide; /* the hold is the account's: no other request of the profile fares better */
} IssuerRefusal;

#define ISSUER_MAX_HOLD 3600 /* seconds: a longer one is asked about again after these */

/* The call that an issuer wants made; its strings live in the struct. */
typedef struct {
  char *method;
  Url *url;
  char *content_type;
  Secret *body;
  char **headers;           /* name, value, …, NULL; or NULL */
  Secret *bearer;           /* what proves who asks, as "Authorization: Bearer …"; or NULL */
  const char *token_header; /* static: where BEARER stands instead; see Issuer */
} IssuerCall;
void issuer_call_clear (IssuerCall *call);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IssuerCall, issuer_call_clear)

/* As src/net makes it; borrows all from CALL. */
ExchangeCall issuer_call_exchange (const IssuerCall *call);

typedef GError *(*IssuerExplain) (const IssuerContext *context, const ExchangeAnswer *answer,
                                  IssuerRefusal *refusal);

/* Something that the issuer must tell before a login can be built, and that is no secret: an
 * endpoint, an id. It is asked by a call of its own and remembered beside the cached tokens. */
typedef struct {
  const char *name; /* for issuer_fact */
  int64_t lifetime; /* seconds for which it is remembered */
  /* Of what it is the fact ("octo/app"; "" where there is only one); NULL: this request does
   * without. May fail: then ERROR is set (config). The caller owns it. */
  char *(*topic) (const IssuerContext *context, GError **error);
  bool (*build) (const IssuerContext *context, IssuerCall *call, GError **error);
  /* A 2xx answer to the fact: one line, at most ISSUER_MAX_FACT bytes. Error: protocol, refused. */
  char *(*read) (const IssuerContext *context, const ExchangeAnswer *answer, GError **error);
  /* As the issuer's own; NULL: by that. */
  IssuerExplain explain;
  /* Where the login goes: if nobody answers there, the issuer is asked whether it has moved. */
  bool place;
} IssuerFact;

#define ISSUER_MAX_FACT 2048 /* bytes */

/* A name that ends with a dot stands for every setting that begins so: "claim." for `claim.scope`.
 */
typedef struct {
  const char *name;
  bool required;
  const char *help; /* N_(): one line for `profile add` and `profile show` */
  bool account;     /* part of who logs in where: profiles alike in these share a hold */
} IssuerSetting;

/* What a variable of an issuer's own tools is set to; nothing: unset, lest it name another place.
 */
typedef enum {
  ISSUER_PART_NONE,
  ISSUER_PART_TOKEN,
  ISSUER_PART_SESSION,  /* the credential's session token */
  ISSUER_PART_INSTANCE, /* see instance_base */
  ISSUER_PART_DETAIL,   /* the credential's detail of the name DETAIL */
} IssuerPart;

typedef struct {
  const char *name;
  IssuerPart part;
  const char *detail; /* unset where the credential has no detail of that name; NULL: always set */
} IssuerVariable;

typedef struct {
  const char *name;
  const char *summary;             /* N_() */
  const IssuerSetting *settings;   /* its own, besides the shared ones; ends with a NULL name */
  const char *git_username;        /* what a git server that takes the token by Basic expects */
  const IssuerVariable *variables; /* for `avouch run`; ends with a NULL name; NULL: none */
  bool keyless;                    /* a profile may do without `key`; `check` says which may not */
  /* The values of a profile that has the right keys, without the private key or the network. NULL:
   * any will do. Error: config. */
  bool (*check) (const Profile *profile, GError **error);
  /* Whether the private key is one that the issuer takes. NULL: any is. Error: key. */
  bool (*check_key) (const Key *key, GError **error);
  /* Where logins go; see issuer_place. NULL: to `login-url`. */
  Url *(*place) (const Profile *profile, GError **error);
  const IssuerFact *facts; /* what `build` wants to know, in this order; ends with a NULL name;
                              NULL: nothing */
  /* Only where the JWT is itself the credential, and nobody is asked: then `build` and `read` are
   * NULL. Errors: config, key. */
  Credential *(*sign) (const IssuerContext *context, GError **error);
  /* Profile to call: signs the assertion. Errors: config, key. */
  bool (*build) (const IssuerContext *context, IssuerCall *call, GError **error);
  /* A 2xx answer to a credential. Error: protocol. */
  Credential *(*read) (const IssuerContext *context, const ExchangeAnswer *answer, GError **error);
  /* An answer of status 4xx to an error of kind refused, with a hint where one is known. REFUSAL
   * begins as zeros. The caller owns the error. */
  IssuerExplain explain;

  /* What only some issuers offer; NULL for what this one does not. */

  /* Calls with the token, as `avouch request` makes them. */
  bool apart;               /* they go elsewhere: paths start at the one place of `serve` */
  const char *token_header; /* the token is the whole value of this header; NULL: "Authorization:
                               Bearer …" */
  /* Headers that each such call needs besides: name, value, …, NULL. The caller owns them. */
  char **(*call_headers) (const Profile *profile);
  /* An answer of status 4xx or 5xx to one, to an error (refused, network). NULL: by its status. */
  GError *(*explain_call) (const ExchangeAnswer *answer);
  /* Whether such an answer says that the session has ended. NULL: status 401 does. */
  bool (*is_session_over) (const ExchangeAnswer *answer);

  /* The call that prolongs FORMER, a cached credential which is still good; `read` takes its
   * answer. What goes wrong ends in a login. False without an error: this one cannot be prolonged.
   */
  bool (*renew) (const IssuerContext *context, const Credential *former, IssuerCall *call,
                 GError **error);

  /* Asks what became of a token. With it, `token-lifetime = introspect` lets a login learn how long
   * the session lives. Errors: config, key. */
  bool (*introspect) (const IssuerContext *context, const Credential *credential, IssuerCall *call,
                      GError **error);
  /* The 2xx answer to that. Error: protocol. */
  Introspection *(*read_introspection) (const ExchangeAnswer *answer, int64_t now, GError **error);
  /* Ends a token (RFC 7009), at BASE or, where that is NULL, where it was issued. Needs no key.
   * Error: config. */
  bool (*revoke) (const IssuerContext *context, const Url *base, const Credential *credential,
                  IssuerCall *call, GError **error);
  const char *userinfo_path; /* below the instance: whom the token acts as; see account.h */
  /* The call that asks the same where no token may, but who signs: in the place of a GET of that
   * path. Errors: config, key. */
  bool (*ask_account) (const IssuerContext *context, IssuerCall *call, GError **error);
  /* The 2xx answer to either; NULL: account_read. Error: protocol. */
  Account *(*read_account) (const ExchangeAnswer *answer, GError **error);
  const char *register_path; /* below login-url: makes a new app; see registration.h */
  /* What a person meant who typed VALUE for SETTING: VALUE, or a usual mistake mended. May be NULL.
   * The caller owns it. Error: usage, for what cannot be meant; it never repeats the value. */
  char *(*mend) (const char *setting, const char *value, GError **error);
  /* What to do in the issuer's console, so that it takes the key of CERTIFICATE (a path): lines for
   * people. May be NULL. The caller owns it. */
  char *(*guide) (const char *login_url, const char *username, const char *certificate);
  const char *told_by_console; /* the setting that the console tells when that is done, or NULL */
  bool makes_key; /* the console makes the key, and takes no other: the guide comes first, and no
                     certificate is uploaded (LOGIN_URL, USERNAME and CERTIFICATE are NULL) */
} Issuer;

const Issuer *issuer_find (const char *name);
/* NULL-terminated, for lists. */
const Issuer *const *issuer_all (void);
/* "salesforce, …"; the caller owns it. */
char *issuer_names (void);

/* What an IssuerFact of that name told; NULL where this request does without. Borrowed. */
const char *issuer_fact (const IssuerContext *context, const char *name);

/* Where the profile's logins go, for the doctor and for whoever asks whether a place has the token
 * already. NULL without an error: nobody is asked, or it is not known before. The caller owns it.
 * Error: config. */
Url *issuer_place (const Issuer *issuer, const Profile *profile, GError **error);

/* NULL unless the status is 5xx; else an error of kind network. The caller owns it. */
GError *issuer_explain_unavailable (const ExchangeAnswer *answer);
/* Any answer but 2xx: what all issuers have in common (5xx: network, 429: refused and held back),
 * else EXPLAIN's own words. The caller owns the error. */
GError *issuer_explain (IssuerExplain explain, const IssuerContext *context,
                        const ExchangeAnswer *answer, IssuerRefusal *refusal);

/* By the issuer's own rule, or the usual one. The caller owns the error. */
GError *issuer_explain_call (const Issuer *issuer, const ExchangeAnswer *answer);
bool issuer_is_session_over (const Issuer *issuer, const ExchangeAnswer *answer);

/* The profile wants `token-lifetime = introspect`, and its issuer can do it. */
bool issuer_learns_lifetime (const Issuer *issuer, const Profile *profile);
/* `token-lifetime` in seconds, FALLBACK where it is unset or to be learnt. Error: config. */
bool issuer_get_token_lifetime (const Issuer *issuer, const Profile *profile, int64_t fallback,
                                int64_t min, int64_t max, int64_t *seconds, GError **error);

/* issuer_find by the profile's `issuer`, then profile_check_keys. Error: config. */
const Issuer *issuer_for_profile (const Profile *profile, GError **error);
