/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files say: read, checked, and merged into profiles. */
#include "config.h"

#include "config-file.h"
#include "config-sources.h"
#include "i18n.h"
#include "keyfile.h"
#include "subject-setting.h"

#include <stdlib.h>
#include <string.h>

struct _Config {
  GPtrArray *profiles;
  GHashTable *by_name; /* borrowed from profiles */
  Profile *git;        /* the settings of [git]; NULL: there are none */
};

/* A setting, and the place of its file in the order of the files. */
typedef struct {
  Setting setting;
  unsigned layer;
} Entry;

typedef struct {
  const char *name;
  GArray *entries; /* Entry, in the order read */
  unsigned layer;  /* where its header was last seen, */
  unsigned line;   /* and at which line */
} Group;

typedef struct {
  GPtrArray *texts; /* the files' contents, which everything below points into */
  GPtrArray *groups;
  GHashTable *by_name;
  Group *current;
  bool leads; /* some profile may lead to another by its subject-token */
  const char *file;
  unsigned layer;
} Loader;

static void
group_free (void *data)
{
  Group *group = data;

  g_array_unref (group->entries);
  g_free (group);
}

static void
loader_clear (Loader *loader)
{
  g_hash_table_unref (loader->by_name);
  g_ptr_array_unref (loader->groups);
  g_ptr_array_unref (loader->texts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loader, loader_clear)

static Group *
begin_group (Loader *loader, const char *name)
{
  Group *group = g_new0 (Group, 1);

  group->name = name;
  group->entries = g_array_sized_new (FALSE, FALSE, sizeof (Entry), 16);
  g_ptr_array_add (loader->groups, group);
  g_hash_table_insert (loader->by_name, (void *) name, group);
  return group;
}

static bool
on_group (const char *name, unsigned line, void *data, GError **error)
{
  Loader *loader = data;
  Group *group = g_hash_table_lookup (loader->by_name, name);

  if (group != NULL && group->layer == loader->layer)
    {
      keyfile_set_error (loader->file, line, error, _ ("[%s] was already begun in line %u"), name,
                         group->line);
      return false;
    }
  if (group == NULL && loader->groups->len == CONFIG_MAX_PROFILES)
    {
      keyfile_set_error (loader->file, line, error, _ ("more than %d profiles"),
                         CONFIG_MAX_PROFILES);
      return false;
    }
  if (group == NULL)
    group = begin_group (loader, name);
  group->layer = loader->layer;
  group->line = line;
  loader->current = group;
  return true;
}

static bool
on_setting (const Setting *setting, void *data, G_GNUC_UNUSED GError **error)
{
  Loader *loader = data;
  const Entry entry = { *setting, loader->layer };

  g_array_append_val (loader->current->entries, entry);
  loader->leads |=
      strcmp (setting->key, SUBJECT_SETTING) == 0 || strcmp (setting->key, "preset") == 0;
  return true;
}

static bool
scan_files (Loader *loader, const ConfigSources *sources, GError **error)
{
  static const KeyfileHandler handler = { on_group, on_setting };
  const char *const *files = config_sources_files (sources);

  for (; *files != NULL; files++)
    {
      size_t length;
      char *text = config_file_read (*files, config_sources_uid (sources), &length, error);

      if (text == NULL)
        return false;
      g_ptr_array_add (loader->texts, text);
      loader->file = *files;
      loader->layer++;
      if (!keyfile_scan (text, length, *files, &handler, loader, error))
        return false;
    }
  return true;
}

/* By key; one key's settings in the order read. */
static int
compare_entries (const void *a, const void *b)
{
  const Entry *left = a;
  const Entry *right = b;
  int order = strcmp (left->setting.key, right->setting.key);

  if (order == 0)
    order = (left->layer > right->layer) - (left->layer < right->layer);
  if (order == 0)
    order = (left->setting.line > right->setting.line) - (left->setting.line < right->setting.line);
  return order;
}

static bool
check_not_repeated (const Entry *former, const Entry *entry, GError **error)
{
  if (former->layer != entry->layer)
    return true;
  keyfile_set_error (entry->setting.file, entry->setting.line, error,
                     _ ("%s: already set in line %u"), entry->setting.key, former->setting.line);
  return false;
}

static Profile *
merge_group (const Group *group, Presets *presets, GError **error)
{
  const Entry *entries = (const Entry *) group->entries->data;
  g_autofree Setting *settings = g_new (Setting, group->entries->len);
  size_t count = 0;

  if (group->entries->len > 0)
    qsort (group->entries->data, group->entries->len, sizeof *entries, compare_entries);
  for (size_t i = 0; i < group->entries->len; i++)
    {
      bool again = count > 0 && strcmp (settings[count - 1].key, entries[i].setting.key) == 0;

      if (again && !check_not_repeated (&entries[i - 1], &entries[i], error))
        return NULL;
      settings[again ? count - 1 : count++] = entries[i].setting;
    }
  return presets_profile (presets, group->name, settings, count, error);
}

static bool
check_git (const Profile *git, GError **error)
{
  static const char *const known[] = { "store", "keyring-collection", NULL };
  const char *store = profile_get (git, "store");
  size_t count;
  const Setting *settings = profile_settings (git, &count);

  for (size_t i = 0; i < count; i++)
    if (!g_strv_contains (known, settings[i].key))
      {
        profile_set_error (
            git, settings[i].key, error,
            _ ("[git] is no profile: it knows \"store\" and \"keyring-collection\""));
        return false;
      }
  if (store == NULL || strcmp (store, "keyring") == 0 || strcmp (store, "none") == 0)
    return true;
  profile_set_error (git, "store", error, _ ("neither \"keyring\" nor \"none\""));
  return false;
}

static bool
take_group (Config *config, Profile *group, GError **error)
{
  if (strcmp (profile_name (group), CONFIG_GIT) == 0)
    {
      config->git = group;
      return check_git (group, error);
    }
  g_ptr_array_add (config->profiles, group);
  g_hash_table_insert (config->by_name, (void *) profile_name (group), group);
  return true;
}

static bool
merge_groups (Config *config, const Loader *loader, Presets *presets, GError **error)
{
  for (size_t i = 0; i < loader->groups->len; i++)
    {
      Profile *group = merge_group (loader->groups->pdata[i], presets, error);

      if (group == NULL || !take_group (config, group, error))
        return false;
    }
  return true;
}

/* The profiles that PROFILE leads to. */
static char *
describe_lineage (const Config *config, const Profile *profile)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  int depth = 0;

  while (depth < SUBJECT_MAX_DEPTH && profile != NULL)
    {
      const char *value = profile_get (profile, SUBJECT_SETTING);
      bool leads = value != NULL && g_str_has_prefix (value, SUBJECT_PROFILE_PREFIX);

      profile = leads ? config_find (config, value + strlen (SUBJECT_PROFILE_PREFIX)) : NULL;
      if (profile != NULL)
        profile_digest (profile, checksum);
      depth += profile != NULL;
    }
  return depth > 0 ? g_strdup (g_checksum_get_string (checksum)) : NULL;
}

