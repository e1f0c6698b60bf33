/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any OAuth 2.0 server that takes signed JWTs: between the files oauth*.c. */
#pragma once

#include "issuer.h"

extern const Issuer oauth_issuer;

typedef enum {
  OAUTH_JWT_BEARER,         /* RFC 7523 section 2.1 */
  OAUTH_CLIENT_CREDENTIALS, /* RFC 6749 section 4.4 */
  OAUTH_TOKEN_EXCHANGE,     /* RFC 8693 */
} OauthGrant;

/* How the client shows who it is; RFC 7523 section 2.2, RFC 6749 section 2.3.1. */
typedef enum {
  OAUTH_NO_CLIENT,
  OAUTH_CLIENT_JWT,
  OAUTH_CLIENT_SECRET,
} OauthClient;

/* What is sent as a form's field, or stands in the assertion. */
typedef struct {
  bool claim;
  const char *name; /* borrowed from the profile */
} OauthPlace;

/* What a profile's words mean. */
typedef struct {
  OauthGrant grant;
  const char *grant_type; /* for the form */
  OauthClient client;
  bool asserts; /* the profile's own assertion is part of the grant: claims have a place */
  bool wants_id_token;
  OauthPlace audience;
  OauthPlace scope;
} OauthPlan;

/* Also what does not go together. Error: config. */
bool oauth_plan (const Profile *profile, OauthPlan *plan, GError **error);

/* What this request asks for: the request's own words, else the profile's; may be NULL. */
const char *oauth_audience (const IssuerContext *context);
const char *oauth_scope (const IssuerContext *context);

/* Of `discover`. */
extern const IssuerFact oauth_facts[];
Url *oauth_place (const Profile *profile, GError **error);
bool oauth_check_place (const Profile *profile, GError **error);
/* `token-url`, or what was discovered. Error: config. */
Url *oauth_token_url (const IssuerContext *context, GError **error);

/* The JWTs that the profile's key signs, for TOKEN_URL. Errors: config, key. */
bool oauth_check_assertion (const Profile *profile, GError **error);
Secret *oauth_sign_grant (const IssuerContext *context, const OauthPlan *plan, const Url *token_url,
                          GError **error);
Secret *oauth_sign_client (const IssuerContext *context, const OauthPlan *plan,
                           const Url *token_url, GError **error);
Secret *oauth_sign_actor (const IssuerContext *context, const Url *token_url, GError **error);

bool oauth_check_lifetime (const Profile *profile, GError **error);
Credential *oauth_read (const IssuerContext *context, const ExchangeAnswer *answer, GError **error);
/* When TOKEN ends, by this machine's clock: as the answer says, as the token itself says, or by
 * `token-lifetime`. OWN_END: the answer's words are another token's. Errors: protocol, config. */
bool oauth_read_expiry (const IssuerContext *context, const ExchangeAnswer *answer,
                        JsonObject *object, const Secret *token, bool own_end, int64_t *expires_at,
                        GError **error);

GError *oauth_explain (const IssuerContext *context, const ExchangeAnswer *answer,
                       IssuerRefusal *refusal);
GError *oauth_explain_call (const ExchangeAnswer *answer);
bool oauth_is_session_over (const ExchangeAnswer *answer);
