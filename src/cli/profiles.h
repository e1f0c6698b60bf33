/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What several commands ask of the configuration. */
#pragma once

#include "config.h"

Config *profiles_load (const Environment *environment, GError **error);

/* By its name; without one (NULL), the only profile there is. Borrowed from CONFIG. Errors: config
 * (none of that name, none at all), usage (several, which the message lists). */
Profile *profiles_choose (const Config *config, const char *name, GError **error);

/* Puts the profile's name before a message that does not begin with it. */
void profiles_name_in (GError *error, const Profile *profile);

/* An error of kind config: nothing is configured yet. */
void profiles_set_none (GError **error);

/* The first pattern, without the "https://" that nearly all have, and how many more; "-" for none.
 * The caller owns it. */
char *profiles_serve_summary (const Profile *profile);

/* A setting's value as it may be shown: a passphrase that somebody wrote where only its place
 * belongs is not. The caller owns it. */
char *profiles_setting_text (const Profile *profile, const Setting *setting);

/* Where the user's profiles live, for messages: CONFIG_HOME/avouch. NULL without a home. The caller
 * owns it. */
char *profiles_folder (const Environment *environment);

/* "~/…" for a path within HOME. The caller owns it. */
char *profiles_short_path (const Environment *environment, const char *path);
