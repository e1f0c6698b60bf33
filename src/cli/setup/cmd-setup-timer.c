/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "output-file.h"
#include "output.h"
#include "process.h"
#include "profiles.h"
#include "program.h"
#include "quote.h"
#include "text.h"
#include "timer-unit.h"
#include "token-life.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  gboolean dry_run;
  gboolean remove;
} TimerOptions;

static const Option timer_options[] = {
  { "dry-run", 'n', OPTION_FLAG, offsetof (TimerOptions, dry_run), NULL,
    N_ ("show the files and commands, write and run none") },
  { "remove", 0, OPTION_FLAG, offsetof (TimerOptions, remove), NULL,
    N_ ("stop the timer, and remove its files") },
  { 0 },
};

static const char *const timer_example[] = {
  "avouch setup timer --dry-run",
  N_ ("shows the two units, and the commands that start them"),
  "avouch setup timer",
  N_ ("has systemd renew published tokens before they are over"),
  NULL,
};

enum { FILES = 2 };

typedef struct {
  const Invocation *call;
  char *folder;
  char *paths[FILES];
  char *contents[FILES];
} Setup;

static void
setup_clear (Setup *setup)
{
  for (size_t i = 0; i < FILES; i++)
    {
      g_free (setup->paths[i]);
      g_free (setup->contents[i]);
    }
  g_free (setup->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Setup, setup_clear)

static const char *const unit_names[FILES] = { TIMER_SERVICE, TIMER_TIMER };
static const char *const reload[] = { "systemctl", "--user", "daemon-reload", NULL };
static const char *const enable[] = { "systemctl", "--user", "enable", "--now", TIMER_TIMER, NULL };
static const char *const disable[] = {
  "systemctl", "--user", "disable", "--now", TIMER_TIMER, NULL
};

static bool
choose_paths (Setup *setup, GError **error)
{
  const char *home = setup->call->environment->config_home;

  if (home == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("there is no home folder to write the units to"));
      return false;
    }
  setup->folder = g_build_filename (home, "systemd", "user", NULL);
  for (size_t i = 0; i < FILES; i++)
    setup->paths[i] = g_build_filename (setup->folder, unit_names[i], NULL);
  return true;
}

/* NULL without an error: it is not there. */
static bool
read_unit (const char *path, char **content, GError **error)
{
  g_autoptr (GError) reason = NULL;
  size_t length;

  *content = NULL;
  if (g_file_get_contents (path, content, &length, &reason) ||
      g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return true;
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, reason->message);
  return false;
}

/* What somebody else wrote under that name is theirs. */
static bool
check_ours (const Setup *setup, GError **error)
{
  for (size_t i = 0; i < FILES; i++)
    {
      g_autofree char *content = NULL;

      if (!read_unit (setup->paths[i], &content, error))
        return false;
      if (content == NULL || g_str_has_prefix (content, TIMER_MARK))
        continue;
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("%s was not written by avouch, and is left as it is"), setup->paths[i]);
      if (error != NULL)
        error_add_hint (*error, _ ("move it away, or add \"avouch refresh --quiet\" to it"));
      return false;
    }
  return true;
}

/* The shortest life of what is published: of the tokens that there are, else as configured. */
static bool
find_life (const Setup *setup, int64_t *life, GError **error)
{
  g_autoptr (Config) config = profiles_load (setup->call->environment, error);
  g_autoptr (Cache) cache = cache_open (setup->call->environment, NULL);
  const GPtrArray *profiles = config != NULL ? config_profiles (config) : NULL;

  *life = 0;
  if (config == NULL)
    return false;
  for (size_t i = 0; i < profiles->len; i++)
    {
      g_auto (TokenLife) token = { 0 };
      int64_t one;

      if (!kept_is_published (profiles->pdata[i]))
        continue;
      token_life_find (&token, profiles->pdata[i], cache, process_now ());
      one = token.issued_at != 0 ? token.expires_at - token.issued_at
                                 : timer_configured_life (profiles->pdata[i]);
      *life = *life == 0 ? one : MIN (*life, one);
    }
  if (*life > 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("no profile publishes its tokens: there is nothing to renew"));
  if (error != NULL)
    error_add_hint (*error, _ ("add a line \"publish = keyring\" to the profile"));
  return false;
}

static bool
compose (Setup *setup, GError **error)
{
  g_autofree char *program = NULL;
  int64_t life;

  if (!find_life (setup, &life, error))
    return false;
  program = g_file_read_link ("/proc/self/exe", NULL);
  if (program == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
                   _ ("this program's own path is not known"));
      return false;
    }
  setup->contents[0] = timer_service_text (program, setup->call->environment);
  setup->contents[1] = timer_timer_text (life);
  return true;
}

