/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a setting says that a file with a secret is. */
#pragma once

#include "environment.h"
#include "profile.h"

/* How such a path may begin besides "/" and "~/": the folder of a service's credentials
 * (systemd.exec(5), "Credentials"). */
#define SECRET_PATH_CREDENTIALS "${CREDENTIALS_DIRECTORY}/"

/* PATH means the same file whatever folder a tool is started from. */
bool secret_path_is_definite (const char *path);

/* PATH, of the setting KEY, with what it begins with replaced. The caller owns it. Error: config
 * (relative; no home; the variable is not set). */
char *secret_path_resolve (const Profile *profile, const char *key, const char *path,
                           const Environment *environment, GError **error);
