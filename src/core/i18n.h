/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Translation. Nothing is loaded until a message is about to be shown: a warm helper pays nothing.
 */
#pragma once

#include <libintl.h>
#include <stdbool.h>

#define _(text)  i18n_translate (text)
#define N_(text) (text)

/* The message in the user's language; sets up locale and catalogue at its first call. */
const char *i18n_translate (const char *text) __attribute__ ((format_arg (1)));

/* Whether the user's locale can show more than ASCII. */
bool i18n_is_utf8 (void);
