/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What another program's settings come to as a profile: what is taken, and what is left, and why.
 */
#pragma once

#include "secret.h"

#define IMPORT_MAX_LENGTH (1024 * 1024) /* bytes of a file */
#define IMPORT_MAX_VALUE  4096          /* bytes */

typedef struct {
  char *theirs; /* as they call it */
  char *ours;   /* the setting; NULL: left out */
  char *value;  /* or, if it is left out, why: a sentence's end, or "" */
} ImportItem;

typedef struct {
  char *source;          /* the file, for messages; NULL: none */
  char *folder;          /* what relative paths are relative to; NULL: this folder */
  char *name;            /* what they call it: an alias; NULL: nothing */
  GPtrArray *items;      /* ImportItem *, in their order */
  Secret *passphrase;    /* the keystore's; NULL: none was there */
  char *passphrase_name; /* as they call it */
} Import;

Import *import_new (const char *folder);
void import_free (Import *import);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Import, import_free)

/* Takes THEIRS as OURS; a value that is a variable, or encrypted, is left out. Errors: usage (it is
 * there twice, too long, or nothing that a setting may be), naming THEIRS and never the value. */
bool import_take (Import *import, const char *theirs, const char *ours, const char *value,
                  GError **error);
/* WHY is for people: a clause without a full stop. */
void import_leave (Import *import, const char *theirs, const char *why);
/* What was taken as OURS, or NULL. Borrowed. */
const char *import_get (const Import *import, const char *ours);
/* Leaves out what was taken as OURS. */
void import_drop (Import *import, const char *ours, const char *why);

/* A name for the profile: what they call it, else the login URL's first label or the user name's
 * domain. NULL if neither makes one. The caller owns it. */
char *import_profile_name (const Import *import);

/* The vendor CLI's own record of an org, ~/.sfdx/USERNAME.json. Tokens in it are wiped unread.
 * Errors: protocol, usage. */
bool import_sf_file (Import *import, const char *text, size_t length, GError **error);

/* The words of a command of the vendor's CLI that logs in by a key, old spelling or new, with or
 * without the command itself. Error: usage. */
bool import_sf_words (Import *import, const char *const *words, GError **error);
/* The same from a shell script, or a file that holds one (a CI system's): the one such command that
 * is in it. The caller frees the words. Error: usage. */
char **import_sf_script (const char *text, size_t length, GError **error);

/* Talend's names, as a property file or as a JSON object of texts. PREFIX, which names may begin
 * with, may be NULL. Errors: protocol, usage. */
bool import_talend (Import *import, const char *text, size_t length, const char *prefix,
                    GError **error);
