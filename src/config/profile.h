/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One group of the configuration. */
#pragma once

#include "pattern.h"

#include <stddef.h>

/* Where a value stands, so that an error can name it. */
typedef struct {
  const char *key;
  const char *value;
  const char *file;
  unsigned line; /* from 1 */
} Setting;

typedef struct _Profile Profile;

Profile *profile_ref (Profile *profile);
void profile_unref (Profile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Profile, profile_unref)

const char *profile_name (const Profile *profile);
/* NULL where the key is not set. Borrowed. */
const char *profile_get (const Profile *profile, const char *key);
const Setting *profile_setting (const Profile *profile, const char *key);
/* Where it is written: what it says itself, not what comes from a preset. NULL if it says nothing.
 * Borrowed. */
const char *profile_file (const Profile *profile);
/* Every setting, in byte order of the keys. */
const Setting *profile_settings (const Profile *profile, size_t *count);
/* The parsed `serve`, in the order written; Pattern *, borrowed. */
const GPtrArray *profile_serve (const Profile *profile);

/* A number of seconds within [MIN, MAX], FALLBACK where unset. Error: config, naming file and line.
 */
bool profile_get_seconds (const Profile *profile, const char *key, int64_t fallback, int64_t min,
                          int64_t max, int64_t *seconds, GError **error);

/* `timeout`: the seconds that a login may take in all. Error: config. */
bool profile_get_timeout (const Profile *profile, int64_t *seconds, GError **error);

/* `proxy`: a URL, "environment" or "none"; unset counts as "none". Error: config. */
bool profile_check_proxy (const Profile *profile, GError **error);

/* Where a profile's value is wrong: "FILE:LINE: KEY: MESSAGE" of kind config. */
void profile_set_error (const Profile *profile, const char *key, GError **error, const char *format,
                        ...) G_GNUC_PRINTF (4, 5);

/* Whether every issuer knows KEY. */
bool profile_is_shared_key (const char *key);
/* KEY is one of the settings that every issuer shares, or of KNOWN (NULL-terminated; see
 * profile_check_keys). NEAREST receives the one that may have been meant, or NULL. */
bool profile_knows_key (const char *key, const char *const *known, const char **nearest);

/* Refuses a key that is neither shared by all issuers nor in KNOWN (NULL-terminated), naming file,
 * line and the nearest known key; and a missing key of REQUIRED. A name that ends with a dot stands
 * for every key that begins so. */
bool profile_check_keys (const Profile *profile, const char *const *known,
                         const char *const *required, GError **error);

/* A "~/" at the start stands for HOME; a relative path is an error of kind config. NULL without an
 * error where the key is unset. The caller owns it. */
char *profile_get_path (const Profile *profile, const char *key, const char *home, GError **error);

/* The account a tool may insist on: `git-username`, NULL where any will do. */
const char *profile_username (const Profile *profile);

/* What the profile depends on besides its own settings: a hash of the profiles that its
 * `subject-token` leads to; NULL: none. Part of profile_digest. */
const char *profile_lineage (const Profile *profile);
void profile_set_lineage (Profile *profile, const char *lineage);

/* Feeds name and settings (not where they stand) to a SHA-256: an edit names another token. */
void profile_digest (const Profile *profile, GChecksum *checksum);

/* For building one: by config.c from files, and by avouch-mint from its job. Keys must be unique;
 * fails (config) on a malformed `serve`, naming file and line. */
Profile *profile_new (const char *name, const Setting *settings, size_t count, GError **error);
