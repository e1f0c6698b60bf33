/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows for the tables of commands that write a profile. */
#pragma once

#include "command.h"

/* Settings of the same names; VALUES: the type of the command's values. */
/* clang-format off */
#define PROFILE_USERNAME_OPTION(VALUES) \
  { "username", 0, OPTION_STRING, offsetof (VALUES, username), N_ ("NAME"), \
    N_ ("the account to act as") }

#define PROFILE_OPTIONS(VALUES) \
  { "key-alias", 0, OPTION_STRING, offsetof (VALUES, key_alias), N_ ("NAME"), \
    N_ ("which key of the keystore") }, \
  { "passphrase", 0, OPTION_STRING, offsetof (VALUES, passphrase), N_ ("PLACE"), \
    N_ ("where the passphrase is: keyring, prompt, file:PATH, env:NAME or fd:N; never the " \
        "passphrase itself") }, \
  { "serve", 0, OPTION_LIST, offsetof (VALUES, serve), N_ ("URL"), \
    N_ ("a place that the token may be used for; may be repeated") }, \
  { "set", 0, OPTION_LIST, offsetof (VALUES, set), N_ ("KEY=VALUE"), \
    N_ ("any other setting of avouch.conf(5); may be repeated") }

#define PROFILE_FILE_OPTION(VALUES) \
  { "file", 0, OPTION_STRING, offsetof (VALUES, file), N_ ("FILE"), \
    N_ ("a new file to write, instead of conf.d/PROFILE.conf in the user's configuration") }
/* clang-format on */
