/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What avouch-mint is told on its stdin, and what it answers on its stdout: both records. */
#pragma once

#include "credential.h"
#include "environment.h"
#include "profile.h"
#include "request.h"

/* A profile as its owner wrote it, the request's narrowing, and the passphrases that only the
 * caller's process can reach (`env:`, `fd:`). */
typedef struct {
  char *token; /* the name to store under; 64 hex digits */
  Profile *profile;
  Request *request;
  Secret *passphrase;     /* NULL: avouch-mint fetches it itself */
  Secret *key_passphrase; /* likewise */
  Secret *subject;        /* the token of `subject-token` (`env:`, `profile:`); else NULL */
  char *basis;            /* of the subject, see subject_basis; NULL: avouch-mint tells it itself */
  Secret *client_secret;  /* of `client-secret` (`env:`); NULL: avouch-mint fetches it itself */
  bool renews;            /* the cached credential is still good, and may be prolonged */
  bool fresh;             /* not the one that the keyring has, if it has one */
  bool erases;            /* no login: the keyring's is refused, and to be erased */
  Secret *refused;        /* with it: only if it is this one; NULL: whatever is there */
  int verbose;
  bool no_prompt; /* nobody may be asked */
} Job;

void job_free (Job *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

Record *job_to_record (const Job *job);
Job *job_from_record (const Record *record, GError **error);

/* Whose token the job's login is to be exchanged for, now: see subject_basis. NULL: nobody's. The
 * caller owns it. */
char *job_basis (const Job *job, const Environment *environment);

/* An error as a record: kind, message, hint, seconds to hold back. */
Record *job_error_record (const GError *error, int64_t hold);
/* The answer where there was only something to erase. */
Record *job_done_record (void);
bool job_read_done (const Record *record, GError **error);

/* The credential, or the error that the record carries. HOLD (seconds; may be NULL) is only set
 * with an error. */
Credential *job_read_answer (const Record *record, int64_t *hold, GError **error);
