/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an OAuth server says when it refuses (RFC 6749 section 5.2). */
#pragma once

#include "exchange.h"

/* `error` and `error_description`, fit to be shown; what is missing is "". The caller owns them.
 * False, with neither set, if the answer is nothing that an OAuth server says. */
bool oauth_error_read (const ExchangeAnswer *answer, char **code, char **description);
