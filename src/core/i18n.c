/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "i18n.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>

const char *
i18n_translate (const char *text)
{
  static bool ready;
  /* What is translated is often followed by g_strerror (errno). */
  int reason = errno;

  if (!ready)
    {
      ready = true;
      setlocale (LC_ALL, "");
      /* Numbers go into protocols as well as into messages. */
      setlocale (LC_NUMERIC, "C");
      bindtextdomain ("avouch", AVOUCH_LOCALE_DIR);
      bind_textdomain_codeset ("avouch", "UTF-8");
    }
  const char *translated = dgettext ("avouch", text);
  errno = reason;
  return translated;
}
