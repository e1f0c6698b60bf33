/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profiles.h"

#include "error.h"
#include "i18n.h"
#include "passphrase.h"
#include "suggest.h"
#include "text.h"

#include <string.h>

enum { MAX_LISTED = 8 };

Config *
profiles_load (const Environment *environment, GError **error)
{
  g_autoptr (ConfigSources) sources = config_sources_find (environment, error);

  return sources != NULL ? config_load (sources, error) : NULL;
}

void
profiles_name_in (GError *error, const Profile *profile)
{
  g_autofree char *start = g_strconcat (profile_name (profile), ": ", NULL);

  if (!g_str_has_prefix (error->message, start))
    error_add_prefix (error, profile_name (profile));
}

void
profiles_set_none (GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("no profile is configured"));
  if (error != NULL)
    error_add_hint (*error, _ ("\"avouch profile add NAME\" makes one"));
}

static GPtrArray *
list_names (const Config *config)
{
  const GPtrArray *profiles = config_profiles (config);
  GPtrArray *names = g_ptr_array_sized_new (profiles->len);

  for (size_t i = 0; i < profiles->len; i++)
    g_ptr_array_add (names, (void *) profile_name (profiles->pdata[i]));
  return names;
}

static void
set_unknown (const Config *config, const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (config);
  const char *nearest = suggest_nearest (name, (const char *const *) names->pdata, names->len);
  g_autofree char *cleaned = text_clean_told (name); /* somebody may give a token here */

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("there is no profile \"%s\""), cleaned);
  if (error == NULL)
    return;
  if (nearest != NULL)
    error_add_hint (*error, _ ("did you mean \"%s\"?"), nearest);
  else
    error_add_hint (*error, _ ("\"avouch profile list\" names those that there are"));
}

static void
set_several (const Config *config, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (config);
  g_autoptr (GString) list = g_string_new (NULL);

  for (size_t i = 0; i < MIN (names->len, MAX_LISTED); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (const char *) names->pdata[i]);
  if (names->len > MAX_LISTED)
    g_string_append (list, ", …");
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("there are %u profiles: say which one: %s"), names->len, list->str);
}

Profile *
profiles_choose (const Config *config, const char *name, GError **error)
{
  const GPtrArray *profiles = config_profiles (config);
  Profile *profile = name != NULL ? config_find (config, name) : NULL;

  if (profile != NULL)
    return profile;
  if (profiles->len == 0)
    profiles_set_none (error);
  else if (name != NULL)
    set_unknown (config, name, error);
  else if (profiles->len > 1)
    set_several (config, error);
  else
    return profiles->pdata[0];
  return NULL;
}

char *
profiles_serve_summary (const Profile *profile)
{
  const GPtrArray *serve = profile_serve (profile);
  const char *first = serve->len > 0 ? pattern_text (serve->pdata[0]) : "-";

  if (g_str_has_prefix (first, "https://"))
    first += strlen ("https://");
  return serve->len < 2 ? g_strdup (first) : g_strdup_printf ("%s +%u", first, serve->len - 1);
}

char *
profiles_setting_text (const Profile *profile, const Setting *setting)
{
  PassphraseKind kind;
  const char *argument;

  if ((g_str_has_suffix (setting->key, "passphrase") ||
       strcmp (setting->key, CLIENT_SECRET_SETTING) == 0) &&
      !passphrase_parse (profile, setting->key, &kind, &argument, NULL))
    return g_strdup (_ ("(not shown: it may be the passphrase itself)"));
  return g_strdup (setting->value);
}

char *
profiles_folder (const Environment *environment)
{
  if (environment->config_home == NULL)
    return NULL;
  return g_build_filename (environment->config_home, "avouch", NULL);
}

char *
profiles_short_path (const Environment *environment, const char *path)
{
  size_t length = environment->home != NULL ? strlen (environment->home) : 0;

  if (length > 1 && strncmp (path, environment->home, length) == 0 && path[length] == '/')
    return g_strconcat ("~", path + length, NULL);
  return g_strdup (path);
}
