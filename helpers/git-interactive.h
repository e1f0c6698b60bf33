/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether git's caller lets anybody be asked. */
#pragma once

#include <stdbool.h>

/* False by GIT_TERMINAL_PROMPT=0, and by `credential.interactive` where git hands it on to what it
 * starts: `git -c` (as its own background maintenance does) and GIT_CONFIG_COUNT. What stands in a
 * file of git's configuration is not looked for: git tells helpers nothing of it. */
bool git_may_ask (char **environment);
