/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `avouch profile list --presets`. */
#pragma once

#include "command.h"

/* Errors: config (a preset that cannot be read), internal. */
bool preset_list_print (const Invocation *call, bool json, GError **error);
