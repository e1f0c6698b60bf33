/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile.h"

#include "digest.h"
#include "error.h"
#include "i18n.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

struct _Profile {
  int references;
  char *name;
  GStringChunk *strings; /* what the settings point to */
  Setting *settings;     /* in byte order of the keys */
  size_t count;
  GPtrArray *serve;
  char *lineage;
};

enum { MAX_COMPARED_KEY = 64 };

/* Seconds. */
enum { TIMEOUT = 30, MIN_TIMEOUT = 1, MAX_TIMEOUT = 600 };

/* What every issuer knows. */
static const char *const shared_keys[] = {
  "issuer",   "key",       "key-alias", "passphrase",         "key-passphrase",     "serve",
  "audience", "algorithm", "key-id",    "assertion-lifetime", "token-lifetime",     "ca-file",
  "timeout",  "cache",     "proxy",     "git-username",       "keyring-collection", "publish",
  "preset",   NULL,
};

bool
profile_is_shared_key (const char *key)
{
  return g_strv_contains (shared_keys, key);
}

static int
compare_settings (const void *a, const void *b)
{
  return strcmp (((const Setting *) a)->key, ((const Setting *) b)->key);
}

static void
copy_settings (Profile *profile, const Setting *settings)
{
  for (size_t i = 0; i < profile->count; i++)
    {
      Setting *copy = &profile->settings[i];

      copy->key = g_string_chunk_insert (profile->strings, settings[i].key);
      copy->value = g_string_chunk_insert (profile->strings, settings[i].value);
      copy->line = settings[i].line;
      if (i > 0 && settings[i].file == settings[i - 1].file)
        copy->file = copy[-1].file;
      else if (settings[i].file != NULL)
        copy->file = g_string_chunk_insert (profile->strings, settings[i].file);
    }
  if (profile->count > 0)
    qsort (profile->settings, profile->count, sizeof *profile->settings, compare_settings);
}

const char *
profile_file (const Profile *profile)
{
  static const char *const own[] = { "preset", "issuer" };

  for (size_t i = 0; i < G_N_ELEMENTS (own); i++)
    {
      const Setting *setting = profile_setting (profile, own[i]);

      if (setting != NULL)
        return setting->file;
    }
  return profile->count > 0 ? profile->settings[0].file : NULL;
}

/* "FILE:LINE: KEY"; for a key that is not set, the file where the profile is written. */
static char *
describe_place (const Profile *profile, const char *key)
{
  const Setting *setting = profile_setting (profile, key);
  const char *name = setting != NULL ? setting->file : profile_file (profile);

  if (name == NULL)
    return g_strdup (key);

  g_autofree char *file = text_clean (name, -1);
  return setting != NULL ? g_strdup_printf ("%s:%u: %s", file, setting->line, key)
                         : g_strdup_printf ("%s: %s", file, key);
}

static bool
check_unique (const Profile *profile, GError **error)
{
  for (size_t i = 1; i < profile->count; i++)
    if (compare_settings (&profile->settings[i - 1], &profile->settings[i]) == 0)
      {
        profile_set_error (profile, profile->settings[i].key, error, _ ("given twice"));
        return false;
      }
  return true;
}

static bool
add_pattern (Profile *profile, const char *start, size_t length, GError **error)
{
  g_autofree char *text = g_strndup (start, length);
  g_autoptr (GError) reason = NULL;
  Pattern *pattern = pattern_parse (text, &reason);

  if (pattern == NULL)
    {
      g_autofree char *place = describe_place (profile, "serve");

      error_add_prefix (reason, place);
      g_propagate_error (error, g_steal_pointer (&reason));
      return false;
    }
  g_ptr_array_add (profile->serve, pattern);
  return true;
}

static bool
parse_serve (Profile *profile, GError **error)
{
  const char *at = profile_get (profile, "serve");

  for (at = at != NULL ? at : ""; *at != '\0';)
    {
      size_t length = strcspn (at, " \t");

      if (length > 0 && !add_pattern (profile, at, length, error))
        return false;
      at += length;
      at += strspn (at, " \t");
    }
  return true;
}

