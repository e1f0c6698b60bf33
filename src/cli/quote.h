/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values inside other programs' syntax. */
#pragma once

#include "secret.h"

/* One word of a POSIX shell: in single quotes, always. */
void quote_shell_value (SecretBuffer *buffer, const char *value, size_t length);
/* The same, bare if no character of it is special. The caller owns it. */
char *quote_shell_word (const char *word);
/* A command line that can be pasted. The caller owns it. */
char *quote_shell_command (const char *const *argv);
/* What stands between double quotes in curl's configuration files. */
void quote_curl_value (SecretBuffer *buffer, const char *value, size_t length);
