/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spawn.h"

#include "error.h"
#include "i18n.h"
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  GRACE = 5,         /* seconds in which whoever waits kills it first, and says so */
  FIRST_PAUSE = 100, /* microseconds, while a mint that has answered is ending */
  LONGEST_PAUSE = 10000,
  READ_SIZE = 16 * 1024, /* bytes */
};

/* HINT: NULL where the fault is the machine's, not the installation's. */
static bool
fail_to_start (const char *program, const char *why, const char *hint, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("cannot start %s: %s"), program, why);
  if (error != NULL && hint != NULL)
    error_add_hint (*error, "%s", hint);
  return false;
}

/* The program does not run, rather than: no descriptor or process is left to run it. */
static bool
is_program_at_fault (const GError *trouble)
{
  return trouble->domain == G_SPAWN_ERROR && trouble->code != G_SPAWN_ERROR_FORK &&
         trouble->code != G_SPAWN_ERROR_FAILED;
}

/* A pipe that already holds the whole job when the mint starts: nothing can block then, and no
 * mint that dies early can raise SIGPIPE here. Its memory is never swapped, as a file's may be.
 * Returns the end to read from, or -1 with errno. */
static int
fill_pipe (const Secret *job)
{
  size_t length;
  const char *bytes = secret_bytes (job, &length);
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC | O_NONBLOCK) != 0)
    return -1;
  if (fcntl (ends[1], F_GETPIPE_SZ) < (int) length)
    fcntl (ends[1], F_SETPIPE_SZ, (int) length);
  ssize_t count = write (ends[1], bytes, length);
  int reason = count < 0 ? errno : EFBIG;
  close (ends[1]);
  if (count == (ssize_t) length && fcntl (ends[0], F_SETFL, 0) == 0)
    return ends[0];
  close (ends[0]);
  errno = reason;
  return -1;
}

typedef struct {
  const char *program;
  const Environment *environment;
  const Secret *job;
  int lock;
  int timeout; /* seconds */
  bool with_proxy;
  bool waits;
} Start;

/* Runs in the child. An alarm outlives exec: a program that hangs when nobody is left to kill it
 * must not hold the lock for ever. Nor may what the tool ignores or blocks keep the alarm away. */
static void
set_up_child (void *data)
{
  const Start *start = data;
  sigset_t alarms;

  signal (SIGALRM, SIG_DFL);
  sigemptyset (&alarms);
  sigaddset (&alarms, SIGALRM);
  sigprocmask (SIG_UNBLOCK, &alarms, NULL);
  alarm ((unsigned) start->timeout + (start->waits ? GRACE : 0));
  if (!start->waits)
    setsid ();
}

/* INPUT: the job. PID and OUTPUT: only written to if the caller waits. */
static bool
run_program (Start *start, int input, pid_t *pid, int *output, GError **error)
{
  const char *argv[] = { start->program, NULL };
  g_auto (GStrv) variables = environment_for_mint (start->environment, start->with_proxy);
  const int target = SPAWN_LOCK;
  GSpawnFlags flags = G_SPAWN_CLOEXEC_PIPES;
  g_autoptr (GError) trouble = NULL;

  flags |= start->waits ? G_SPAWN_DO_NOT_REAP_CHILD
                        : G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;
  /* GLib's own words name no reason that a person could act on. */
  if (access (argv[0], X_OK) != 0)
    return fail_to_start (start->program, g_strerror (errno), _ ("reinstall avouch"), error);
  /* A tool may have started us with SIGCHLD ignored; nobody could then be waited for. */
  signal (SIGCHLD, SIG_DFL);
  if (g_spawn_async_with_pipes_and_fds ("/", argv, (const char *const *) variables, flags,
                                        set_up_child, start, input, -1, -1, &start->lock, &target,
                                        start->lock >= 0 ? 1 : 0, start->waits ? pid : NULL, NULL,
                                        start->waits ? output : NULL, NULL, &trouble))
    return true;
  return fail_to_start (start->program, trouble->message,
                        is_program_at_fault (trouble) ? _ ("reinstall avouch") : NULL, error);
}

static bool
start_program (Start *start, pid_t *pid, int *output, GError **error)
{
  int input = fill_pipe (start->job);

  if (input < 0)
    return fail_to_start (start->program, g_strerror (errno), NULL, error);
  bool started = run_program (start, input, pid, output, error);
  close (input);
  return started;
}

