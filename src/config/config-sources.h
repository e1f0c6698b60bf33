/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between config-sources.c and config.c. */
#pragma once

#include "config.h"
#include "preset.h"

/* Whose configuration it is: files must be this user's or root's. */
uid_t config_sources_uid (const ConfigSources *sources);
/* Borrowed. */
Presets *config_sources_presets (const ConfigSources *sources);
