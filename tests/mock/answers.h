/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers of a test's own to any call, whatever the interface says that they should be. */
#pragma once

#include <gio/gio.h>

/* From now on a call of METHOD is answered with what FOLDER/METHOD says, if there is such a file,
 * in GVariant's text format: of any type, and told to nobody else. What asks for properties is
 * "GetAll-Item", by the last word of their interface. */
void answers_serve (GDBusConnection *connection, const char *folder);
