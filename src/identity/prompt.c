/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "prompt.h"

#include "error.h"
#include "i18n.h"
#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int fatal_signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

typedef struct {
  int fd;
  struct termios before;
  struct sigaction actions[G_N_ELEMENTS (fatal_signals)];
} Terminal;

static volatile sig_atomic_t caught;

static void
on_signal (int number)
{
  caught = number;
}

static bool
terminal_open (Terminal *terminal)
{
  struct sigaction action = { .sa_handler = on_signal };
  struct termios silent;

  terminal->fd = open ("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal->fd < 0)
    return false;
  if (tcgetattr (terminal->fd, &terminal->before) != 0)
    {
      close (terminal->fd);
      return false;
    }
  /* No SA_RESTART: the poll below must see the signal. */
  caught = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (fatal_signals); i++)
    sigaction (fatal_signals[i], &action, &terminal->actions[i]);
  silent = terminal->before;
  silent.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL);
  tcsetattr (terminal->fd, TCSAFLUSH, &silent);
  return true;
}

/* Puts everything back, then lets a signal have its way. */
static void
terminal_close (Terminal *terminal)
{
  tcsetattr (terminal->fd, TCSAFLUSH, &terminal->before);
  close (terminal->fd);
  for (size_t i = 0; i < G_N_ELEMENTS (fatal_signals); i++)
    sigaction (fatal_signals[i], &terminal->actions[i], NULL);
  if (caught != 0)
    raise (caught);
}

static void
say (const Terminal *terminal, const char *text)
{
  for (size_t left = strlen (text); left > 0;)
    {
      ssize_t count = write (terminal->fd, text, left);

      if (count <= 0)
        return;
      text += count;
      left -= (size_t) count;
    }
}

/* Up to and without the line feed; false at the end of the file, the time or our patience. */
static bool
read_line (const Terminal *terminal, int64_t deadline, SecretBuffer *line)
{
  while (line->length <= PASSPHRASE_MAX_LENGTH && caught == 0)
    {
      struct pollfd ready = { .fd = terminal->fd, .events = POLLIN };
      int64_t left = (deadline - g_get_monotonic_time ()) / 1000;
      char *next = secret_buffer_reserve (line, 1);

      if (left <= 0 || poll (&ready, 1, (int) left) <= 0 || read (terminal->fd, next, 1) != 1)
        return false;
      if (*next == '\n')
        return line->length > 0;
      secret_buffer_advance (line, 1);
    }
  return false;
}

/* QUESTION ends with ": ". */
static Secret *
fail (const char *question, const char *why, GError **error)
{
  g_autofree char *asked = g_strndup (question, strlen (question) - strlen (": "));

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, "%s: %s", asked, why);
  return NULL;
}

Secret *
prompt_passphrase (const char *question, int timeout, GError **error)
{
  g_auto (SecretBuffer) line = { 0 };
  int64_t deadline = g_get_monotonic_time () + timeout * G_USEC_PER_SEC;
  Terminal terminal;
  bool typed;
  bool late;

  if (!terminal_open (&terminal))
    return fail (question, _ ("there is no terminal"), error);
  say (&terminal, question);
  typed = read_line (&terminal, deadline, &line);
  late = g_get_monotonic_time () >= deadline;
  say (&terminal, "\n");
  terminal_close (&terminal);
  return typed ? secret_buffer_end (&line)
               : fail (question, late ? _ ("nothing was typed in time") : _ ("nothing was typed"),
                       error);
}
