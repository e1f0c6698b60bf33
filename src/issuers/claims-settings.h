/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members that a profile's settings give to a JSON object, by one rule, that of `avouch jwt sign`:
 *
 *     claim.NAME = TEXT         a text, whatever it looks like
 *     claim-json.NAME = JSON    a value of any kind; null leaves NAME out
 *
 * "claim" is the family; "header" and others go by the same rule. Placeholders are filled in: see
 * placeholder.h. */
#pragma once

#include "issuer.h"

/* For an issuer's table of settings. */
/* clang-format off */
#define CLAIMS_SETTINGS \
  { "claim.", false, N_ ("a claim that is a text, such as claim.scope"), false }, \
  { "claim-json.", false, N_ ("a claim of any kind, as JSON; null leaves it out"), false }, \
  { "header.", false, N_ ("a member of the token's header that is a text"), false }, \
  { "header-json.", false, N_ ("the same, of any kind"), false }
/* clang-format on */

/* Everything of FAMILY, as far as it can be told without the key: what would be read from it is
 * left empty. Adds to OBJECT as claims_settings_fill does, at the time NOW (unix seconds). Error:
 * config, naming file and line. */
bool claims_settings_preview (const Profile *profile, const char *family, int64_t now,
                              JsonObject *object, GError **error);
/* The same for the error alone. */
bool claims_settings_check (const Profile *profile, const char *family, GError **error);

/* Whether the profile has any. */
bool claims_settings_exist (const Profile *profile, const char *family);

/* Adds them to OBJECT, in the place of what it has of that name. Errors: config. */
bool claims_settings_fill (const IssuerContext *context, const char *family, JsonObject *object,
                           GError **error);
