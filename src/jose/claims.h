/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a verified token must say besides (RFC 7519 section 4.1). */
#pragma once

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CLAIMS_MAX_LEEWAY (24 * 60 * 60) /* seconds */

typedef struct {
  int64_t now;                  /* unix seconds */
  int64_t leeway;               /* seconds by which the clocks may differ */
  bool any_time;                /* exp, nbf and iat are not looked at */
  const char *const *audiences; /* one of them; NULL: any */
  const char *issuer;           /* NULL: any */
  const char *subject;          /* NULL: any */
  const char *const *required;  /* names of claims that must be there; NULL: none */
} ClaimsRules;

/* A time (RFC 7519's NumericDate, which may have a fraction), rounded down. VALUE tells a missing
 * one, which is no error, from one of a wrong type or beyond all reason, which is. Error: refused.
 */
bool claims_time (JsonObject *claims, const char *name, int64_t *value, bool *found,
                  GError **error);

/* Error: refused. */
bool claims_check (JsonObject *claims, const ClaimsRules *rules, GError **error);