Profile *
profile_new (const char *name, const Setting *settings, size_t count, GError **error)
{
  g_autoptr (Profile) profile = g_new0 (Profile, 1);

  profile->references = 1;
  profile->name = g_strdup (name);
  profile->strings = g_string_chunk_new (512);
  profile->count = count;
  profile->settings = g_new0 (Setting, count);
  profile->serve = g_ptr_array_new_with_free_func ((GDestroyNotify) pattern_free);
  copy_settings (profile, settings);
  if (!check_unique (profile, error) || !parse_serve (profile, error))
    return NULL;
  return g_steal_pointer (&profile);
}

Profile *
profile_ref (Profile *profile)
{
  g_atomic_int_inc (&profile->references);
  return profile;
}

void
profile_unref (Profile *profile)
{
  if (!g_atomic_int_dec_and_test (&profile->references))
    return;
  g_ptr_array_unref (profile->serve);
  g_string_chunk_free (profile->strings);
  g_free (profile->settings);
  g_free (profile->lineage);
  g_free (profile->name);
  g_free (profile);
}

const char *
profile_name (const Profile *profile)
{
  return profile->name;
}

const Setting *
profile_setting (const Profile *profile, const char *key)
{
  Setting wanted = { .key = key };

  if (profile->count == 0)
    return NULL;
  return bsearch (&wanted, profile->settings, profile->count, sizeof wanted, compare_settings);
}

const char *
profile_get (const Profile *profile, const char *key)
{
  const Setting *setting = profile_setting (profile, key);

  return setting != NULL ? setting->value : NULL;
}

const Setting *
profile_settings (const Profile *profile, size_t *count)
{
  *count = profile->count;
  return profile->settings;
}

const GPtrArray *
profile_serve (const Profile *profile)
{
  return profile->serve;
}

const char *
profile_username (const Profile *profile)
{
  const char *username = profile_get (profile, "git-username");

  return username != NULL && username[0] != '\0' ? username : NULL;
}

void
profile_set_error (const Profile *profile, const char *key, GError **error, const char *format, ...)
{
  g_autofree char *place = describe_place (profile, key);
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, "%s: %s", place, message);
}

bool
profile_get_seconds (const Profile *profile, const char *key, int64_t fallback, int64_t min,
                     int64_t max, int64_t *seconds, GError **error)
{
  const char *value = profile_get (profile, key);
  int64_t number = fallback;

  if (value != NULL && !text_parse_int (value, min, max, &number))
    {
      profile_set_error (profile, key, error, _ ("not a whole number of seconds from %lld to %lld"),
                         (long long) min, (long long) max);
      return false;
    }
  *seconds = number;
  return true;
}

bool
profile_get_timeout (const Profile *profile, int64_t *seconds, GError **error)
{
  return profile_get_seconds (profile, "timeout", TIMEOUT, MIN_TIMEOUT, MAX_TIMEOUT, seconds,
                              error);
}

bool
profile_check_proxy (const Profile *profile, GError **error)
{
  const char *value = profile_get (profile, "proxy");

  if (value == NULL || strcmp (value, "none") == 0 || strcmp (value, "environment") == 0 ||
      strstr (value, "://") != NULL)
    return true;
  profile_set_error (profile, "proxy", error,
                     _ ("write a URL such as http://host:port, environment, or none"));
  return false;
}

char *
profile_get_path (const Profile *profile, const char *key, const char *home, GError **error)
{
  const char *value = profile_get (profile, key);

  if (value == NULL)
    return NULL;
  if (value[0] == '/')
    return g_strdup (value);
  if (!g_str_has_prefix (value, "~/"))
    profile_set_error (profile, key, error, _ ("a path must begin with \"/\" or \"~/\""));
  else if (home == NULL)
    profile_set_error (
        profile, key, error,
        _ ("\"~/\" cannot be resolved: HOME is not set and no home folder is known"));
  else
    return g_strconcat (home, value + 1, NULL);
  return NULL;
}

