/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents of others, written again by our own writer: on a terminal they can do no harm. */
#pragma once

#include "writer.h"

#include <json-glib/json-glib.h>

void writer_node (Writer *writer, const char *name, JsonNode *node);
void writer_object (Writer *writer, const char *name, JsonObject *object);

/* VALUE on one line: a string as it is where it cannot be taken for anything else. The caller owns
 * it. */
char *json_one_line (JsonNode *value);
