/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What any program that links GLib costs: git-credential-avouch cannot be faster. */
#include <glib.h>

int
main (void)
{
  g_free (NULL); /* so that the linker keeps the library */
  return 0;
}
