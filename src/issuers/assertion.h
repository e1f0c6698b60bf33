/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JWT that a profile's settings describe, for whoever takes one: `iss` is `client-id`, `sub` is
 * `username`, `aud` is `audience`, `iat` and `exp` are the time and `assertion-lifetime`; and what
 * `claim.NAME` and `header.NAME` say, which wins. */
#pragma once

#include "claims-settings.h"
#include "subject.h"

/* For an issuer's table of settings. */
/* clang-format off */
#define ASSERTION_SETTINGS \
  { "client-id", false, N_ ("the issuer of the JWT: its claim iss"), false }, \
  { "username", false, N_ ("the subject of the JWT: its claim sub"), true }, \
  CLAIMS_SETTINGS

#define SUBJECT_SETTINGS \
  { SUBJECT_SETTING, false, \
    N_ ("another's token in the place of a JWT: file:PATH, env:NAME or profile:NAME"), false }
/* clang-format on */

/* Seconds; and whom a JWT is for where the profile does not say, NULL: for nobody in particular. */
typedef struct {
  int64_t lifetime;
  int64_t min_lifetime;
  int64_t max_lifetime;
  const char *audience;
} AssertionRules;

/* What can be told without the key. Error: config. */
bool assertion_check (const Profile *profile, const AssertionRules *rules, GError **error);
/* SECONDS: how long its JWT is good from when it is signed (or from its `iat`, where that is
 * earlier), by `exp` where the profile gives one. Error: config. */
bool assertion_span (const Profile *profile, const AssertionRules *rules, int64_t *seconds,
                     GError **error);
/* EXPIRES_AT (may be NULL): unix seconds, by the clock of CONTEXT. Errors: config, key. */
Secret *assertion_sign (const IssuerContext *context, const AssertionRules *rules,
                        int64_t *expires_at, GError **error);

/* The same where `subject-token` may stand in its place: one of the two, then. */
bool assertion_check_either (const Profile *profile, const AssertionRules *rules, GError **error);
Secret *assertion_either (const IssuerContext *context, const AssertionRules *rules,
                          GError **error);
