/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What --help prints. */
#pragma once

#include "command.h"

/* The whole help of a command; the caller owns it. */
char *help_text (const Command *command);
/* How it is called and its subcommands: for who typed too little. The caller owns it. */
char *help_short (const Command *command);
