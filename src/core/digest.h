/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields fed to a checksum so that no two different sequences of fields look alike. */
#pragma once

#include <glib.h>

/* The length, then the bytes; NULL differs from "". */
void digest_add_text (GChecksum *checksum, const char *text);
