/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cache.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "layout.h"
#include "login-hold.h"
#include "output.h"
#include "process.h"
#include "profiles.h"
#include "secret-places.h"
#include "status.h"
#include "table.h"
#include "writer.h"

#include <unistd.h>

typedef struct {
  gboolean json;
} StatusOptions;

static const Option status_options[] = {
  { "json", 0, OPTION_FLAG, offsetof (StatusOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const status_example[] = {
  "avouch status",
  N_ ("each profile, and how long its cached token is still good"),
  "avouch status --json | jq '.profiles[] | select(.state == \"refused\")'",
  N_ ("the profiles whose last login the issuer refused"),
  NULL,
};

/* All that status tells. */
typedef struct {
  const Environment *environment;
  ConfigSources *sources;
  Config *config;
  Cache *cache;        /* NULL: none can be had, for TROUBLE */
  GError *trouble;     /* why there is no cache */
  GPtrArray *held;     /* StatusEntry */
  GPtrArray *keyrings; /* KeyringView */
  int64_t now;         /* unix milliseconds */
} Overview;

static void
overview_clear (Overview *overview)
{
  g_clear_pointer (&overview->sources, config_sources_free);
  g_clear_pointer (&overview->config, config_free);
  g_clear_pointer (&overview->cache, cache_close);
  g_clear_error (&overview->trouble);
  g_clear_pointer (&overview->held, g_ptr_array_unref);
  g_clear_pointer (&overview->keyrings, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Overview, overview_clear)

/* What another profile's login told of the account counts for each that logs the same one in. */
static void
add_login_holds (GPtrArray *entries, Cache *cache)
{
  for (size_t i = 0; i < entries->len; i++)
    {
      StatusEntry *entry = entries->pdata[i];
      Failure *held = login_hold_load (cache, entry->profile);

      if (held != NULL && (entry->failure == NULL || !entry->failure->profile_wide))
        {
          g_clear_pointer (&entry->failure, failure_free);
          entry->failure = g_steal_pointer (&held);
        }
      g_clear_pointer (&held, failure_free);
    }
}

/* A token that only the keyring has is as good as none while that is locked. */
static void
add_reach (Overview *overview)
{
  for (size_t i = 0; i < overview->held->len; i++)
    {
      StatusEntry *entry = overview->held->pdata[i];
      const KeyringView *view = keyring_views_find (overview->keyrings, entry->profile);

      entry->out_of_reach = kept_is_cached (entry->profile) && view != NULL &&
                            (view->trouble != NULL || view->state.locked);
    }
}

static bool
gather (Overview *overview, GError **error)
{
  overview->sources = config_sources_find (overview->environment, error);
  if (overview->sources == NULL)
    return false;
  overview->config = config_load (overview->sources, error);
  if (overview->config == NULL)
    return false;
  overview->cache = cache_open (overview->environment, &overview->trouble);
  overview->now = process_now_milliseconds ();
  overview->held = status_gather (config_profiles (overview->config), overview->cache);
  overview->keyrings = keyring_views_take (config_profiles (overview->config));
  add_reach (overview);
  if (overview->cache != NULL)
    add_login_holds (overview->held, overview->cache);
  return true;
}

static void
write_entry (Writer *writer, const StatusEntry *entry, const Overview *overview)
{
  const GPtrArray *serve = profile_serve (entry->profile);

  writer_open (writer, NULL, '{');
  writer_string (writer, "name", profile_name (entry->profile));
  writer_string (writer, "issuer", profile_get (entry->profile, "issuer"));
  writer_open (writer, "serve", '[');
  for (size_t i = 0; serve != NULL && i < serve->len; i++)
    writer_string (writer, NULL, pattern_text (serve->pdata[i]));
  writer_close (writer, ']');
  status_write (writer, entry, overview->now);
  secret_places_write (writer, entry, keyring_views_find (overview->keyrings, entry->profile));
  writer_close (writer, '}');
}

static bool
print_json (const Overview *overview, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };
  const char *const *files = config_sources_files (overview->sources);

  writer_open (&writer, NULL, '{');
  writer_open (&writer, "configuration", '[');
  for (; *files != NULL; files++)
    writer_string (&writer, NULL, *files);
  writer_close (&writer, ']');
  writer_string (&writer, "cache", overview->cache != NULL ? cache_path (overview->cache) : NULL);
  keyring_views_write (overview->keyrings, &writer);
  writer_open (&writer, "profiles", '[');
  for (size_t i = 0; i < overview->held->len; i++)
    write_entry (&writer, overview->held->pdata[i], overview);
  writer_close (&writer, ']');
  writer_close (&writer, '}');
  return output_buffer (&output, error);
}

static void
add_table (GString *text, const Overview *overview)
{
  const char *const titles[] = { _ ("NAME"), _ ("ISSUER"), _ ("SERVES"), _ ("TOKEN"), NULL };
  g_autoptr (Table) table = table_new (titles);
  g_autofree char *rendered = NULL;

  for (size_t i = 0; i < overview->held->len; i++)
    {
      const StatusEntry *entry = overview->held->pdata[i];
      const char *issuer = profile_get (entry->profile, "issuer");
      g_autofree char *serves = profiles_serve_summary (entry->profile);
      g_autofree char *state = status_text (entry, overview->now);
      const char *const cells[] = { profile_name (entry->profile), issuer != NULL ? issuer : "-",
                                    serves, state };

      table_add (table, cells);
    }
  rendered = table_render (table, layout_table_width (STDOUT_FILENO));
  g_string_append_printf (text, "%s\n", rendered);
}

static void
add_keyring_trouble (GString *text, const StatusEntry *entry)
{
  g_autofree char *message = error_message (entry->kept->trouble);

  g_string_append_printf (text, _ ("%s: its token is not in the keyring: %s\n\n"),
                          profile_name (entry->profile), message);
}

/* What the table has no room for. */
static void
add_troubles (GString *text, const Overview *overview)
{
  for (size_t i = 0; i < overview->held->len; i++)
    {
      const StatusEntry *entry = overview->held->pdata[i];
      g_autofree char *trouble = status_trouble (entry, overview->now);

      if (trouble != NULL)
        g_string_append_printf (text, "%s: %s\n\n", profile_name (entry->profile), trouble);
      if (entry->kept != NULL && entry->kept->trouble != NULL)
        add_keyring_trouble (text, entry);
    }
}

static void
add_places (GString *text, const Overview *overview)
{
  const char *const *files = config_sources_files (overview->sources);
  g_autofree char *folder = profiles_folder (overview->environment);

  if (*files == NULL && folder != NULL)
    g_string_append_printf (
        text, _ ("configuration: none; \"avouch profile add NAME\" writes to %s/conf.d\n"), folder);
  for (; *files != NULL; files++)
    {
      g_autofree char *file = profiles_short_path (overview->environment, *files);

      g_string_append_printf (text, _ ("configuration: %s\n"), file);
    }
  if (overview->cache != NULL)
    g_string_append_printf (text, _ ("cache: %s\n"), cache_path (overview->cache));
  else
    g_string_append_printf (text, _ ("cache: none: %s\n"), overview->trouble->message);
  keyring_views_add (overview->keyrings, text);
}

static bool
print_text (const Overview *overview, bool quiet, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (overview->held->len > 0)
    {
      add_table (text, overview);
      add_troubles (text, overview);
      if (!quiet)
        secret_places_add (text, overview->held);
    }
  else
    g_string_append (text, _ ("no profile is configured\n\n"));
  if (quiet)
    g_string_truncate (text, text->len - 1);
  else
    add_places (text, overview);
  return output_text (text->str, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const StatusOptions *options = call->values;
  g_auto (Overview) overview = { .environment = call->environment };

  if (!gather (&overview, error))
    return false;
  return options->json ? print_json (&overview, error) : print_text (&overview, call->quiet, error);
}

const Command command_status = {
  .path = "avouch status",
  .arguments = "",
  .summary = N_ ("show profiles and how long their cached tokens are good"),
  .description =
      N_ ("Shows no secret, opens no key and asks nobody: it tells what is configured, what "
          "is cached, where each secret lives, and whether the keyring is locked if a profile "
          "uses it."),
  .example = status_example,
  .options = status_options,
  .values_size = sizeof (StatusOptions),
  .run = run,
};
