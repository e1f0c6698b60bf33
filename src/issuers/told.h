/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of an issuer's answer that people are to read. */
#pragma once

#include "exchange.h"
#include "strict.h"

/* The JSON object that an answer is; the caller owns it. Error: protocol, with HINT: a page for
 * people in its place is what a wrong host answers. */
JsonObject *told_answer (const ExchangeAnswer *answer, const char *hint, GError **error);
/* VALUE, which the answer calls NAME, is printable ASCII (RFC 6749 appendix A.4, and URIs). Error:
 * protocol. */
bool told_check_text (const char *name, const char *value, GError **error);
/* A text for a terminal and for JSON alike, without what could be a token come back; NULL where
 * there is none. The caller owns it. Error: protocol (another type). */
bool told_text (JsonObject *object, const char *name, char **value, GError **error);
/* Letters and digits, and not too many: Salesforce's have 15 or 18. */
bool told_is_id (const char *text);
/* The same for an id: letters and digits. Error: protocol, for any other character too. */
bool told_id (JsonObject *object, const char *name, char **value, GError **error);
/* Unix seconds. Error: protocol, for what is no date. */
bool told_time (JsonObject *object, const char *name, int64_t *value, bool *found, GError **error);
/* Whether FRAGMENT is in TEXT, ASCII letters in any case. */
bool told_contains (const char *text, const char *fragment);
/* The texts of {"errors": ["…"]}, in one line fit to be shown; "" where there is none. The caller
 * owns it. */
char *told_errors (const ExchangeAnswer *answer);
