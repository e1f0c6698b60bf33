/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token, or a document, that a person or a program hands over. */
#pragma once

#include "command.h"
#include "secret.h"

/* Whether TEXT, an argument, is none that a message may repeat: a token. Error: usage, which says
 * why it does not belong there. */
bool jwt_input_check_argument (const char *text, GError **error);

/* The one of OPTION and CALL's argument that is given, in FILE; NULL if neither is. Error: usage
 * (both are). */
bool jwt_input_choose (const Invocation *call, const char *option, const char **file,
                       GError **error);

/* The token in FILE, or on standard input where FILE is NULL or "-": without the white space around
 * it and a "Bearer " in front. Errors: usage (FILE is a token itself), internal, protocol. */
Secret *jwt_input_token (const char *file, const Invocation *call, GError **error);
/* All of FILE, or of standard input for "-", up to LIMIT bytes. PROMPT is for a terminal. Errors:
 * as above. */
Secret *jwt_input_read (const char *file, size_t limit, const char *prompt, const Invocation *call,
                        GError **error);
