/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "process.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

/* LeakSanitizer attaches to the process that it checks. */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define MAY_BE_TRACED true
#else
#define MAY_BE_TRACED false
#endif

enum {
  MAX_STAT = 1024,      /* bytes of /proc/PID/stat; its fields are numbers but for a short name */
  STARTTIME_FIELD = 22, /* proc(5) */
  STATE_FIELD = 3,      /* the first after the name */
  PERTURB = 0xa5,       /* any byte but 0 */
};

/* What programs of ours may set to their own liking; the others stay as they are. */
static const int signals[] = { SIGPIPE, SIGXFSZ, SIGCHLD };

/* How this program was started. */
static struct {
  bool known;
  struct rlimit core;
  struct sigaction actions[G_N_ELEMENTS (signals)];
} started;

static void
remember_start (void)
{
  started.known = getrlimit (RLIMIT_CORE, &started.core) == 0;
  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++)
    if (sigaction (signals[i], NULL, &started.actions[i]) != 0)
      started.known = false;
}

void
process_harden (void)
{
  struct rlimit none = { 0, 0 };

  remember_start ();
  /* The hard limit is left: process_unharden could not raise it again. */
  if (started.known)
    none.rlim_max = started.core.rlim_max;
  setrlimit (RLIMIT_CORE, &none);
  /* A limit on files is then met as a full disk is, and what was begun is cleaned away. */
  signal (SIGXFSZ, SIG_IGN);
  if (!MAY_BE_TRACED)
    prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void
process_overwrite_freed (void)
{
  mallopt (M_PERTURB, PERTURB);
}

void
process_unharden (void)
{
  if (!started.known)
    return;
  setrlimit (RLIMIT_CORE, &started.core);
  for (size_t i = 0; i < G_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &started.actions[i], NULL);
}

static bool
read_stat (pid_t pid, char text[MAX_STAT])
{
  char path[64];

  snprintf (path, sizeof path, "/proc/%lld/stat", (long long) pid);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  ssize_t length = read (fd, text, MAX_STAT - 1);
  close (fd);
  if (length <= 0)
    return false;
  text[length] = '\0';
  return true;
}

/* One process may be two tools: a wrapper asks for a token, and then becomes the real kubectl by
 * exec, which asks anew with nothing refused. 0 where /proc does not tell. */
static uint64_t
find_program (pid_t pid)
{
  char path[64];
  struct stat status;

  snprintf (path, sizeof path, "/proc/%lld/exe", (long long) pid);
  return stat (path, &status) == 0 ? status.st_ino : 0;
}

/* A process may call itself anything, ") 1 (" included: count from the last parenthesis. */
static char *
name_process (pid_t pid)
{
  char text[MAX_STAT];

  if (!read_stat (pid, text))
    return NULL;
  const char *at = strrchr (text, ')');
  for (int field = STATE_FIELD - 1; at != NULL && field < STARTTIME_FIELD; field++)
    {
      at = strchr (at, ' ');
      if (at != NULL)
        at++;
    }
  if (at == NULL || !g_ascii_isdigit (*at))
    return NULL;
  return g_strdup_printf ("%lld-%.*s-%llx", (long long) pid, (int) strspn (at, "0123456789"), at,
                          (unsigned long long) find_program (pid));
}

char *
process_parent_name (void)
{
  pid_t parent = getppid ();

  return parent > 1 ? name_process (parent) : NULL;
}

bool
process_name_is_alive (const char *name)
{
  g_autofree char *number = g_strndup (name, strcspn (name, "-"));
  int64_t pid;

  if (!text_parse_int (number, 1, G_MAXINT32, &pid))
    return false;
  g_autofree char *living = name_process ((pid_t) pid);
  return g_strcmp0 (living, name) == 0;
}

int64_t
process_now (void)
{
  return process_now_milliseconds () / 1000;
}

int64_t
process_now_milliseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
