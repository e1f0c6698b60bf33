/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"

#include "error.h"
#include "i18n.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

bool
ask_is_possible (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

static void
on_interrupt (int number)
{
  (void) number;
  interrupted = 1;
}

/* A terminal hands over whole lines, so what poll sees is one; SIGINT is let in only while it
 * waits, for in a read that had not begun it would be lost. */
static bool
read_line (char *line, int size, const sigset_t *waiting)
{
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

  return ppoll (&input, 1, NULL, waiting) == 1 && fgets (line, size, stdin) != NULL &&
         strchr (line, '\n') != NULL;
}

/* Ctrl-C at a question is an answer: the caller has something to say before it ends. */
char *
ask_line (const char *question, GError **error)
{
  struct sigaction ours = { .sa_handler = on_interrupt };
  struct sigaction before;
  sigset_t held, waiting;
  char line[ASK_MAX_LINE + 2];
  bool read;

  interrupted = 0;
  sigemptyset (&held);
  sigaddset (&held, SIGINT);
  sigprocmask (SIG_BLOCK, &held, &waiting);
  sigaction (SIGINT, &ours, &before);
  fprintf (stderr, "%s: ", question);
  fflush (stderr);
  read = read_line (line, sizeof line, &waiting);
  sigprocmask (SIG_SETMASK, &waiting, NULL);
  sigaction (SIGINT, &before, NULL);
  if (read && !interrupted)
    return g_strdup (g_strstrip (line));
  fputc ('\n', stderr);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               interrupted ? _ ("interrupted") : _ ("no answer"));
  return NULL;
}
