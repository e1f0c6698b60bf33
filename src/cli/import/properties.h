/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Java's property files, by the documentation of java.util.Properties.load. */
#pragma once

#include "secret.h"

#define PROPERTIES_MAX_LENGTH (1024 * 1024) /* bytes of a file */
#define PROPERTIES_MAX_COUNT  10000
#define PROPERTIES_MAX_NAME   1024 /* bytes */

/* A value is a Secret, for some are. */
typedef struct {
  char *name;
  Secret *value;
} Property;
Property *property_new (const char *name, Secret *value);
void property_free (Property *property);

/* Property *, in the order of the file; the caller owns it. What is not UTF-8 is ISO-8859-1. A name
 * that comes twice is refused, where Java takes the last. Error: protocol, naming the line and
 * never a value. */
GPtrArray *properties_parse (const char *text, size_t length, GError **error);
