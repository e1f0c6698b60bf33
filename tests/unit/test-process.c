/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "process.h"
#include "scratch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void
write_parent_name (int fd)
{
  g_autofree char *name = process_parent_name ();

  g_assert_cmpint (write (fd, name, strlen (name)), ==, (ssize_t) strlen (name));
}

static bool
tell_parent_name (void *data)
{
  write_parent_name (*(int *) data);
  return true;
}

/* This process's name, as a child of it sees it. */
static char *
own_name (void)
{
  char name[64] = "";
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_true (scratch_wait (scratch_fork (tell_parent_name, &ends[1])));
  g_assert_cmpint (read (ends[0], name, sizeof name - 1), >, 0);
  close (ends[0]);
  close (ends[1]);
  return g_strdup (name);
}

static void
test_name (void)
{
  g_autofree char *name = own_name ();
  g_autofree char *again = own_name ();
  g_autofree char *pid = g_strdup_printf ("%lld-", (long long) getpid ());

  g_assert_true (g_str_has_prefix (name, pid));
  g_assert_true (g_regex_match_simple ("^\\d+-\\d+-[1-9a-f][0-9a-f]*$", name, G_REGEX_DEFAULT,
                                       G_REGEX_MATCH_DEFAULT));
  g_assert_cmpstr (name, ==, again);
  g_assert_true (process_name_is_alive (name));
}

static void
test_strange_comm (void)
{
  g_autofree char *before = own_name ();
  g_autofree char *after = NULL;
  char comm[16];

  prctl (PR_GET_NAME, comm);
  prctl (PR_SET_NAME, "a) R 1 (b");
  after = own_name ();
  prctl (PR_SET_NAME, comm);
  g_assert_cmpstr (after, ==, before);
}

static void
test_dead (void)
{
  g_autofree char *name = own_name ();
  g_autofree char *reused = g_strconcat (name, "0", NULL);

  g_assert_false (process_name_is_alive (reused));
  g_assert_false (process_name_is_alive ("99999999-1"));
  g_assert_false (process_name_is_alive ("no number"));
  g_assert_false (process_name_is_alive ("-1-2"));
}

static bool
harden (void *data G_GNUC_UNUSED)
{
  struct rlimit limit;

  process_harden ();
#if !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRACED
#endif
#endif
#ifndef TRACED
  if (prctl (PR_GET_DUMPABLE) != 0)
    return false;
#endif
#endif
  return getrlimit (RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0;
}

static void
test_harden (void)
{
  g_assert_true (scratch_wait (scratch_fork (harden, NULL)));
}

/* An odd start: the pipe's signal ignored, the other at its default, core dumps of 4096 bytes. */
static bool
unharden (void *data G_GNUC_UNUSED)
{
  const struct rlimit core = { 4096, 8192 };
  struct rlimit limit;

  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_DFL);
  setrlimit (RLIMIT_CORE, &core);
  process_harden ();
  signal (SIGPIPE, SIG_DFL);
  process_unharden ();
  return getrlimit (RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 4096 && limit.rlim_max == 8192 &&
         signal (SIGPIPE, SIG_DFL) == SIG_IGN && signal (SIGXFSZ, SIG_DFL) == SIG_DFL;
}

static void
test_unharden (void)
{
  g_assert_true (scratch_wait (scratch_fork (unharden, NULL)));
}

static bool
write_past_the_limit (void *data G_GNUC_UNUSED)
{
  const struct rlimit nothing = { 0, 0 };
  FILE *file = tmpfile ();

  signal (SIGXFSZ, SIG_DFL);
  process_harden ();
  setrlimit (RLIMIT_FSIZE, &nothing);
  return write (fileno (file), "x", 1) < 0 && errno == EFBIG;
}

static void
test_limit_on_files (void)
{
  g_assert_true (scratch_wait (scratch_fork (write_past_the_limit, NULL)));
}

static void
test_clocks_agree (void)
{
  int64_t before = process_now ();
  int64_t between = process_now_milliseconds ();
  int64_t after = process_now ();

  g_assert_cmpint (before, <=, between / 1000);
  g_assert_cmpint (between / 1000, <=, after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/name-is-pid-start-time-and-program", test_name);
  g_test_add_func ("/process/name-is-not-fooled-by-comm", test_strange_comm);
  g_test_add_func ("/process/dead-or-reused-is-not-alive", test_dead);
  g_test_add_func ("/process/hardened-leaves-no-core", test_harden);
  g_test_add_func ("/process/unhardened-is-as-it-was-started", test_unharden);
  g_test_add_func ("/process/hardened-meets-a-limit-on-files-alive", test_limit_on_files);
  g_test_add_func ("/process/clocks-agree", test_clocks_agree);
  return g_test_run ();
}
