/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "timer-unit.h"

#include "text.h"

/* Seconds. */
enum {
  DEFAULT_LIFE = 900,
  MAX_LIFE = 24 * 60 * 60,
  SHORTEST_INTERVAL = 30,
  TURNS = 6,   /* in a life: a token is due in its last fifth (credential.h) */
  SPREAD = 10, /* machines that start together shall not log in together */
};

int64_t
timer_configured_life (const Profile *profile)
{
  int64_t life = DEFAULT_LIFE;

  profile_get_seconds (profile, "token-lifetime", DEFAULT_LIFE, 1, MAX_LIFE, &life, NULL);
  return life;
}

/* In quotes (systemd.syntax(7)). A '$' means nothing in a variable's value, nor in the path of the
 * program, where systemd would not find what "$$" names. */
static void
add_quoted (GString *text, const char *word)
{
  g_string_append_c (text, '"');
  for (const char *at = word; *at != '\0'; at++)
    {
      if (text_has_control (at, 1))
        {
          g_string_append_printf (text, "\\x%02x", (unsigned) *at);
          continue;
        }
      if (*at == '"' || *at == '\\')
        g_string_append_c (text, '\\');
      else if (*at == '%')
        g_string_append_c (text, '%');
      g_string_append_c (text, *at);
    }
  g_string_append_c (text, '"');
}

char *
timer_service_text (const char *program, const Environment *environment)
{
  GString *text = g_string_new (TIMER_MARK);

  g_string_append (text, "[Unit]\n"
                         "Description=Renew the tokens that avouch publishes\n"
                         "Documentation=man:avouch(1)\n"
                         "\n"
                         "[Service]\n"
                         "Type=oneshot\n");
  if (environment->config_override != NULL)
    {
      g_autofree char *path = g_canonicalize_filename (environment->config_override, NULL);
      g_autofree char *setting = g_strconcat ("AVOUCH_CONFIG=", path, NULL);

      g_string_append (text, "Environment=");
      add_quoted (text, setting);
      g_string_append_c (text, '\n');
    }
  g_string_append (text, "ExecStart=");
  add_quoted (text, program);
  g_string_append (text, " refresh --quiet\n");
  return g_string_free (text, FALSE);
}

char *
timer_timer_text (int64_t life)
{
  int64_t interval = MAX (life / TURNS, SHORTEST_INTERVAL);

  return g_strdup_printf (TIMER_MARK "[Unit]\n"
                                     "Description=Renew the tokens that avouch publishes\n"
                                     "Documentation=man:avouch(1)\n"
                                     "\n"
                                     "[Timer]\n"
                                     "OnStartupSec=30\n"
                                     "OnUnitActiveSec=%lld\n"
                                     "RandomizedDelaySec=%lld\n"
                                     "AccuracySec=5\n"
                                     "\n"
                                     "[Install]\n"
                                     "WantedBy=timers.target\n",
                          (long long) interval, (long long) (interval / SPREAD));
}
