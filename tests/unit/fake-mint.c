/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* avouch-mint as its callers see it, without key or network. The profile's `client-id` chooses what
 * it does, and `key` names the file that grows by a line at each start: whether it leads a
 * session, which descriptors were open, and which of them were /dev/null. A file of that name and
 * ".gate" makes it wait until the file is gone. */
#include "cache.h"
#include "error.h"
#include "job.h"
#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { LIFE = 3600 /* seconds */ };

static Job *
read_job (void)
{
  g_autoptr (Secret) bytes = secret_read_fd (STDIN_FILENO, RECORD_MAX_LENGTH, "job", NULL);
  g_autoptr (Record) record = record_decode (bytes, NULL);

  return job_from_record (record, NULL);
}

static char *
list_descriptors (void)
{
  g_autoptr (GString) open_ones = g_string_new (getsid (0) == getpid () ? "leader" : "member");
  g_autoptr (GString) null_ones = g_string_new (" null");
  struct stat status;

  for (int fd = 0; fd < 256; fd++)
    if (fstat (fd, &status) == 0)
      {
        g_string_append_printf (open_ones, " %d", fd);
        if (S_ISCHR (status.st_mode) && status.st_rdev == makedev (1, 3))
          g_string_append_printf (null_ones, " %d", fd);
      }
  return g_strconcat (open_ones->str, null_ones->str, NULL);
}

/* Returns which start this is, from 1: callers hold the token's lock. */
static unsigned
count_start (const Job *job, const char *list)
{
  const char *path = profile_get (job->profile, "key");
  g_autofree char *line = g_strconcat (list, "\n", NULL);
  g_autofree char *content = NULL;
  unsigned count = 0;
  int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

  if (write (fd, line, strlen (line)) != (ssize_t) strlen (line))
    abort ();
  close (fd);
  g_file_get_contents (path, &content, NULL, NULL);
  for (const char *at = content; (at = strchr (at, '\n')) != NULL; at++)
    count++;
  return count;
}

static void
wait_at_gate (const Job *job)
{
  g_autofree char *gate = g_strconcat (profile_get (job->profile, "key"), ".gate", NULL);

  while (access (gate, F_OK) == 0)
    g_usleep (1000);
}

static void
answer (const Record *record)
{
  g_autoptr (Secret) bytes = record_encode (record, NULL);

  secret_write_fd (bytes, STDOUT_FILENO, "answer", NULL);
}

/* "token-3", and what the job brought. */
static char *
make_token (const Job *job, unsigned start)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "token-%u", start);
  if (job->passphrase != NULL)
    g_string_append_printf (text, "-%s", secret_bytes (job->passphrase, NULL));
  if (job->subject != NULL)
    g_string_append_printf (text, "-for-%s", secret_bytes (job->subject, NULL));
  if (job->renews && strcmp (profile_get (job->profile, "client-id"), "renew") == 0)
    g_string_append (text, "-renewed");
  return g_string_free (text, FALSE);
}

static void
give_token (const Job *job, Cache *cache, unsigned start)
{
  g_autofree char *text = make_token (job, start);
  g_autoptr (Secret) secret = secret_new (text, strlen (text));
  int64_t now = process_now ();
  g_autoptr (Credential) credential =
      credential_new (CREDENTIAL_BEARER, profile_name (job->profile), secret, now, now + LIFE);
  g_autoptr (Record) record = credential_to_record (credential);

  if (g_strcmp0 (profile_get (job->profile, "cache"), "none") != 0)
    cache_store (cache, job->token, credential, NULL);
  answer (record);
}

static int
give_error (const Job *job, Cache *cache, AvouchError code, int64_t hold)
{
  g_autoptr (GError) error = g_error_new (AVOUCH_ERROR, (int) code, "the issuer's words");
  int64_t now = process_now_milliseconds ();
  const Failure failure = { now, hold > 0 ? now / 1000 + hold : 0, false, error };

  error_add_hint (error, "the fake's hint");
  g_autoptr (Record) record = job_error_record (error, hold);
  cache_store_failure (cache, job->token, &failure);
  answer (record);
  return error_exit_code (error);
}

int
main (void)
{
  g_autofree char *list = list_descriptors ();
  g_autoptr (Environment) environment = environment_read ();
  g_autoptr (Cache) cache = cache_open (environment, NULL);
  g_autoptr (Job) job = read_job ();
  unsigned start = count_start (job, list);
  const char *manner = profile_get (job->profile, "client-id");

  wait_at_gate (job);
  if (strcmp (manner, "hang") == 0)
    for (;;)
      pause ();
  if (strcmp (manner, "crash") == 0)
    return raise (SIGKILL);
  if (strcmp (manner, "silent") == 0)
    return 7;
  if (strcmp (manner, "babble") == 0)
    return write (STDOUT_FILENO, "hunter2\n", 8) == 8 ? 0 : 1;
  if (strcmp (manner, "flood") == 0)
    while (write (STDOUT_FILENO, manner, strlen (manner)) > 0)
      ;
  if (strcmp (manner, "refuse") == 0)
    return give_error (job, cache, AVOUCH_ERROR_REFUSED, 100);
  if (strcmp (manner, "fail") == 0)
    return give_error (job, cache, AVOUCH_ERROR_NETWORK, 0);
  give_token (job, cache, start);
  return 0;
}