/* Levenshtein's distance; keys are short. */
static unsigned
edit_distance (const char *a, const char *b)
{
  unsigned row[MAX_COMPARED_KEY + 1];
  size_t length = strlen (b);

  for (unsigned j = 0; j <= length; j++)
    row[j] = j;
  for (unsigned i = 0; a[i] != '\0'; i++)
    {
      unsigned diagonal = row[0];

      row[0] = i + 1;
      for (size_t j = 0; j < length; j++)
        {
          unsigned replaced = diagonal + (a[i] != b[j]);

          diagonal = row[j + 1];
          row[j + 1] = MIN (replaced, MIN (diagonal, row[j]) + 1);
        }
    }
  return row[length];
}

/* The nearest of NAMES that is nearer than BEST, the distance of what was found before. */
static const char *
find_nearest (const char *key, const char *const *names, const char *found, unsigned *best)
{
  for (; names != NULL && *names != NULL; names++)
    {
      unsigned distance = strlen (*names) <= MAX_COMPARED_KEY ? edit_distance (key, *names) : *best;

      if (distance < *best)
        {
          *best = distance;
          found = *names;
        }
    }
  return found;
}

/* "claim." stands for every key that begins so. */
static bool
is_of_family (const char *key, const char *name)
{
  return g_str_has_suffix (name, ".") && g_str_has_prefix (key, name) && strcmp (key, name) != 0;
}

static bool
is_listed (const char *key, const char *const *names)
{
  for (; names != NULL && *names != NULL; names++)
    if (strcmp (key, *names) == 0 || is_of_family (key, *names))
      return true;
  return false;
}

bool
profile_knows_key (const char *key, const char *const *known, const char **nearest)
{
  /* Further away than a third of its letters is another word, not a slip. */
  unsigned best = (unsigned) strlen (key) / 3 + 2;

  *nearest = NULL;
  if (is_listed (key, shared_keys) || is_listed (key, known))
    return true;
  if (strlen (key) <= MAX_COMPARED_KEY)
    {
      *nearest = find_nearest (key, shared_keys, NULL, &best);
      *nearest = find_nearest (key, known, *nearest, &best);
    }
  return false;
}

static void
refuse_key (const Profile *profile, const char *key, const char *nearest, GError **error)
{
  g_autoptr (GError) reason = NULL;

  profile_set_error (profile, key, &reason, _ ("unknown key"));
  if (nearest != NULL)
    error_add_hint (reason, _ ("did you mean \"%s\"?"), nearest);
  else
    error_add_hint (reason, _ ("avouch.conf(5) lists the keys of each issuer"));
  g_propagate_error (error, g_steal_pointer (&reason));
}

static bool
check_required (const Profile *profile, const char *key, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const char *value = profile_get (profile, key);

  if (value != NULL && value[0] != '\0')
    return true;
  profile_set_error (profile, key, &reason, value == NULL ? _ ("missing") : _ ("empty"));
  error_add_hint (reason, _ ("add a line \"%s = …\" under [%s]"), key, profile->name);
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

bool
profile_check_keys (const Profile *profile, const char *const *known, const char *const *required,
                    GError **error)
{
  /* Unknown keys first: a misspelt key is also a missing one, and its own line says more. */
  for (size_t i = 0; i < profile->count; i++)
    {
      const char *key = profile->settings[i].key;
      const char *nearest;

      if (profile_knows_key (key, known, &nearest))
        continue;
      refuse_key (profile, key, nearest, error);
      return false;
    }
  if (!check_required (profile, "issuer", error))
    return false;
  for (; required != NULL && *required != NULL; required++)
    if (!check_required (profile, *required, error))
      return false;
  return true;
}

const char *
profile_lineage (const Profile *profile)
{
  return profile->lineage;
}

void
profile_set_lineage (Profile *profile, const char *lineage)
{
  g_free (profile->lineage);
  profile->lineage = g_strdup (lineage);
}

void
profile_digest (const Profile *profile, GChecksum *checksum)
{
  digest_add_text (checksum, profile->name);
  for (size_t i = 0; i < profile->count; i++)
    {
      digest_add_text (checksum, profile->settings[i].key);
      digest_add_text (checksum, profile->settings[i].value);
    }
  if (profile->lineage != NULL)
    digest_add_text (checksum, profile->lineage);
  digest_add_text (checksum, NULL);
}
