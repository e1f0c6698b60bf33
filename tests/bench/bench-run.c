/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times whole programs, one after the other and round after round, so that whatever else the
 * machine does meets all of them alike; each round in another order, as who comes after a large
 * program finds the processor's caches full of it. It links nothing but libc and stays small: a
 * child's peak memory counts from what its parent had when it was started.
 *
 *     bench-run WARM-UPS ROUNDS ROW [+ ROW]…
 *     ROW: NAME [--stdin FILE] [--empty DIR] [--env NAME=VALUE]… [--at-once N] -- COMMAND [WORD]…
 *
 * A command is started by its absolute path. --empty removes the files in DIR before each run,
 * which is not timed. --at-once starts N and times until the last has ended. For each run of each
 * row it prints "NAME <tab> nanoseconds <tab> peak memory in KiB". A command that fails ends it
 * all. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROWS        16
#define MAX_SETTINGS    8 /* --env of one row */
#define MAX_ENVIRONMENT 128
#define MAX_AT_ONCE     1000

typedef struct {
  const char *name;
  const char *stdin_path;
  const char *empty;
  long at_once;
  char *environment[MAX_ENVIRONMENT + MAX_SETTINGS + 1];
  char **command;
  posix_spawn_file_actions_t files;
} Row;

typedef struct {
  int64_t nanoseconds;
  long peak; /* KiB */
} Sample;

static Row rows[MAX_ROWS];
static size_t row_count;

static _Noreturn void
fail (const char *what, int code)
{
  fprintf (stderr, "bench-run: %s: %s\n", what, strerror (code));
  exit (1);
}

static _Noreturn void
fail_usage (const char *what)
{
  fprintf (stderr, "bench-run: usage: %s\n", what);
  exit (2);
}

static long
parse_count (const char *text, long max)
{
  char *end;
  long count = strtol (text, &end, 10);
  if (*text == '\0' || *end != '\0' || count < 0 || count > max)
    fail_usage (text);
  return count;
}

/* A row's own settings stand first, and win: getenv takes the first it finds. */
static void
add_environment (Row *row, size_t used)
{
  for (char **entry = environ; *entry != NULL && used < MAX_ENVIRONMENT; entry++)
    {
      size_t length = strcspn (*entry, "=") + 1;
      bool set = false;
      for (size_t i = 0; i < used; i++)
        set |= strncmp (row->environment[i], *entry, length) == 0;
      if (!set)
        row->environment[used++] = *entry;
    }
}

static void
open_files (Row *row)
{
  const char *source = row->stdin_path != NULL ? row->stdin_path : "/dev/null";
  int code = posix_spawn_file_actions_init (&row->files);
  if (code == 0)
    code = posix_spawn_file_actions_addopen (&row->files, STDIN_FILENO, source, O_RDONLY, 0);
  if (code == 0)
    code = posix_spawn_file_actions_addopen (&row->files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (code != 0)
    fail (row->name, code);
}

/* Returns the word after the row. */
static char **
read_row (char **word)
{
  Row *row = &rows[row_count++];
  size_t settings = 0;

  *row = (Row){ .name = *word++, .at_once = 1 };
  while (*word != NULL && strcmp (*word, "--") != 0)
    {
      if (word[1] == NULL)
        fail_usage (*word);
      if (strcmp (*word, "--stdin") == 0)
        row->stdin_path = word[1];
      else if (strcmp (*word, "--empty") == 0)
        row->empty = word[1];
      else if (strcmp (*word, "--at-once") == 0)
        row->at_once = parse_count (word[1], MAX_AT_ONCE);
      else if (strcmp (*word, "--env") == 0 && settings < MAX_SETTINGS)
        row->environment[settings++] = word[1];
      else
        fail_usage (*word);
      word += 2;
    }
  if (*word == NULL || word[1] == NULL)
    fail_usage (row->name);
  row->command = ++word;
  while (*word != NULL && strcmp (*word, "+") != 0)
    word++;
  if (*word != NULL)
    *word++ = NULL;
  add_environment (row, settings);
  open_files (row);
  return word;
}

static void
empty_folder (const char *path)
{
  DIR *folder = opendir (path);
  if (folder == NULL && errno == ENOENT)
    return;
  if (folder == NULL)
    fail (path, errno);
  for (struct dirent *entry; (entry = readdir (folder)) != NULL;)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0 &&
        unlinkat (dirfd (folder), entry->d_name, 0) != 0 && errno != ENOENT)
      fail (entry->d_name, errno);
  closedir (folder);
}

static int64_t
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (int64_t) time.tv_sec * 1000000000 + time.tv_nsec;
}

static Sample
run_row (const Row *row)
{
  Sample sample = { 0 };

  if (row->empty != NULL)
    empty_folder (row->empty);
  int64_t started = now ();
  for (long i = 0; i < row->at_once; i++)
    {
      pid_t child;
      int code =
          posix_spawn (&child, row->command[0], &row->files, NULL, row->command, row->environment);
      if (code != 0)
        fail (row->command[0], code);
    }
  for (long i = 0; i < row->at_once; i++)
    {
      struct rusage usage;
      int status;
      if (wait4 (-1, &status, 0, &usage) < 0 || status != 0)
        fail (row->name, ECHILD);
      if (usage.ru_maxrss > sample.peak)
        sample.peak = usage.ru_maxrss;
    }
  sample.nanoseconds = now () - started;
  return sample;
}

/* The same orders each time. */
static void
shuffle (size_t *order)
{
  static unsigned seed = 1;

  for (size_t i = row_count; i > 1; i--)
    {
      size_t other = (size_t) rand_r (&seed) % i;
      size_t kept = order[i - 1];
      order[i - 1] = order[other];
      order[other] = kept;
    }
}

int
main (int argc, char **argv)
{
  if (argc < 6)
    fail_usage ("WARM-UPS ROUNDS ROW [+ ROW]…");
  long warm_ups = parse_count (argv[1], 1000);
  long rounds = parse_count (argv[2], 100000);
  for (char **word = argv + 3; *word != NULL;)
    {
      if (row_count == MAX_ROWS)
        fail_usage ("too many rows");
      word = read_row (word);
    }

  size_t order[MAX_ROWS];
  for (size_t i = 0; i < row_count; i++)
    order[i] = i;
  for (long round = -warm_ups; round < rounds; round++)
    {
      shuffle (order);
      for (size_t i = 0; i < row_count; i++)
        {
          const Row *row = &rows[order[i]];
          Sample sample = run_row (row);
          if (round >= 0)
            printf ("%s\t%lld\t%ld\n", row->name, (long long) sample.nanoseconds, sample.peak);
        }
    }
  return 0;
}
