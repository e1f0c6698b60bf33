/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command line, by GOption, from const tables. */
#pragma once

#include "command.h"

/* The options that every command takes, for its help; their offsets are within CommonOptions. */
extern const Option options_common[];

/* Reads ARGV (NULL-terminated, its first word the command's name). VALUES is filled by OPTIONS (may
 * be NULL), COMMON is added to. STOP_AT_WORD: what follows the first word that is no option is
 * left alone. Returns what is left, without the name; the caller frees it with g_strfreev.
 * Error: usage; it never repeats an option's value. */
char **options_parse (const Option *options, void *values, CommonOptions *common, bool stop_at_word,
                      const char *const *argv, GError **error);

/* Where in WORDS (NULL-terminated) another program's command line begins: after the first "--", or
 * at the word after the first that is no option. */
size_t options_find_command (const Option *options, char *const *words);

/* Frees the strings and lists in VALUES, and VALUES. */
void options_free_values (const Option *options, void *values);
