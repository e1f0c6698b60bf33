/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting avouch-mint and avouch-keyring. */
#pragma once

#include "environment.h"
#include "secret.h"

#define SPAWN_LOCK 3 /* the descriptor by which avouch-mint knows the lock */

/* Starts avouch-mint with JOB on its stdin and LOCK inherited as descriptor 3, waits at most
 * TIMEOUT seconds for its answer, and returns what it wrote to stdout. Its stderr is ours. Kills it
 * when the time is over. Errors: internal (cannot be started, killed, said nothing), network (time
 * over). STAYS: the caller lives on, so that it waits for the end of a mint that has answered. */
Secret *spawn_mint (const Environment *environment, const Secret *job, int lock, int timeout,
                    bool with_proxy, bool stays, GError **error);

/* The same in the background: a session of its own, /dev/null for all three descriptors but the
 * job, nothing else of ours inherited but LOCK. Returns as soon as the job is handed over. The
 * kernel ends it when the time is over. */
bool spawn_mint_detached (const Environment *environment, const Secret *job, int lock, int timeout,
                          bool with_proxy, GError **error);

/* Starts avouch-keyring with JOB on its stdin, and returns what it answers. The rest as of
 * spawn_mint. */
Secret *spawn_keyring (const Environment *environment, const Secret *job, int timeout,
                       GError **error);
