/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "i18n.h"

#include <errno.h>
#include <glib.h>
#include <locale.h>
#include <stdbool.h>

static void
read_locale (void)
{
  static bool ready;

  if (ready)
    return;
  ready = true;
  setlocale (LC_ALL, "");
  /* Numbers go into protocols as well as into messages. */
  setlocale (LC_NUMERIC, "C");
  bindtextdomain ("avouch", AVOUCH_LOCALE_DIR);
  bind_textdomain_codeset ("avouch", "UTF-8");
}

const char *
i18n_translate (const char *text)
{
  /* What is translated is often followed by g_strerror (errno). */
  int reason = errno;

  read_locale ();
  const char *translated = dgettext ("avouch", text);
  errno = reason;
  return translated;
}

bool
i18n_is_utf8 (void)
{
  read_locale ();
  return g_get_charset (NULL);
}
