/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* avouch-mint: what opens the private key and the network for the helpers. Reads a job on stdin and
 * answers with one record on stdout. */
#include "cache.h"
#include "error.h"
#include "i18n.h"
#include "job.h"
#include "keep.h"
#include "kept.h"
#include "login-hold.h"
#include "mint.h"
#include "obtain.h"
#include "process.h"
#include "spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

/* What is done with a job's result, however it turned out. */
typedef struct {
  const Job *job;
  Cache *cache; /* NULL: there is no folder for it */
  bool keeps;   /* the profile wants its credentials kept */
  Keep *keep;   /* what of it is in the keyring */
  int lock;     /* -1: none was handed down */
} Outcome;

static void
warn (const Job *job, const GError *error)
{
  g_autofree char *message = error_message (error);

  if (job->verbose > 0)
    fprintf (stderr, "avouch-mint: %s\n", message);
}

/* A credential that cannot be stored is no less a credential. */
static void
store_credential (const Outcome *outcome, const Credential *credential)
{
  g_autoptr (GError) error = NULL;

  keep_store (outcome->keep, credential);
  if (outcome->cache == NULL || !outcome->keeps)
    return;
  if (kept_is_cached (outcome->job->profile))
    cache_drop_failure (outcome->cache, outcome->job->token);
  else if (!cache_store (outcome->cache, outcome->job->token, credential, &error))
    warn (outcome->job, error);
}

/* That the profile must wait is remembered without a cache of credentials too. */
static void
file_failure (const Outcome *outcome, const Failure *failure)
{
  g_autofree char *plain = obtain_plain_name (outcome->job->profile);

  if (outcome->keeps)
    cache_store_failure (outcome->cache, outcome->job->token, failure);
  if (failure->profile_wide)
    cache_store_failure (outcome->cache, plain, failure);
}

static void
store_failure (const Outcome *outcome, GError *error, const MintHold *hold)
{
  const Failure failure = { process_now_milliseconds (), process_now () + hold->seconds,
                            hold->profile_wide, error };

  if (outcome->cache == NULL)
    return;
  file_failure (outcome, &failure);
  if (hold->profile_wide)
    login_hold_store (outcome->cache, outcome->job->profile, &failure);
}

/* Another profile's login may have told how long this one's account must wait: then that is filed
 * for this profile too, whose next callers need no mint to hear it. */
static bool
is_held (const Outcome *outcome, int64_t *seconds, GError **error)
{
  g_autoptr (Failure) held =
      outcome->cache != NULL ? login_hold_load (outcome->cache, outcome->job->profile) : NULL;

  if (held == NULL)
    return false;
  *seconds = held->held_until - process_now ();
  g_propagate_error (error, obtain_held_error (held, process_now ()));
  held->failed_at = process_now_milliseconds ();
  file_failure (outcome, held);
  return true;
}

/* Closes stdout: whoever asked need not wait for what comes after. */
static void
answer (const Record *record)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) bytes = record_encode (record, &error);

  if (bytes == NULL || !secret_write_fd (bytes, STDOUT_FILENO, "answer", &error))
    error_report (error);
  close (STDOUT_FILENO);
}

static void
let_go (const Outcome *outcome)
{
  if (outcome->lock >= 0)
    close (outcome->lock);
}

static int
answer_error (const Outcome *outcome, const GError *error, int64_t hold)
{
  g_autoptr (Record) record = job_error_record (error, hold);

  answer (record);
  let_go (outcome);
  return error_exit_code (error);
}

static Job *
read_job (GError **error)
{
  g_autoptr (Secret) bytes = secret_read_fd (STDIN_FILENO, RECORD_MAX_LENGTH, "job", error);
  g_autoptr (Record) record = NULL;

  if (bytes == NULL || (record = record_decode (bytes, error)) == NULL)
    return NULL;
  return job_from_record (record, error);
}

/* Under the lock still, so that an older token is not published over a newer one. */
static void
publish (const Outcome *outcome, const Credential *credential)
{
  keep_publish (outcome->keep, credential);
  if (outcome->keep->trouble != NULL)
    warn (outcome->job, outcome->keep->trouble);
}

