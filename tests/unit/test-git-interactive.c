/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "git-interactive.h"

#include <glib.h>

static const struct {
  const char *variables[5];
  bool may;
} cases[] = {
  { { "A=b" }, true },
  { { "GIT_TERMINAL_PROMPT=0" }, false },
  { { "GIT_TERMINAL_PROMPT=false" }, false },
  { { "GIT_TERMINAL_PROMPT=1" }, true },
  { { "GIT_CONFIG_PARAMETERS='credential.interactive'='false'" }, false },
  { { "GIT_CONFIG_PARAMETERS='credential.interactive=false'" }, false },
  { { "GIT_CONFIG_PARAMETERS='CREDENTIAL.Interactive'='Never' 'a.b'='c'" }, false },
  { { "GIT_CONFIG_PARAMETERS='credential.interactive'='0' 'credential.interactive'='1'" }, true },
  { { "GIT_CONFIG_PARAMETERS='credential.interactive'" }, true },
  { { "GIT_CONFIG_PARAMETERS='credential.interactive'=" }, false },
  { { "GIT_CONFIG_PARAMETERS='credential.interactively'='false'" }, true },
  { { "GIT_CONFIG_PARAMETERS='credential.interactive'='false" }, true },
  { { "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=credential.interactive", "GIT_CONFIG_VALUE_0=no" },
    false },
  { { "GIT_CONFIG_COUNT=0", "GIT_CONFIG_KEY_0=credential.interactive", "GIT_CONFIG_VALUE_0=no" },
    true },
  { { "GIT_CONFIG_COUNT=99999999", "GIT_CONFIG_KEY_0=credential.interactive",
      "GIT_CONFIG_VALUE_0=no" },
    true },
  { { "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=credential.interactive" }, true },
};

static void
test_cases (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    if (git_may_ask ((char **) cases[i].variables) != cases[i].may)
      g_error ("%s", cases[i].variables[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/git-interactive/what-forbids-to-ask", test_cases);
  return g_test_run ();
}
