/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GKeyFile's syntax, read strictly and with line numbers.
 *
 * Where GKeyFile lets things pass, this does not: what is neither a group, a setting nor a comment,
 * names outside their rules, translated keys ("key[de]"), control characters. White space at the
 * end of a value is dropped (GKeyFile keeps it; "\s" writes it on purpose). Lines may end in CR LF,
 * and a byte order mark is skipped. */
#pragma once

#include "profile.h"

#define KEYFILE_MAX_VALUE 8192 /* bytes, escapes resolved */
#define KEYFILE_MAX_NAME  64   /* bytes of a group's or a key's name */

/* Called in the order of the lines; false (with ERROR set) ends the scan. The strings live in the
 * scanned text. */
typedef struct {
  bool (*group) (const char *name, unsigned line, void *data, GError **error);
  bool (*setting) (const Setting *setting, void *data, GError **error);
} KeyfileHandler;

/* Reads TEXT, LENGTH bytes followed by one more that may be written to, in place. Names are checked
 * by config_is_profile_name, or are CONFIG_GIT; keys are [a-z][a-z0-9-]*, perhaps with a dot and
 * the name of a claim or field behind it ("claim.box_sub_type"). Error: config, as "FILE:LINE: …".
 */
bool keyfile_scan (char *text, size_t length, const char *file, const KeyfileHandler *handler,
                   void *data, GError **error);

/* Whether a setting may be called so. */
bool keyfile_is_key (const char *key);

/* An error of kind config as "FILE:LINE: MESSAGE". */
void keyfile_set_error (const char *file, unsigned line, GError **error, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
