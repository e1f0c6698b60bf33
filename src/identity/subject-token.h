/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile.h"
#include "secret.h"

/* The token that `subject-token = file:PATH` names. Unlike a key's, the file may be readable by
 * others: the platform that puts it there (a Kubernetes volume, for one) sets its mode, and the
 * token is short-lived. TOKEN is NULL where the profile names no file. HOME is for "~/". Errors:
 * config, passphrase, naming the file. */
bool subject_token_read (const Profile *profile, const char *home, Secret **token, GError **error);
