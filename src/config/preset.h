/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Presets: settings that profiles share, in a file each, which a profile names by `preset`:
 *
 *     [preset]        what it is for
 *     summary = …
 *     [parameters]    what a profile says for it, and what that means
 *     tenant = …
 *     [needs]         settings that the profile must have of its own, and what they mean
 *     scope = …
 *     [instead]       a setting that does in the place of one of those
 *     scope = audience
 *     [settings]      what counts where the profile itself says nothing; {tenant} is filled in
 *     token-url = https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token
 *
 * NAME.conf in the user's folder hides the machine's, and that one what came with avouch. */
#pragma once

#include "environment.h"
#include "profile.h"

#define PRESET_SETTING "preset"

typedef struct {
  char *name;
  char *file;
  char *text; /* the file's content, which all below points into */
  const char *summary;
  GArray *parameters; /* Setting: a name, and what it means */
  GArray *needs;      /* Setting: one of the profile's own, and what it means */
  GArray *instead;    /* Setting: one of the needs, and which other will do */
  GArray *settings;   /* Setting */
} Preset;

/* FILE, which must be UID's or root's. Errors (config) name file and line: what is none of the
 * groups above, and a setting that is the profile's own affair. */
Preset *preset_read (const char *name, const char *file, uid_t uid, GError **error);
void preset_free (Preset *preset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Preset, preset_free)

/* NULL: none of that name. Borrowed. */
const Setting *preset_parameter (const Preset *preset, const char *name);
const Setting *preset_need (const Preset *preset, const char *name);
const Setting *preset_setting (const Preset *preset, const char *name);
/* What will do in the place of the need of that name; NULL: nothing. Borrowed. */
const char *preset_instead (const Preset *preset, const char *name);

/* Those that can be found. */
typedef struct _Presets Presets;

/* Looks at no file. */
Presets *presets_new (const Environment *environment);
void presets_free (Presets *presets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Presets, presets_free)

/* Read once. Borrowed. Errors: preset_read's; config (no such preset), with a hint that names those
 * there are. */
const Preset *presets_find (Presets *presets, const char *name, GError **error);
/* In byte order, NULL-terminated; folders that cannot be read are passed over. The caller owns it.
 */
char **presets_names (const Presets *presets);

/* The profile whose own settings these are, with those of the preset that they name beneath them;
 * each keeps its file and line. What the preset calls a parameter is no setting of the profile.
 * Errors: profile_new's; config, where the profile lacks a parameter. */
Profile *presets_profile (Presets *presets, const char *name, const Setting *settings, size_t count,
                          GError **error);
