/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange.h"

#include <libsoup/soup.h>

/* What MESSAGE's status and headers say; `body` is left for the caller. */
ExchangeAnswer *answer_from_message (SoupMessage *message);
