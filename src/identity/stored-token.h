/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens in the desktop's keyring: `cache = keyring` and `publish = keyring`. Nobody is asked to
 * unlock it for them, and nobody waits long: a login is worth more than where it is kept.
 *
 * A cached one has the schema "avouch.Token" and two attributes, "token", the name that core files
 * it under, and "profile". A published one is an item of somebody else's schema, once for each
 * place in `serve` without a "*", and has two attributes besides, by which avouch knows it as its
 * own: "avouch", always "published", and "avouch-profile".
 *
 *     git-credential-libsecret  org.git.Password: user, protocol, server, port and object
 *                               (the last two where the place has them)
 *     Python's keyring          org.freedesktop.Secret.Generic: service (the place), username,
 *                               application
 *
 * Errors of every call: those of keyring.h. */
#pragma once

#include "credential.h"
#include "profile.h"

#define STORED_TOKEN_SCHEMA "avouch.Token"

/* NULL without an error: there is none that can be used. The caller owns it. */
Credential *stored_token_load (const Profile *profile, const char *token, GError **error);
/* Takes the profile's expired ones away as well. */
bool stored_token_keep (const Profile *profile, const char *token, const Credential *credential,
                        GError **error);

/* COUNT receives how many items were written, also beside an error. Items that are not avouch's
 * are neither replaced nor changed. */
bool stored_token_publish (const Profile *profile, const Credential *credential, unsigned *count,
                           GError **error);

/* The cached one of that name and all that is published of the profile; with REFUSED, only what is
 * that very secret. ERASED receives how many items. */
bool stored_token_erase (const Profile *profile, const char *token, const Secret *refused,
                         unsigned *erased, GError **error);

/* All that avouch wrote for PROFILE (NULL: for any) by itself: no key and no passphrase. */
bool stored_token_forget (const char *profile, unsigned *cached, unsigned *published,
                          GError **error);
