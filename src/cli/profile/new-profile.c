/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "new-profile.h"

#include "ask.h"
#include "error.h"
#include "i18n.h"
#include "issuer.h"
#include "output.h"
#include "pattern.h"
#include "profile-check.h"
#include "profiles.h"
#include "quote.h"
#include "secret-path.h"
#include "suggest.h"

#include <stdio.h>
#include <string.h>

enum { MAX_QUESTIONS = 3 }; /* times that an unusable answer is asked again */

char *
new_profile_path (const Environment *environment, const char *name, const char *file,
                  GError **error)
{
  g_autofree char *folder = profiles_folder (environment);
  g_autofree char *base = g_strconcat (name, ".conf", NULL);

  if (file != NULL)
    return g_canonicalize_filename (file, NULL);
  if (environment->config_override != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("AVOUCH_CONFIG is set: no other file would be read"));
      if (error != NULL)
        error_add_hint (*error,
                        _ ("unset it, or add to %s by hand what --dry-run --file FILE prints"),
                        environment->config_override);
      return NULL;
    }
  if (folder != NULL)
    return g_build_filename (folder, "conf.d", base, NULL);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("there is no home folder to write the profile to"));
  if (error != NULL)
    error_add_hint (*error, _ ("set HOME or XDG_CONFIG_HOME, or give --file"));
  return NULL;
}

bool
new_profile_refuse_existing (const Environment *environment, const char *name, const char *option,
                             const char *path, GError **error)
{
  g_autoptr (Config) config = NULL;
  Profile *profile;
  const char *file;

  if (g_strcmp0 (environment->config_override, path) == 0 &&
      !g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  config = profiles_load (environment, error);
  if (config == NULL)
    return false;
  profile = config_find (config, name);
  if (profile == NULL)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("%s: this profile exists already"),
               name);
  file = profile_file (profile);
  if (error != NULL && file != NULL && option != NULL)
    error_add_hint (*error, _ ("edit or remove %s, or choose another name by %s"), file, option);
  else if (error != NULL && file != NULL)
    error_add_hint (*error, _ ("edit or remove %s, or choose another name"), file);
  return false;
}

/* A path as typed is relative to this folder; one in the configuration must not be. */
static char *
key_location (const char *value)
{
  g_autofree char *scheme = g_uri_parse_scheme (value);

  if (*value == '\0' || scheme != NULL || secret_path_is_definite (value))
    return g_strdup (value);
  return g_canonicalize_filename (value, NULL);
}

/* The same for the file that a passphrase is in. */
static char *
passphrase_location (const char *value)
{
  const char *path = value + strlen ("file:");
  g_autofree char *absolute = NULL;

  if (!g_str_has_prefix (value, "file:") || *path == '\0' || g_str_has_prefix (path, "~/"))
    return g_strdup (value);
  absolute = g_canonicalize_filename (path, NULL);
  return g_strconcat ("file:", absolute, NULL);
}

/* VALUE, or what the issuer says that was meant by it. The caller owns it. */
static char *
mend (const ProfileDraft *draft, const char *key, const char *value, GError **error)
{
  const char *name = profile_draft_get (draft, "issuer");
  const Issuer *issuer = name != NULL ? issuer_find (name) : NULL;
  g_autofree char *meant = NULL;

  if (strcmp (key, "key") == 0)
    return key_location (value);
  if (strcmp (key, "passphrase") == 0 || strcmp (key, "key-passphrase") == 0)
    return passphrase_location (value);
  if (issuer == NULL || issuer->mend == NULL)
    return g_strdup (value);
  meant = issuer->mend (key, value, error);
  if (meant != NULL && strcmp (meant, value) != 0)
    fprintf (stderr, _ ("note: %s: taken as %s\n"), key, meant);
  return g_steal_pointer (&meant);
}

/* What is typed wrong is asked for again, so it must be known at once. */
static bool
check_serve (const char *value, GError **error)
{
  g_auto (GStrv) patterns = g_strsplit_set (value, " \t", -1);

  for (char **at = patterns; *at != NULL; at++)
    {
      g_autoptr (GError) reason = NULL;
      g_autoptr (Pattern) pattern = **at != '\0' ? pattern_parse (*at, &reason) : NULL;

      if (**at != '\0' && pattern == NULL)
        {
          error_add_prefix (reason, "serve");
          g_propagate_error (error, g_steal_pointer (&reason));
          return false;
        }
    }
  return true;
}

