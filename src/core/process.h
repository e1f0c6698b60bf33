/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* This process and its parent. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* No core dump, no ptrace by others of our user, no sudden end at a limit on files (EFBIG instead):
 * for every program that holds a secret, before it touches any signal. */
void process_harden (void);
/* Libraries free copies of keys and tokens that we cannot reach; from now on glibc overwrites what
 * is freed (what it keeps for each thread, only where environment_for_mint made the environment).
 * It costs time, so only those call it who open a key or the network. */
void process_overwrite_freed (void);
/* Limits and signals (SIGPIPE, SIGXFSZ, SIGCHLD) as process_harden found them: for the moment
 * before an exec. */
void process_unharden (void);

/* "PID-STARTTIME-PROGRAM" of the parent, unique for as long as the machine runs (the caller owns
 * it), or NULL where the parent is init or /proc does not tell. */
char *process_parent_name (void);
/* Whether the process of that name still lives. */
bool process_name_is_alive (const char *name);

/* Unix time. */
int64_t process_now (void); /* seconds */
int64_t process_now_milliseconds (void);
