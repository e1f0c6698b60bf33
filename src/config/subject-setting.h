/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define SUBJECT_SETTING        "subject-token"
#define SUBJECT_PROFILE_PREFIX "profile:"
#define SUBJECT_MAX_DEPTH      4 /* profiles that lead to each other; more is a circle, or a mistake */
