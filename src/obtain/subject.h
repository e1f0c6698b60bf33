/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `subject-token`: a token that somebody else issued, in exchange for which the issuer gives its
 * own (RFC 8693 calls it so; Vault and AWS take one as well). */
#pragma once

#include "obtain.h"
#include "subject-setting.h"

#define SUBJECT_MAX_LENGTH 65000 /* bytes, the line's end not counted */

typedef enum {
  SUBJECT_NONE,    /* not set */
  SUBJECT_FILE,    /* argument: a path, perhaps with "~/"; avouch-mint reads it */
  SUBJECT_ENV,     /* argument: a variable of the caller's environment */
  SUBJECT_PROFILE, /* argument: a profile, whose own token it is */
} SubjectKind;

/* ARGUMENT is borrowed from the profile. Error: config, naming file and line but not the value,
 * which may be a token pasted there. */
bool subject_parse (const Profile *profile, SubjectKind *kind, const char **argument,
                    GError **error);

/* Which token is at SOURCE ("file:…", "env:…") now, in one line without its text: where a file is
 * and its stamp (device, inode, size, and the times of change in ns), or the variable's SHA-256.
 * HOME is for "~/". NULL: there is none. The caller owns it. */
char *subject_basis (const char *source, const char *home, char **inherited);

/* Whether what CREDENTIAL was exchanged for is still there, and the same: one stat where it was a
 * file, nothing at all where there was no subject token. */
bool subject_is_current (const Credential *credential, const Environment *environment);

/* What only the caller's process can reach (`env:`, `profile:`); TOKEN is NULL where avouch-mint
 * reads it itself or none is set. BASIS tells of the token at the end of the chain; NULL where
 * there is none, or avouch-mint sees it. Errors: config (profiles that lead in a circle),
 * passphrase (no such variable), and obtain_credential's of the other profile. */
bool subject_find (const Profile *profile, const ObtainOptions *options, Secret **token,
                   char **basis, GError **error);

/* One token, without the line's end behind it. Error: passphrase (empty, too long, control
 * characters), naming WHAT. */
Secret *subject_take (const Secret *bytes, const char *what, GError **error);
