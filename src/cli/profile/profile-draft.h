/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A profile that is being written: settings in the order given, and the text of its file. */
#pragma once

#include "preset.h"

typedef struct _ProfileDraft ProfileDraft;

/* FILE: where it will stand, for errors. Error: usage, if NAME is no profile's name. */
ProfileDraft *profile_draft_new (const char *name, const char *file, GError **error);
void profile_draft_free (ProfileDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProfileDraft, profile_draft_free)

/* What it is called from now on. Error: usage. */
bool profile_draft_rename (ProfileDraft *draft, const char *name, const char *file, GError **error);
const char *profile_draft_name (const ProfileDraft *draft);
const char *profile_draft_file (const ProfileDraft *draft);

/* A name for a profile: the first label of LOGIN_URL's host, if it is somebody's own, else of
 * USERNAME's domain; both may be NULL. NULL if neither makes one. The caller owns it. */
char *profile_draft_suggest_name (const char *login_url, const char *username);

/* Error: usage; it names the key and never repeats the value. */
bool profile_draft_set (ProfileDraft *draft, const char *key, const char *value, GError **error);
void profile_draft_unset (ProfileDraft *draft, const char *key);
/* Lays the preset that it names, if any, beneath it. PRESETS outlives the draft. Error: config. */
bool profile_draft_use_preset (ProfileDraft *draft, Presets *presets, GError **error);
/* Names of its own settings, in the order given; NULL behind the last. Borrowed. */
const char *profile_draft_key (const ProfileDraft *draft, size_t index);
/* The caller owns it. */
ProfileDraft *profile_draft_copy (const ProfileDraft *draft);
/* NULL: it has none. Borrowed. */
const Preset *profile_draft_preset (const ProfileDraft *draft);
/* Its own value, or the preset's, as written there; NULL if it is not set. Borrowed. */
const char *profile_draft_get (const ProfileDraft *draft, const char *key);

/* As it will be read. Error: config. */
Profile *profile_draft_profile (const ProfileDraft *draft, GError **error);
/* What its file says, by GKeyFile's rules. The caller owns it. */
char *profile_draft_text (const ProfileDraft *draft);
