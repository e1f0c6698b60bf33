/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key that a command is about: a FILE or PKCS#11 URI of the command line, or that of a profile.
 */
#pragma once

#include "command.h"
#include "inspect.h"
#include "key-set.h"
#include "profile.h"

/* Within the values of each such command, as `input`. */
typedef struct {
  char *profile;
  char *key_alias;
  char *passphrase;
  char *key_passphrase;
} KeyInputOptions;

/* Its lines in the table of options of a command whose values are of TYPE. The options are called
 * as the settings are that messages name. */
/* clang-format off */
#define KEY_INPUT_PROFILE(TYPE) \
  { "profile", 0, OPTION_STRING, offsetof (TYPE, input.profile), N_ ("PROFILE"), \
    N_ ("the key of this profile instead of a FILE") }
#define KEY_INPUT_OPTIONS(TYPE) \
  { "key-alias", 0, OPTION_STRING, offsetof (TYPE, input.key_alias), N_ ("NAME"), \
    N_ ("which key of the keystore") }, \
  { "passphrase", 0, OPTION_STRING, offsetof (TYPE, input.passphrase), N_ ("PLACE"), \
    N_ ("where its passphrase is: prompt, file:PATH, env:NAME or fd:N; a terminal is asked " \
        "without it") }, \
  { "key-passphrase", 0, OPTION_STRING, offsetof (TYPE, input.key_passphrase), N_ ("PLACE"), \
    N_ ("the same for the key itself, where it has its own") }
/* clang-format on */

typedef struct _KeyInput KeyInput;

/* COMMAND: its path, for a hint. FILE as typed; NULL: none was. Errors: usage (neither FILE nor
 * profile, or both), config. */
KeyInput *key_input_new (const Invocation *call, const char *command, const char *file,
                         const KeyInputOptions *options, GError **error);
void key_input_free (KeyInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyInput, key_input_free)

/* An absolute path, or a URI; and what it is called in the output. Borrowed. */
const char *key_input_location (const KeyInput *input);
const char *key_input_name (const KeyInput *input);
/* Whether somebody said which key, or what opens it: then its trouble is an error, not a remark. */
bool key_input_is_definite (const KeyInput *input);

/* Asks for a passphrase only where none was named, something is locked and there is a terminal.
 * Errors: as key_inspect and key_load. */
Inspection *key_input_inspect (KeyInput *input, GError **error);
Key *key_input_open (KeyInput *input, GError **error);
/* Likewise, what to verify with. Errors: as key_set_load. */
KeySet *key_input_open_set (KeyInput *input, GError **error);
/* A shared secret (a JWK of type "oct") will do too. */
void key_input_allow_secrets (KeyInput *input);
/* NULL: the key is of none. Borrowed. */
const Profile *key_input_profile (const KeyInput *input);
