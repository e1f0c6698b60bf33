/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which key a command of `avouch jwt` works with. */
#pragma once

#include "key-input.h"

/* Beside KeyInputOptions, within the values of each such command, as `key`. */
typedef struct {
  char *key;
  char *secret;
  char *secret_encoding;
} JwtKeyOptions;

/* Its lines, and those of KeyInputOptions, in the table of options of a command whose values are of
 * TYPE. */
#define JWT_KEY_OPTIONS(TYPE, key_help)                                                            \
  { "key", 'k', OPTION_STRING, offsetof (TYPE, key.key), N_ ("FILE"), key_help },                  \
      KEY_INPUT_OPTIONS (TYPE), KEY_INPUT_PROFILE (TYPE),                                          \
      { "secret",                                                                                  \
        's',                                                                                       \
        OPTION_STRING,                                                                             \
        offsetof (TYPE, key.secret),                                                               \
        N_ ("PLACE"),                                                                              \
        N_ ("a secret that both sides share (HS256): a file, or env:NAME, fd:N or prompt; never "  \
            "the secret itself") },                                                                \
  {                                                                                                \
    "secret-encoding", 0, OPTION_STRING, offsetof (TYPE, key.secret_encoding), N_ ("ENCODING"),    \
        N_ ("what the secret is written in: plain (the default), hex, base64 or base64url")        \
  }

/* What a command was told; `input` starts from NULL. */
typedef struct {
  const Invocation *call;
  const KeyInputOptions *input_options;
  const JwtKeyOptions *options;
  const char *command; /* its path, for hints */
  KeyInput *input;     /* once opened; NULL for a secret and a URL */
} JwtKey;

void jwt_key_clear (JwtKey *jwt_key);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (JwtKey, jwt_key_clear)

/* To sign with. Errors: usage, config, key, passphrase. The caller owns it. */
Key *jwt_key_open (JwtKey *jwt_key, GError **error);
/* A setting of the profile that the key is of; NULL without one. Borrowed. */
const char *jwt_key_setting (const JwtKey *jwt_key, const char *setting);

typedef struct {
  const char *ca_file;
  const char *proxy;
} JwtNetwork;

/* To verify with: the same, or whatever holds a public key; --key may also be the https URL of a
 * JWK set. Errors: as above, network, protocol. The caller owns it. */
KeySet *jwt_key_open_set (JwtKey *jwt_key, const JwtNetwork *network, GError **error);
