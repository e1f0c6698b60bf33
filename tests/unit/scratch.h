/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder in memory for one test, and a process of its own for what would harm the others. */
#pragma once

#include "environment.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The cache takes nothing but tmpfs, which /tmp need not be. */
static inline char *
scratch_new (void)
{
  char *path = g_strdup ("/dev/shm/avouch-test-XXXXXX");

  g_assert_nonnull (g_mkdtemp (path));
  return path;
}

static inline int
scratch_remove_one (const char *path, const struct stat *status G_GNUC_UNUSED,
                    int type G_GNUC_UNUSED, struct FTW *place G_GNUC_UNUSED)
{
  return remove (path);
}

static inline void
scratch_free (char *path)
{
  g_assert_cmpint (nftw (path, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS), ==, 0);
  g_free (path);
}

/* Everything within FOLDER: run (the runtime folder), config, etc. */
static inline Environment *
scratch_environment (const char *folder)
{
  Environment *environment = g_new0 (Environment, 1);

  environment->uid = getuid ();
  environment->home = g_strdup (folder);
  environment->config_home = g_build_filename (folder, "config", NULL);
  environment->system_dir = g_build_filename (folder, "etc", NULL);
  environment->runtime_dir = g_build_filename (folder, "run", NULL);
  environment->mint_path = g_strdup ("/nonexistent/avouch-mint");
  environment->inherited = g_new0 (char *, 3);
  environment->inherited[0] = g_strconcat ("XDG_RUNTIME_DIR=", environment->runtime_dir, NULL);
  environment->inherited[1] = g_strconcat ("HOME=", folder, NULL);
  g_assert_cmpint (mkdir (environment->runtime_dir, 0700), ==, 0);
  return environment;
}

typedef bool (*ScratchAction) (void *data);

static inline pid_t
scratch_fork (ScratchAction action, void *data)
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    _exit (action (data) ? 0 : 1);
  return pid;
}

static inline bool
scratch_wait (pid_t pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}
