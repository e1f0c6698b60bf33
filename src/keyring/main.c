/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* avouch-keyring: the desktop keyring for programs that link no libsecret. Reads an order on stdin
 * and answers with one record on stdout. */
#include "error-record.h"
#include "error.h"
#include "i18n.h"
#include "keyring-job.h"
#include "keyring.h"
#include "process.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

static bool
is_all_locked (const GPtrArray *matches)
{
  for (size_t i = 0; i < matches->len; i++)
    if (((const KeyringMatch *) matches->pdata[i])->secret != NULL)
      return false;
  return matches->len > 0;
}

static Record *
search (const KeyringJob *job, GError **error)
{
  g_autofree char *passed_over = NULL;
  g_autoptr (GPtrArray) matches =
      keyring_search (&job->item, true, &job->options, &passed_over, error);
  g_autoptr (KeyringMatch) match = NULL;

  /* Whoever asks is told that there is something, if not what. */
  if (matches == NULL ||
      (is_all_locked (matches) && !keyring_find (&job->item, &job->options, &match, error)))
    return NULL;
  return keyring_answer_to_record (matches, passed_over);
}

static Record *
store (const KeyringJob *job, GError **error)
{
  return keyring_store (&job->item, job->secret, &job->options, error)
             ? keyring_answer_to_record (NULL, NULL)
             : NULL;
}

/* DATA: the first line that the secret must have, or NULL. */
static bool
is_meant (const KeyringMatch *match, void *data)
{
  const Secret *wanted = data;
  size_t length;
  const char *bytes = secret_bytes (match->secret, &length);
  const char *end = memchr (bytes, '\n', length);
  g_autoptr (Secret) line = secret_new (bytes, end != NULL ? (size_t) (end - bytes) : length);

  return secret_equal (line, wanted);
}

static Record *
erase (const KeyringJob *job, GError **error)
{
  return keyring_erase (&job->item, job->secret != NULL ? is_meant : NULL, job->secret,
                        &job->options, NULL, error)
             ? keyring_answer_to_record (NULL, NULL)
             : NULL;
}

static Record *(*const operations[]) (const KeyringJob *job, GError **error) = {
  [KEYRING_SEARCH] = search,
  [KEYRING_STORE] = store,
  [KEYRING_ERASE] = erase,
};

static Record *
work (GError **error)
{
  g_autoptr (Secret) bytes = secret_read_fd (STDIN_FILENO, RECORD_MAX_LENGTH, "order", error);
  g_autoptr (Record) record = bytes != NULL ? record_decode (bytes, error) : NULL;
  g_auto (KeyringJob) job = { 0 };

  if (record == NULL || !keyring_job_from_record (record, &job, error))
    return NULL;
  /* Whoever orders may know better than to ask, but not that there is a place to ask. */
  job.options.interactive &= environment_has_display ();
  return operations[job.operation](&job, error);
}

static Record *
error_record (const GError *error)
{
  Record *record = record_new ("error");

  error_record_add (record, error);
  return record;
}

static int
serve (void)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Record) record = work (&trouble);
  g_autoptr (Secret) bytes = record != NULL ? record_encode (record, &trouble) : NULL;

  if (bytes == NULL)
    {
      g_autoptr (Record) failure = error_record (trouble);
      bytes = record_encode (failure, &error);
    }
  if (bytes == NULL || !secret_write_fd (bytes, STDOUT_FILENO, "answer", &error))
    error_report (error);
  return trouble != NULL ? error_exit_code (trouble) : 0;
}

static int
explain_itself (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--version") == 0)
    {
      printf ("avouch-keyring %s\n", AVOUCH_VERSION);
      return 0;
    }
  if (argc == 2 && strcmp (argv[1], "--help") == 0)
    {
      printf ("%s", _ ("avouch-keyring keeps, finds and erases items of the desktop keyring on "
                       "behalf of\navouch's helpers.\n"
                       "They start it, and give it an order on its standard input.\n"));
      return 0;
    }
  fprintf (stderr, "%s",
           _ ("avouch-keyring: this program is started by avouch's helpers\n"
              "hint: secret-tool(1) is for a person\n"));
  return EXIT_USAGE;
}

int
main (int argc, char **argv)
{
  process_harden ();
  process_overwrite_freed ();
  umask (S_IRWXG | S_IRWXO);
  signal (SIGPIPE, SIG_IGN);
  /* As avouch-mint does: the guarantee is the clean environment that it is started with. */
  environment_distrust ();
  if (argc > 1 || isatty (STDIN_FILENO))
    return explain_itself (argc, argv);
  return serve ();
}
