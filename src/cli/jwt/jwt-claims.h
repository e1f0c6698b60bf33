/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The claims and the header that `avouch jwt sign` was told. */
#pragma once

#include "command.h"

#include <json-glib/json-glib.h>

typedef struct {
  char *file; /* a JSON object; "-": standard input */
  char **texts;
  char **values;
  char *issuer;
  char *subject;
  char **audience;
  char *expires;
  char *not_before;
  char *issued;
  char *id;
} JwtClaimOptions;

/* The file's members, and then, or in their place, those of the options. Errors: usage, naming the
 * claim and not its value; internal. The caller owns it. */
JsonObject *jwt_claims_build (const JwtClaimOptions *options, const Invocation *call, int64_t now,
                              GError **error);

typedef struct {
  char **texts;
  char **values;
  char *key_id;
  char *type; /* NULL: "JWT"; "": none */
} JwtHeaderOptions;

/* What stands beside "alg". DEFAULT_ID is the "kid" where none was given; NULL: none. Error: usage.
 * The caller owns it. */
JsonObject *jwt_header_build (const JwtHeaderOptions *options, const char *default_id,
                              GError **error);
