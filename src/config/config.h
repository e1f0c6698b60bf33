/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: which files, what they say, and when they were last changed. */
#pragma once

#include "environment.h"
#include "profile.h"

typedef struct _ConfigSources ConfigSources;

/* The files in the order in which they count, later ones winning key by key:
 * SYSTEM/avouch.conf, SYSTEM/conf.d/ *.conf, USER/avouch.conf, USER/conf.d/ *.conf, where USER is
 * config_home/avouch; or AVOUCH_CONFIG alone, which must then exist. Files that are not there are
 * left out; a folder that cannot be listed is an error (config). */
ConfigSources *config_sources_find (const Environment *environment, GError **error);
void config_sources_free (ConfigSources *sources);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfigSources, config_sources_free)
const char *const *config_sources_files (const ConfigSources *sources); /* NULL-terminated */

/* Feeds path, device, inode, size, mtime and ctime (ns) of each file to a SHA-256. False if a file
 * was changed less than a second ago: another edit within the clock's tick could hide behind the
 * same stamp, so nothing may be filed under it. */
bool config_sources_digest (const ConfigSources *sources, int64_t now, GChecksum *checksum);

typedef struct _Config Config;

#define CONFIG_MAX_FILE     (1024 * 1024 * 4) /* bytes */
#define CONFIG_MAX_PROFILES 20000

/* GKeyFile's syntax, read strictly (see keyfile.h): UTF-8, "[group]", "key = value", "#" comments,
 * \s \n \t \r \\ escapes, of which only \s and \\ make a value that is accepted. Errors (config)
 * are "FILE:LINE: …": a line that is none of these, a key outside a group, a duplicate group or key
 * within one file, a malformed name, a malformed `serve`; and "FILE: …": a file that others may
 * write, too long, or not a regular file. */
Config *config_load (const ConfigSources *sources, GError **error);
void config_free (Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Config, config_free)

/* In the order of first appearance; Profile *, borrowed. */
const GPtrArray *config_profiles (const Config *config);
/* NULL if there is none. Borrowed. */
Profile *config_find (const Config *config, const char *name);
bool config_is_profile_name (const char *name);

/* The one group that is no profile: [git] says what git-credential-avouch does where no profile
 * serves. A key in it that is not known, or a value, is an error of config_load. */
#define CONFIG_GIT "git"
typedef struct {
  bool keyring; /* `store = keyring`: it keeps what git gives it; as unset or "none": not */
  const char *collection; /* of the keyring; NULL: the default one. Borrowed */
} ConfigGit;
ConfigGit config_git (const Config *config);
