/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key of an imported profile, and what opens it. */
#pragma once

#include "environment.h"
#include "import.h"
#include "profile-draft.h"

/* An absolute path, or a URI, of what IMPORT calls its key: relative to the imported file's folder,
 * or, where it is not there but here, to this one. The caller owns it. */
char *import_key_location (const Import *import, const char *value);

/* Sets `passphrase`, unless it is set or there is none: a file that import_key_keep writes (KEPT:
 * its path, which the caller owns; NULL: none), else "prompt". Errors: config (no home), usage. */
bool import_key_set_passphrase (Import *import, ProfileDraft *draft, const char *name, bool keep,
                                const Environment *environment, char **kept, GError **error);

/* Says on stderr whether the key of PROFILE opens, by the imported passphrase where there is one.
 */
void import_key_try (const Import *import, const Profile *profile, const Environment *environment);
