/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys and passphrases that a person had avouch put into the desktop's keyring. */
#pragma once

#include "secret.h"

/* A key: the schema "avouch.Key" and one attribute:
 *     name   what follows "keyring:" in the profile's `key`
 * The secret is what a file would hold: PKCS#8 in PEM and its certificate, as avouch stores it; or
 * whatever else is a key to key.h, if secret-tool stored it. */
#define STORED_KEY_SCHEMA "avouch.Key"

/* TIMEOUT and COLLECTION (which may be NULL) are KeyringOptions'; INTERACTIVE likewise. Errors: of
 * keyring.h, and key (there is none of that name, or it is not handed out). */
Secret *stored_key_find (const char *name, bool interactive, int timeout, GError **error);

/* Error: key, if there is one of that name. */
bool stored_key_check (const char *name, GError **error);
/* Reads it back before it is content. Errors: of keyring.h, and internal. */
bool stored_key_keep (const char *name, const Secret *content, const char *collection,
                      GError **error);
/* Takes back what was just kept; failing to is silent. */
void stored_key_drop (const char *name);

/* PURPOSE: "keystore" or "key" (see keyring.h). Replaces the one that is there. */
bool stored_passphrase_keep (const char *profile, const char *purpose, const Secret *passphrase,
                             const char *collection, GError **error);
