/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passphrases whose place an option of the command line names. */
#pragma once

#include "environment.h"
#include "secret.h"

#include <stdbool.h>

typedef struct {
  const char *option; /* "--passphrase", for messages */
  const char *value;  /* as typed: prompt, file:PATH, env:NAME or fd:N */
  bool chooses;       /* for something new: "generate" and "none" are places too, and a prompt asks
                         twice */
} PassphrasePlace;

/* Error: usage, which never repeats the value: people type the passphrase itself there. */
bool passphrase_place_check (const PassphrasePlace *place, GError **error);
bool passphrase_place_is_none (const PassphrasePlace *place);
bool passphrase_place_is_generated (const PassphrasePlace *place);

/* QUESTION: for a prompt. Not for "none". Errors: usage, passphrase. */
Secret *passphrase_place_fetch (const PassphrasePlace *place, const Environment *environment,
                                const char *question, GError **error);

/* What the profile's setting says for the same place: absolute, or what is next to it where the
 * place is gone with this command. NULL for "none" and "generate". The caller owns it. */
char *passphrase_place_setting (const PassphrasePlace *place, const Environment *environment);
