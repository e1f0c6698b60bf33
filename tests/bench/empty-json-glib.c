/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What any program that links json-glib costs: kubectl-avouch cannot be faster. */
#include <json-glib/json-glib.h>

int
main (void)
{
  return json_parser_error_quark () == 0; /* so that the linker keeps the library */
}
