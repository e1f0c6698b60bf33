/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import.h"
#include "profile-draft.h"

/* Says on stderr what became what, and what was left out and why; values are DRAFT's. */
void import_report (const Import *import, const ProfileDraft *draft);
