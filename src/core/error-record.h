/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An error as fields of a record: in avouch-mint's answer, and remembered in the cache. */
#pragma once

#include "record.h"

/* Kind, message and hint; control characters become spaces. */
void error_record_add (Record *record, const GError *error);
/* The same error again; one of a kind unknown here, or without a message, becomes internal. The
 * caller owns it. */
GError *error_record_get (const Record *record);
