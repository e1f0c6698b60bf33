/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A profile that is being written: settings in the order given, and the text of its file. */
#pragma once

#include "profile.h"

typedef struct _ProfileDraft ProfileDraft;

/* FILE: where it will stand, for errors. Error: usage, if NAME is no profile's name. */
ProfileDraft *profile_draft_new (const char *name, const char *file, GError **error);
void profile_draft_free (ProfileDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProfileDraft, profile_draft_free)

/* Error: usage; it names the key and never repeats the value. */
bool profile_draft_set (ProfileDraft *draft, const char *key, const char *value, GError **error);
/* NULL if it is not set. Borrowed. */
const char *profile_draft_get (const ProfileDraft *draft, const char *key);

/* As it will be read. Error: config. */
Profile *profile_draft_profile (const ProfileDraft *draft, GError **error);
/* What its file says, by GKeyFile's rules. The caller owns it. */
char *profile_draft_text (const ProfileDraft *draft);