bool
new_profile_set (ProfileDraft *draft, const char *key, const char *value, GError **error)
{
  g_autofree char *meant = mend (draft, key, value, error);

  return meant != NULL && (strcmp (key, "serve") != 0 || check_serve (meant, error)) &&
         profile_draft_set (draft, key, meant, error);
}

static bool
set_pair (ProfileDraft *draft, const char *pair, GError **error)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *key = g_strndup (pair, strcspn (pair, "="));

  if (equals != NULL)
    return new_profile_set (draft, key, equals + 1, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--set takes KEY=VALUE"));
  return false;
}

bool
new_profile_set_pairs (ProfileDraft *draft, char *const *pairs, GError **error)
{
  for (; pairs != NULL && *pairs != NULL; pairs++)
    if (!set_pair (draft, *pairs, error))
      return false;
  return true;
}

/* No answer will do for an OPTIONAL setting. */
static bool
ask (ProfileDraft *draft, const char *key, const char *help, bool optional, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (profile_draft_get (draft, key) != NULL)
    return true;
  fprintf (stderr, "\n%s\n", help);
  for (int i = 0; i < MAX_QUESTIONS; i++)
    {
      g_autofree char *answer = ask_line (key, error);

      if (answer == NULL)
        return false;
      if (*answer == '\0' && optional)
        return true;
      g_clear_error (&reason);
      if (*answer == '\0')
        g_set_error (&reason, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s: no answer"), key);
      else if (new_profile_set (draft, key, answer, &reason))
        return true;
      else if (i + 1 < MAX_QUESTIONS)
        error_report (reason);
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

const Issuer *
new_profile_issuer (const ProfileDraft *draft, GError **error)
{
  const char *name = profile_draft_get (draft, "issuer");
  const Issuer *issuer = issuer_find (name);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *list = NULL;
  const char *nearest;

  if (issuer != NULL)
    return issuer;
  for (const Issuer *const *known = issuer_all (); *known != NULL; known++)
    g_ptr_array_add (names, (void *) (*known)->name);
  nearest = suggest_nearest (name, (const char *const *) names->pdata, names->len);
  g_ptr_array_add (names, NULL);
  list = g_strjoinv (", ", (char **) names->pdata);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--issuer %s: not one of: %s"), name,
               list);
  if (error != NULL && nearest != NULL)
    error_add_hint (*error, _ ("did you mean \"%s\"?"), nearest);
  else if (error != NULL)
    error_add_hint (*error, _ ("other services come by --preset; \"avouch profile list --presets\" "
                               "shows them"));
  return NULL;
}

/* Both of the command line: neither file is to blame. */
static bool
check_issuer (const ProfileDraft *draft, GError **error)
{
  const Preset *preset = profile_draft_preset (draft);
  const char *name = profile_draft_get (draft, "issuer");
  const Setting *own = preset != NULL ? preset_setting (preset, "issuer") : NULL;

  if (own == NULL || strcmp (own->value, name) == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("the preset %s is for the issuer %s, and %s was named besides"), preset->name,
               own->value, name);
  if (error != NULL)
    error_add_hint (*error, _ ("name the preset alone, or another that is for %s"), name);
  return false;
}

static GPtrArray *
list_known (const ProfileDraft *draft, const Issuer *issuer)
{
  const Preset *preset = profile_draft_preset (draft);
  GPtrArray *known = g_ptr_array_new ();

  for (const IssuerSetting *setting = issuer->settings; setting->name != NULL; setting++)
    g_ptr_array_add (known, (void *) setting->name);
  for (size_t i = 0; preset != NULL && i < preset->parameters->len; i++)
    g_ptr_array_add (known, (void *) g_array_index (preset->parameters, Setting, i).key);
  g_ptr_array_add (known, NULL);
  return known;
}

static bool
check_name (const char *name, const GPtrArray *known, GError **error)
{
  const char *nearest;

  if (profile_knows_key (name, (const char *const *) known->pdata, &nearest))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--set %s: there is no such setting"),
               name);
  if (error != NULL && nearest != NULL)
    error_add_hint (*error, _ ("did you mean \"%s\"?"), nearest);
  else if (error != NULL)
    error_add_hint (*error, _ ("avouch.conf(5) lists the keys of each issuer"));
  return false;
}

bool
new_profile_check_words (const ProfileDraft *draft, GError **error)
{
  const char *name = profile_draft_get (draft, "issuer");
  const Issuer *issuer = name != NULL ? issuer_find (name) : NULL;
  g_autoptr (GPtrArray) known = NULL;
  const char *key;

  if (name == NULL)
    return true;
  if (!check_issuer (draft, error))
    return false;
  known = issuer != NULL ? list_known (draft, issuer) : NULL;
  for (size_t i = 0; known != NULL && (key = profile_draft_key (draft, i)) != NULL; i++)
    if (!check_name (key, known, error))
      return false;
  return true;
}

bool
new_profile_has_foreign_key (const ProfileDraft *draft)
{
  const char *name = profile_draft_get (draft, "issuer");
  const Issuer *issuer = name != NULL ? issuer_find (name) : NULL;
  const char *algorithm = profile_draft_get (draft, "algorithm");
  const Preset *preset = profile_draft_preset (draft);

  return (issuer != NULL && issuer->makes_key) ||
         (preset != NULL && preset_need (preset, "key") != NULL) ||
         profile_draft_get (draft, "secret-encoding") != NULL ||
         (algorithm != NULL && g_str_has_prefix (algorithm, "HS"));
}

bool
new_profile_ask_issuer (ProfileDraft *draft, GError **error)
{
  g_autofree char *names = issuer_names ();
  g_autofree char *question = g_strdup_printf (_ ("Who hands out the tokens: %s"), names);

  return ask (draft, "issuer", question, false, error) && new_profile_issuer (draft, error) != NULL;
}

static bool
ask_parameters (ProfileDraft *draft, GError **error)
{
  const Preset *preset = profile_draft_preset (draft);

  for (size_t i = 0; preset != NULL && i < preset->parameters->len; i++)
    {
      const Setting *parameter = &g_array_index (preset->parameters, Setting, i);

      if (!ask (draft, parameter->key, parameter->value, false, error))
        return false;
    }
  return true;
}

/* Of those that will do in its place, one is enough. */
static bool
is_met (const ProfileDraft *draft, const Setting *need)
{
  const char *other = preset_instead (profile_draft_preset (draft), need->key);

  return profile_draft_get (draft, need->key) != NULL ||
         (other != NULL && profile_draft_get (draft, other) != NULL);
}

/* A key has its own turn. */
static bool
ask_needs (ProfileDraft *draft, const char *but, GError **error)
{
  const Preset *preset = profile_draft_preset (draft);

  for (size_t i = 0; preset != NULL && i < preset->needs->len; i++)
    {
      const Setting *need = &g_array_index (preset->needs, Setting, i);

      if (strcmp (need->key, "key") != 0 && g_strcmp0 (need->key, but) != 0 &&
          !is_met (draft, need) && !ask (draft, need->key, need->value, false, error))
        return false;
    }
  return true;
}

bool
new_profile_ask_needed (ProfileDraft *draft, const char *but, GError **error)
{
  const Issuer *issuer = new_profile_issuer (draft, error);

  if (!ask_parameters (draft, error) || !ask_needs (draft, but, error))
    return false;
  for (size_t i = 0; issuer != NULL && issuer->settings[i].name != NULL; i++)
    {
      const IssuerSetting *setting = &issuer->settings[i];

      if (setting->required && g_strcmp0 (setting->name, but) != 0 &&
          !ask (draft, setting->name, _ (setting->help), false, error))
        return false;
    }
  return issuer != NULL;
}

bool
new_profile_ask_key (ProfileDraft *draft, GError **error)
{
  const Preset *preset = profile_draft_preset (draft);
  const Setting *need = preset != NULL ? preset_need (preset, "key") : NULL;

  return ask (draft, "key",
              need != NULL ? need->value
                           : _ ("File of the private key, or of a keystore that holds it"),
              false, error);
}

bool
new_profile_ask_serve (ProfileDraft *draft, GError **error)
{
  return ask (draft, "serve",
              _ ("URLs that git and kubectl may use the token for, with spaces between "
                 "(Enter: none)"),
              true, error);
}

/* PREFIX: "" for the settings' names, "--" for the options that set them. */
static void
note_missing (const ProfileDraft *draft, const char *key, const char *prefix, GString *missing)
{
  static const char *const options[] = {
    "client-id", "issuer", "key", "login-url", "username", NULL
  };
  bool other = *prefix != '\0' && !g_strv_contains (options, key);

  if (profile_draft_get (draft, key) == NULL)
    g_string_append_printf (missing, "%s%s%s%s", missing->len > 0 ? ", " : "",
                            other ? "--set " : prefix, key, other ? "=…" : "");
}

static void
note_parameters (const ProfileDraft *draft, const char *prefix, GString *missing)
{
  const Preset *preset = profile_draft_preset (draft);

  for (size_t i = 0; preset != NULL && i < preset->parameters->len; i++)
    note_missing (draft, g_array_index (preset->parameters, Setting, i).key, prefix, missing);
}

static void
note_needs (const ProfileDraft *draft, const char *prefix, GString *missing)
{
  const Preset *preset = profile_draft_preset (draft);

  for (size_t i = 0; preset != NULL && i < preset->needs->len; i++)
    {
      const Setting *need = &g_array_index (preset->needs, Setting, i);

      if (strcmp (need->key, "key") != 0 && !is_met (draft, need))
        note_missing (draft, need->key, prefix, missing);
    }
}

/* The preset speaks of it already. */
static bool
is_noted (const ProfileDraft *draft, const char *key)
{
  const Preset *preset = profile_draft_preset (draft);

  return preset != NULL && preset_need (preset, key) != NULL;
}

/* Where the issuer can do without a key, but not what was asked for. */
static bool
wants_key (const ProfileDraft *draft)
{
  return new_profile_has_foreign_key (draft) && profile_draft_get (draft, "subject-token") == NULL;
}

char *
new_profile_missing (const ProfileDraft *draft, const char *prefix, bool with_key, GError **error)
{
  g_autoptr (GString) missing = g_string_new (NULL);
  const Issuer *issuer = NULL;

  note_missing (draft, "issuer", prefix, missing);
  if (missing->len == 0 && (issuer = new_profile_issuer (draft, error)) == NULL)
    return NULL;
  note_parameters (draft, prefix, missing);
  note_needs (draft, prefix, missing);
  for (size_t i = 0; issuer != NULL && issuer->settings[i].name != NULL; i++)
    if (issuer->settings[i].required && !is_noted (draft, issuer->settings[i].name))
      note_missing (draft, issuer->settings[i].name, prefix, missing);
  if (with_key && (issuer == NULL || !issuer->keyless || wants_key (draft)))
    note_missing (draft, "key", prefix, missing);
  return g_string_free (g_steal_pointer (&missing), FALSE);
}

Profile *
new_profile_check (const ProfileDraft *draft, const Environment *environment, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Profile) profile = profile_draft_profile (draft, &reason);

  if (profile != NULL && profile_check (profile, environment->home, &reason))
    return g_steal_pointer (&profile);
  error_add_prefix (reason, _ ("nothing was written"));
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}