typedef enum { READ_ALL, READ_TOO_LONG, READ_FAILED, READ_TIME_OVER } ReadEnd;

static ReadEnd
read_answer (int fd, int64_t deadline, SecretBuffer *answer)
{
  for (;;)
    {
      int64_t left = (deadline - g_get_monotonic_time () + 999) / 1000;
      struct pollfd ready = { .fd = fd, .events = POLLIN };

      if (left <= 0)
        return READ_TIME_OVER;
      if (poll (&ready, 1, (int) MIN (left, G_MAXINT)) <= 0)
        continue;
      ssize_t count = read (fd, secret_buffer_reserve (answer, READ_SIZE), READ_SIZE);
      if (count == 0)
        return READ_ALL;
      if (count < 0 && errno != EINTR)
        return READ_FAILED;
      secret_buffer_advance (answer, (size_t) MAX (count, 0));
      if (answer->length > RECORD_MAX_LENGTH)
        return READ_TOO_LONG;
    }
}

/* Waits for the end of a mint that has closed its stdout; at the deadline the end is made. */
static int
reap (pid_t pid, int64_t deadline)
{
  int64_t pause = FIRST_PAUSE;
  int status = 0;

  for (;;)
    {
      bool over = g_get_monotonic_time () >= deadline;
      if (over)
        kill (pid, SIGKILL);
      pid_t ended = waitpid (pid, &status, over ? 0 : WNOHANG);
      if (ended == pid || (ended < 0 && errno != EINTR))
        return status;
      g_usleep ((gulong) pause);
      pause = MIN (pause * 2, LONGEST_PAUSE);
    }
}

static void
set_read_error (ReadEnd end, const char *program, int timeout, GError **error)
{
  if (end == READ_TIME_OVER)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                 _ ("%s gave no answer within %d seconds, and was stopped"), program, timeout);
  else if (end == READ_TOO_LONG)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: its answer is too long"),
                 program);
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot read its answer"),
                 program);
}

static bool
check_end (int status, size_t length, const char *program, GError **error)
{
  if (WIFSIGNALED (status))
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s was killed by signal %d (%s)"),
                 program, WTERMSIG (status), g_strsignal (WTERMSIG (status)));
  else if (length == 0)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
                 _ ("%s ended without an answer (exit code %d)"), program, WEXITSTATUS (status));
  else
    return true;
  return false;
}

/* A record ends with a line feed. */
static bool
is_whole (const SecretBuffer *answer)
{
  return answer->length > 0 && answer->data[answer->length - 1] == '\n';
}

/* STAYS: as of spawn_mint. */
static Secret *
ask_program (Start *start, bool stays, GError **error)
{
  int64_t deadline = g_get_monotonic_time () + (int64_t) start->timeout * G_USEC_PER_SEC;
  g_auto (SecretBuffer) answer = { 0 };
  pid_t pid;
  int output;

  if (!start_program (start, &pid, &output, error))
    return NULL;
  ReadEnd end = read_answer (output, deadline, &answer);
  close (output);
  /* What it does after a whole answer (spawn.h) is not waited for where we end soon: init reaps it.
   */
  if (end == READ_ALL && is_whole (&answer) && !stays)
    return secret_buffer_end (&answer);
  int status = reap (pid, end == READ_ALL ? deadline : 0);
  if (end != READ_ALL)
    {
      set_read_error (end, start->program, start->timeout, error);
      return NULL;
    }
  return is_whole (&answer) || check_end (status, answer.length, start->program, error)
             ? secret_buffer_end (&answer)
             : NULL;
}

Secret *
spawn_mint (const Environment *environment, const Secret *job, int lock, int timeout,
            bool with_proxy, bool stays, GError **error)
{
  Start start = { environment->mint_path, environment, job, lock, timeout, with_proxy, true };

  return ask_program (&start, stays, error);
}

bool
spawn_mint_detached (const Environment *environment, const Secret *job, int lock, int timeout,
                     bool with_proxy, GError **error)
{
  Start start = { environment->mint_path, environment, job, lock, timeout, with_proxy, false };

  return start_program (&start, NULL, NULL, error);
}

Secret *
spawn_keyring (const Environment *environment, const Secret *job, int timeout, GError **error)
{
  Start start = { environment->keyring_path, environment, job, -1, timeout, false, true };

  return ask_program (&start, false, error);
}