/* Stores before it answers: those who wait for the lock look into the cache next. */
static int
hand_out (const Outcome *outcome, const Credential *credential, bool is_new)
{
  g_autoptr (Record) record = credential_to_record (credential);

  if (is_new)
    store_credential (outcome, credential);
  answer (record);
  if (is_new)
    publish (outcome, credential);
  let_go (outcome);
  return 0;
}

static int
erase (const Outcome *outcome)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Record) record = NULL;

  if (!keep_erase (outcome->keep, &error))
    return answer_error (outcome, error, 0);
  record = job_done_record ();
  answer (record);
  let_go (outcome);
  return 0;
}

/* A renewal that failed: the one that the keyring has is still good. */
static int
hand_out_found (const Outcome *outcome, const Credential *found)
{
  keep_rest (outcome->keep);
  return hand_out (outcome, found, false);
}

static int
run (const Outcome *outcome, const Environment *environment)
{
  g_autoptr (GError) error = NULL;
  MintHold hold = { 0 };
  Cache *memory = outcome->keeps ? outcome->cache : NULL;
  bool renew;
  g_autoptr (Credential) found = keep_find (outcome->keep, &renew);
  g_autoptr (Credential) credential = NULL;

  if (!renew)
    return hand_out (outcome, found, false);
  if (is_held (outcome, &hold.seconds, &error))
    return found != NULL ? hand_out_found (outcome, found)
                         : answer_error (outcome, error, hold.seconds);
  credential = mint_credential (outcome->job, environment, memory, &hold, &error);
  if (credential != NULL)
    return hand_out (outcome, credential, true);
  if (found != NULL)
    return hand_out_found (outcome, found);
  store_failure (outcome, error, &hold);
  return answer_error (outcome, error, hold.seconds);
}

static int
serve (const Environment *environment, int lock)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Job) job = read_job (&error);
  g_autoptr (Cache) cache = NULL;
  bool wanted = false;

  if (job == NULL || !obtain_wants_cache (job->profile, &wanted, &error))
    return answer_error (&(Outcome){ .lock = lock }, error, 0);
  cache = cache_open (environment, &error);
  if (cache == NULL && wanted)
    warn (job, error);
  g_auto (Keep) keep = { .job = job, .environment = environment, .cache = cache };
  const Outcome outcome = { job, cache, wanted, &keep, lock };
  int code = job->erases ? erase (&outcome) : run (&outcome, environment);
  if (cache != NULL)
    cache_sweep_if_due (cache, process_now ());
  return code;
}

static int
explain_itself (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--version") == 0)
    {
      printf ("avouch-mint %s\n", AVOUCH_VERSION);
      return 0;
    }
  if (argc == 2 && strcmp (argv[1], "--help") == 0)
    {
      printf ("%s", _ ("avouch-mint signs and exchanges on behalf of avouch's other programs.\n"
                       "They start it, and give it a job on its standard input.\n"
                       "Type 'avouch token' instead.\n"));
      return 0;
    }
  fprintf (stderr, "%s",
           _ ("avouch-mint: this program is started by avouch's other programs\n"
              "hint: type 'avouch token' instead\n"));
  return EXIT_USAGE;
}

int
main (int argc, char **argv)
{
  g_autoptr (Environment) environment = NULL;

  /* Before anything else is opened. */
  int lock = fcntl (SPAWN_LOCK, F_GETFD) >= 0 ? SPAWN_LOCK : -1;

  if (lock >= 0)
    fcntl (lock, F_SETFD, FD_CLOEXEC);
  process_harden ();
  process_overwrite_freed ();
  umask (S_IRWXG | S_IRWXO);
  signal (SIGPIPE, SIG_IGN);
  /* Whoever starts this program does so with a clean environment (environment_for_mint), and that
   * is the guarantee: GnuTLS reads GNUTLS_SYSTEM_PRIORITY_FILE in a constructor, before main. This
   * is for one who starts it by hand. */
  environment_distrust ();
  if (argc > 1 || isatty (STDIN_FILENO))
    return explain_itself (argc, argv);
  environment = environment_read ();
  return serve (environment, lock);
}
