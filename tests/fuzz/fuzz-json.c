/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever the strict scan lets through, json-glib must parse. */
#include "fuzz.h"
#include "strict.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t length)
{
  const char *text = (const char *) bytes;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;

  object = json_strict_object (text, length, &error);
  g_assert_true ((object == NULL) == (error != NULL));
  if (json_strict_check (text, length, NULL))
    g_assert_true (json_parser_load_from_data (parser, text, (gssize) length, NULL));
  return 0;
}
