/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The units that "avouch setup timer" writes. */
#pragma once

#include "environment.h"
#include "profile.h"

#define TIMER_SERVICE "avouch-refresh.service"
#define TIMER_TIMER   "avouch-refresh.timer"
/* The first line, by which a file is known to be avouch's. */
#define TIMER_MARK                                                                                 \
  "# Written by \"avouch setup timer\"; \"avouch setup timer --remove\" takes it away.\n"

/* What a token of PROFILE lives, by its settings; seconds. */
int64_t timer_configured_life (const Profile *profile);

/* PROGRAM: avouch's absolute path. The caller owns it. */
char *timer_service_text (const char *program, const Environment *environment);
/* LIFE: seconds of the shortest-lived token. The caller owns it. */
char *timer_timer_text (int64_t life);