static bool
write_unit (const char *path, const char *content, GError **error)
{
  g_auto (OutputFile) file = { .path = path, .force = true, .fd = -1 };

  return output_file_open (&file, error) &&
         output_file_write (&file, content, strlen (content), error) &&
         output_file_commit (&file, error);
}

static bool
write_units (const Setup *setup, GError **error)
{
  if (g_mkdir_with_parents (setup->folder, 0755) != 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot be made: %s"),
                   setup->folder, g_strerror (errno));
      return false;
    }
  for (size_t i = 0; i < FILES; i++)
    if (!write_unit (setup->paths[i], setup->contents[i], error))
      return false;
  return true;
}

/* What `systemctl enable` made, where nobody can be asked to disable it. */
static void
remove_link (const Setup *setup)
{
  g_autofree char *path =
      g_build_filename (setup->folder, "timers.target.wants", TIMER_TIMER, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    g_unlink (path);
}

static bool
remove_units (const Setup *setup, GError **error)
{
  remove_link (setup);
  for (size_t i = 0; i < FILES; i++)
    if (g_unlink (setup->paths[i]) != 0 && errno != ENOENT)
      {
        g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot be removed: %s"),
                     setup->paths[i], g_strerror (errno));
        return false;
      }
  return true;
}

static void
add_command (GString *text, const char *const *argv)
{
  g_autofree char *line = quote_shell_command (argv);

  g_string_append_printf (text, "%s\n", line);
}

/* As it is done: what is above a command happens before it. */
static bool
show (const Setup *setup, bool by_hand, GError **error)
{
  const TimerOptions *options = setup->call->values;
  g_autoptr (GString) text = g_string_new (NULL);

  if (setup->call->quiet && !options->dry_run && !by_hand)
    return true;
  if (options->remove)
    add_command (text, disable);
  for (size_t i = 0; i < FILES; i++)
    {
      g_autofree char *path = quote_shell_word (setup->paths[i]);

      if (options->remove)
        g_string_append_printf (text, "rm -f %s\n", path);
      else
        {
          g_autofree char *shown = text_clean (setup->paths[i], -1);
          g_string_append_printf (text, "# %s\n%s\n", shown, setup->contents[i]);
        }
    }
  add_command (text, reload);
  if (!options->remove)
    add_command (text, enable);
  if (by_hand && !options->dry_run)
    g_string_append (text, _ ("# no systemd manager of this user answers here: type these commands "
                              "where one runs\n"));
  return output_text (text->str, error);
}

/* A container, an SSH session without lingering, another init. */
static bool
has_manager (void)
{
  static const char *const probe[] = { "systemctl", "--user", "show-environment", NULL };

  return program_succeeds (probe);
}

static bool
install (const Setup *setup, bool manager, GError **error)
{
  return write_units (setup, error) &&
         (!manager || (program_run (reload, error) && program_run (enable, error)));
}

/* Units that were never enabled cannot be disabled: their files go all the same. */
static bool
take_away (const Setup *setup, bool manager, GError **error)
{
  if (manager && g_file_test (setup->paths[1], G_FILE_TEST_EXISTS) && !program_run (disable, error))
    return false;
  return remove_units (setup, error) && (!manager || program_run (reload, error));
}

static bool
run (const Invocation *call, GError **error)
{
  const TimerOptions *options = call->values;
  g_auto (Setup) setup = { .call = call };
  bool manager;

  if (!choose_paths (&setup, error) || !check_ours (&setup, error) ||
      (!options->remove && !compose (&setup, error)))
    return false;
  manager = has_manager ();
  if (!show (&setup, !manager, error))
    return false;
  if (options->dry_run)
    return true;
  return options->remove ? take_away (&setup, manager, error) : install (&setup, manager, error);
}

const Command command_setup_timer = {
  .path = "avouch setup timer",
  .arguments = "",
  .summary = N_ ("have systemd renew published tokens before they are over"),
  .description =
      N_ ("Writes a timer and a service for the systemd of this user, which run \"avouch refresh "
          "--quiet\" often enough for the shortest life of a published token, and starts the "
          "timer. Shows first what it does. A file of that name that avouch did not write is "
          "left as it is."),
  .example = timer_example,
  .options = timer_options,
  .values_size = sizeof (TimerOptions),
  .run = run,
};
