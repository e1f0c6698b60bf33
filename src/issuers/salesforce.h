/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Salesforce: the OAuth 2.0 JWT bearer flow (RFC 7523 section 2.1; "OAuth 2.0 JWT Bearer Flow for
 * Server-to-Server Integration" in Salesforce Help). */
#pragma once

#include "issuer.h"

/* Seconds from now to an assertion's `exp`: "at most a few minutes ahead" is the issuer's rule. */
enum {
  SALESFORCE_ASSERTION_LIFETIME = 180,
  SALESFORCE_MIN_ASSERTION_LIFETIME = 30,
  SALESFORCE_MAX_ASSERTION_LIFETIME = 300,
};

extern const Issuer salesforce_issuer;

#define SALESFORCE_TOKEN_PATH "/services/oauth2/token"

/* `login-url` without slashes at its end. Error: config, with what to write instead where the
 * mistake is a known one. */
Url *salesforce_login_url (const Profile *profile, GError **error);
/* What was meant by a known mistake, which may be one again; NULL: URL is none. The caller owns it.
 */
char *salesforce_meant_place (const Url *url);
/* PATH below it. */
Url *salesforce_endpoint (const Url *login_url, const char *path, GError **error);

/* `audience`, or LOGIN_URL. The caller owns it. */
char *salesforce_audience (const Profile *profile, const Url *login_url);
/* A member "exp" is added to CLAIMS. Errors: config, key. */
Secret *salesforce_sign (const IssuerContext *context, JsonObject *claims, GError **error);
/* A form to be posted to PATH; takes CALL's body from BODY. */
bool salesforce_post (const Url *login_url, const char *path, SecretBuffer *body, IssuerCall *call,
                      GError **error);

/* The issuer's `explain`. */
GError *salesforce_explain (const IssuerContext *context, const ExchangeAnswer *answer,
                            IssuerRefusal *refusal);

/* The issuer's `guide`. */
char *salesforce_guide (const char *login_url, const char *username, const char *certificate);

/* The issuer's `mend`. */
char *salesforce_mend (const char *setting, const char *value, GError **error);
