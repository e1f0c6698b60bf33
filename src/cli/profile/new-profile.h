/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands that write a new profile have in common: where it goes, what it lacks, and that
 * nothing is written before all of it is right. */
#pragma once

#include "environment.h"
#include "issuer.h"
#include "profile-draft.h"

/* Where it is written: FILE if not NULL, else conf.d/NAME.conf in the user's configuration. The
 * caller owns it. Error: config (no such place, or none that would be read). */
char *new_profile_path (const Environment *environment, const char *name, const char *file,
                        GError **error);

/* Error: config, if there is a profile of that name, or a configuration that cannot be read.
 * OPTION: what gives another, for the hint; NULL: an argument does. */
bool new_profile_refuse_existing (const Environment *environment, const char *name,
                                  const char *option, const char *path, GError **error);

/* A setting as a person typed it: the path of a key or of a passphrase's file is made absolute,
 * and a usual mistake that the issuer knows is mended, which a note on stderr tells. Error: usage.
 */
bool new_profile_set (ProfileDraft *draft, const char *key, const char *value, GError **error);
/* The same for "KEY=VALUE" words; PAIRS may be NULL. Error: usage. */
bool new_profile_set_pairs (ProfileDraft *draft, char *const *pairs, GError **error);

/* The one that DRAFT names. Error: usage. */
const Issuer *new_profile_issuer (const ProfileDraft *draft, GError **error);

/* What was said contradicts the preset, or is called as no setting is that the issuer or the preset
 * knows. Error: usage. */
bool new_profile_check_words (const ProfileDraft *draft, GError **error);
/* Whether the key is one that is there already: the issuer's console makes it, or both sides share
 * it, or it comes with a file that the preset asks for. */
bool new_profile_has_foreign_key (const ProfileDraft *draft);

/* Each asks for what DRAFT lacks, until there is an answer that can be used. Error: usage. */
bool new_profile_ask_issuer (ProfileDraft *draft, GError **error);
/* What the issuer and the preset need and DRAFT lacks, except for the setting BUT (may be NULL). */
bool new_profile_ask_needed (ProfileDraft *draft, const char *but, GError **error);
bool new_profile_ask_key (ProfileDraft *draft, GError **error);
/* For optional `serve`. */
bool new_profile_ask_serve (ProfileDraft *draft, GError **error);
/* What of the needed, and of the key if WITH_KEY, is not there: "PREFIXname, PREFIXname", "" for
 * nothing. The caller owns it. Error: usage (an unknown issuer). */
char *new_profile_missing (const ProfileDraft *draft, const char *prefix, bool with_key,
                           GError **error);

/* The profile, with all that can be wrong found before anything is written. Error: config. */
Profile *new_profile_check (const ProfileDraft *draft, const Environment *environment,
                            GError **error);

/* Prints what would be written, with the file's name as a comment. Error: internal. */
bool new_profile_print (const ProfileDraft *draft, const char *path, GError **error);
/* Says on stderr that the key's file is not there, if so. */
bool new_profile_warn_of_key (const Profile *profile, const Environment *environment,
                              GError **error);
/* Says what was written, and what to do next. Error: internal. */
bool new_profile_print_next (const Profile *profile, const Environment *environment,
                             const char *path, GError **error);
