/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A URL that a token is put into: "https://metabase.example/embed/dashboard/{jwt}#bordered=true".
 */
#pragma once

#include "secret.h"

#define URL_TEMPLATE_PLACE "{jwt}"

/* An http or https URL with one {jwt} in its path, query or fragment, which is well-formed
 * otherwise. Error: usage. */
bool url_template_check (const char *text, GError **error);
/* TEXT passed the check. Error-free: a token holds nothing that a URL would need escaped. */
void url_template_fill (SecretBuffer *buffer, const char *text, const Secret *token);
