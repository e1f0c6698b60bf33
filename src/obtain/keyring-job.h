/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What avouch-keyring is told on its stdin, and what it answers on its stdout: both records, for
 * programs that do not link libsecret. */
#pragma once

#include "environment.h"
#include "keyring-item.h"
#include "record.h"

typedef enum {
  KEYRING_SEARCH,
  KEYRING_STORE,
  KEYRING_ERASE,
} KeyringOperation;

typedef struct {
  KeyringOperation operation;
  KeyringItem item;
  Secret *secret; /* to store; or of what is to be erased, its first line: NULL, whatever it is */
  KeyringOptions options;
} KeyringJob;

#define KEYRING_MAX_ATTRIBUTES 32

Record *keyring_job_to_record (const KeyringJob *job);
/* All strings are borrowed from the record; keyring_job_clear frees the rest. Error: protocol. */
bool keyring_job_from_record (const Record *record, KeyringJob *job, GError **error);
void keyring_job_clear (KeyringJob *job);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KeyringJob, keyring_job_clear)

/* MATCHES (KeyringMatch *; NULL: none) as an answer; PASSED_OVER may be NULL. */
Record *keyring_answer_to_record (const GPtrArray *matches, const char *passed_over);

/* Starts avouch-keyring, and waits for its answer: what was found, empty but for a search.
 * PASSED_OVER (may be NULL) receives, for the caller to free, why an item was left out that cannot
 * be read; NULL: none was. Errors: the keyring's, and as of spawn_keyring. */
GPtrArray *keyring_ask (const KeyringJob *job, const Environment *environment, char **passed_over,
                        GError **error);
