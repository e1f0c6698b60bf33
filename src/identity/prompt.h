/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "secret.h"

/* Asks on the controlling terminal, without echo, for at most TIMEOUT seconds; a signal that ends
 * or stops us finds the terminal as it was. Error: passphrase (no terminal, time over, nothing
 * typed). */
Secret *prompt_passphrase (const char *question, int timeout, GError **error);