/* All are described before any is set, which would be part of the next one's description. */
static void
set_lineages (Config *config)
{
  g_autoptr (GPtrArray) lineages = g_ptr_array_new_with_free_func (g_free);

  for (size_t i = 0; i < config->profiles->len; i++)
    g_ptr_array_add (lineages, describe_lineage (config, config->profiles->pdata[i]));
  for (size_t i = 0; i < config->profiles->len; i++)
    profile_set_lineage (config->profiles->pdata[i], lineages->pdata[i]);
}

Config *
config_load (const ConfigSources *sources, GError **error)
{
  g_autoptr (Config) config = g_new0 (Config, 1);
  g_auto (Loader) loader = {
    .texts = g_ptr_array_new_with_free_func (g_free),
    .groups = g_ptr_array_new_with_free_func (group_free),
    .by_name = g_hash_table_new (g_str_hash, g_str_equal),
  };

  config->profiles = g_ptr_array_new_with_free_func ((GDestroyNotify) profile_unref);
  config->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (!scan_files (&loader, sources, error) ||
      !merge_groups (config, &loader, config_sources_presets (sources), error))
    return NULL;
  if (loader.leads)
    set_lineages (config);
  return g_steal_pointer (&config);
}

void
config_free (Config *config)
{
  if (config == NULL)
    return;
  g_hash_table_unref (config->by_name);
  g_ptr_array_unref (config->profiles);
  g_clear_pointer (&config->git, profile_unref);
  g_free (config);
}

const GPtrArray *
config_profiles (const Config *config)
{
  return config->profiles;
}

Profile *
config_find (const Config *config, const char *name)
{
  return g_hash_table_lookup (config->by_name, name);
}

bool
config_is_profile_name (const char *name)
{
  size_t length = 0;

  while (g_ascii_isalnum (name[length]) ||
         (length > 0 && name[length] != '\0' && strchr ("._-", name[length]) != NULL))
    length++;
  return length > 0 && name[length] == '\0' && length <= KEYFILE_MAX_NAME &&
         strcmp (name, CONFIG_GIT) != 0;
}

ConfigGit
config_git (const Config *config)
{
  if (config->git == NULL)
    return (ConfigGit){ 0 };
  return (ConfigGit){
    .keyring = g_strcmp0 (profile_get (config->git, "store"), "keyring") == 0,
    .collection = profile_get (config->git, "keyring-collection"),
  };
}