bool
new_profile_print (const ProfileDraft *draft, const char *path, GError **error)
{
  g_autofree char *text = profile_draft_text (draft);
  g_autofree char *shown = g_strdup_printf ("# %s\n%s", path, text);

  return output_text (shown, error);
}

bool
new_profile_warn_of_key (const Profile *profile, const Environment *environment, GError **error)
{
  const char *key = profile_get (profile, "key");
  g_autofree char *scheme = key != NULL ? g_uri_parse_scheme (key) : NULL;
  g_autofree char *path = NULL;

  /* A service's credentials are there once it runs. */
  if (key == NULL || scheme != NULL || g_str_has_prefix (key, SECRET_PATH_CREDENTIALS))
    return true;
  path = secret_path_resolve (profile, "key", key, environment, error);
  if (path == NULL)
    return false;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    fprintf (stderr, _ ("note: there is no file %s yet\n"), path);
  return true;
}

static bool
is_read (const Environment *environment, const char *path)
{
  g_autoptr (ConfigSources) sources = config_sources_find (environment, NULL);

  return sources != NULL && g_strv_contains (config_sources_files (sources), path);
}

bool
new_profile_print_next (const Profile *profile, const Environment *environment, const char *path,
                        GError **error)
{
  const char *name = profile_name (profile);
  const GPtrArray *serve = profile_serve (profile);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *shown = profiles_short_path (environment, path);

  g_string_append_printf (text, _ ("written: %s\n\nnext:\n"), shown);
  if (!is_read (environment, path))
    {
      g_autofree char *word = quote_shell_word (path);

      g_string_append_printf (
          text, _ ("  export AVOUCH_CONFIG=%s    read this file, and no other\n"), word);
    }
  g_string_append_printf (
      text, _ ("  avouch doctor %s       log in, and look at each step of it\n"), name);
  g_string_append_printf (text, _ ("  avouch token %s        log in, and print the token\n"), name);
  if (serve->len > 0)
    g_string_append_printf (text, _ ("  avouch setup git %s    make git ask avouch\n"), name);
  else
    g_string_append (text, _ ("  add \"serve = URL\" for git and kubectl to be answered\n"));
  return output_text (text->str, error);
}
