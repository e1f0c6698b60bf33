/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Linked into each program by itself: the build tree's test programs find the mint beside them,
 * the installed ones where it was installed. No environment variable can change either. */
#include "environment.h"

const char *const avouch_mint_path = AVOUCH_MINT_PATH;
const char *const avouch_keyring_path = AVOUCH_KEYRING_PATH;
const char *const avouch_system_dir = AVOUCH_SYSTEM_DIR;
const char *const avouch_preset_dir = AVOUCH_PRESET_DIR;
