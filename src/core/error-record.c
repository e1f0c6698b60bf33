/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error-record.h"

#include "error.h"
#include "i18n.h"

/* As they stand in records: never change them. */
static const char *const names[] = {
  [AVOUCH_ERROR_INTERNAL] = "internal", [AVOUCH_ERROR_PROTOCOL] = "protocol",
  [AVOUCH_ERROR_UNSERVED] = "unserved", [AVOUCH_ERROR_USAGE] = "usage",
  [AVOUCH_ERROR_CONFIG] = "config",     [AVOUCH_ERROR_KEY] = "key",
  [AVOUCH_ERROR_NETWORK] = "network",   [AVOUCH_ERROR_PASSPHRASE] = "passphrase",
  [AVOUCH_ERROR_REFUSED] = "refused",   [AVOUCH_ERROR_UNRUNNABLE] = "unrunnable",
  [AVOUCH_ERROR_MISSING] = "missing",
};

static void
add_line (Record *record, const char *key, const char *text)
{
  g_autofree char *line = g_strdup (text);

  for (char *at = line; at != NULL && *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  record_add (record, key, line);
}

void
error_record_add (Record *record, const GError *error)
{
  bool known = error->domain == AVOUCH_ERROR && (size_t) error->code < G_N_ELEMENTS (names);
  g_autofree char *message = error_message (error);

  record_add (record, "kind", names[known ? error->code : AVOUCH_ERROR_INTERNAL]);
  add_line (record, "message", message);
  add_line (record, "hint", error_hint (error));
}

GError *
error_record_get (const Record *record)
{
  const char *name = record_get (record, "kind");
  const char *message = record_get (record, "message");
  const char *hint = record_get (record, "hint");
  AvouchError code = AVOUCH_ERROR_INTERNAL;

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i], name) == 0)
      code = (AvouchError) i;
  GError *error = g_error_new_literal (AVOUCH_ERROR, (int) code,
                                       message != NULL ? message : _ ("failed without a reason"));
  if (hint != NULL)
    error_add_hint (error, "%s", hint);
  return error;
}
