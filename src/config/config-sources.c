/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files there are. Every helper walks this at every call: one stat a file, no file opened. */
#include "config-sources.h"

#include "digest.h"
#include "error.h"
#include "i18n.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _ConfigSources {
  uid_t uid;
  GPtrArray *files; /* paths; its last element is NULL once all are found */
  GArray *stamps;   /* Stamp, one a file */
  Presets *presets; /* not looked at before a profile names one */
};

typedef struct {
  int64_t device, inode, size, mtime, mtime_ns, ctime, ctime_ns;
} Stamp;

static void
add_file (ConfigSources *sources, char *path, const struct stat *status)
{
  const Stamp stamp = {
    (int64_t) status->st_dev, (int64_t) status->st_ino, status->st_size,
    status->st_mtim.tv_sec,   status->st_mtim.tv_nsec,  status->st_ctim.tv_sec,
    status->st_ctim.tv_nsec,
  };

  g_ptr_array_add (sources->files, path);
  g_array_append_val (sources->stamps, stamp);
}

static bool
refuse (const char *path, int code, GError **error)
{
  g_autofree char *shown = text_clean (path, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, "%s: %s", shown, g_strerror (code));
  return false;
}

/* ENOTDIR: a home of /dev/null, as services have, holds nothing. */
static bool
is_absent (int code)
{
  return code == ENOENT || code == ENOTDIR;
}

/* Takes PATH; adds it if it is there. NAME is its place relative to FOLDER. */
static bool
add_if_present (ConfigSources *sources, int folder, const char *name, char *path, GError **error)
{
  g_autofree char *owned = path;
  struct stat status;

  if (fstatat (folder, name, &status, 0) == 0)
    add_file (sources, g_steal_pointer (&owned), &status);
  else if (!is_absent (errno))
    return refuse (path, errno, error);
  return true;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static bool
list_names (DIR *folder, const char *path, GPtrArray *names, GError **error)
{
  for (;;)
    {
      errno = 0;
      const struct dirent *entry = readdir (folder);
      if (entry == NULL)
        break;
      if (entry->d_name[0] != '.' && g_str_has_suffix (entry->d_name, ".conf"))
        g_ptr_array_add (names, g_strdup (entry->d_name));
    }
  if (errno != 0)
    return refuse (path, errno, error);
  if (names->len > 1)
    g_ptr_array_sort (names, compare_names);
  return true;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DIR, closedir)

static bool
add_folder (ConfigSources *sources, const char *path, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (DIR) folder = opendir (path);

  if (folder == NULL)
    {
      int code = errno;
      bool absent = code == ENOENT || (code == ENOTDIR && access (path, F_OK) != 0);
      return absent ? true : refuse (path, code, error);
    }
  if (!list_names (folder, path, names, error))
    return false;
  for (size_t i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];

      if (!add_if_present (sources, dirfd (folder), name, g_build_filename (path, name, NULL),
                           error))
        return false;
    }
  return true;
}

static bool
add_layer (ConfigSources *sources, const char *folder, GError **error)
{
  g_autofree char *extra = g_build_filename (folder, "conf.d", NULL);
  char *path = g_build_filename (folder, "avouch.conf", NULL);

  return add_if_present (sources, AT_FDCWD, path, path, error) &&
         add_folder (sources, extra, error);
}

static bool
add_layers (ConfigSources *sources, const Environment *environment, GError **error)
{
  g_autofree char *user = environment->config_home != NULL
                              ? g_build_filename (environment->config_home, "avouch", NULL)
                              : NULL;

  return add_layer (sources, environment->system_dir, error) &&
         (user == NULL || add_layer (sources, user, error));
}

static bool
add_override (ConfigSources *sources, const char *file, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  struct stat status;

  if (stat (path, &status) != 0)
    {
      g_autofree char *shown = text_clean (path, -1);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("AVOUCH_CONFIG names %s: %s"),
                   shown, g_strerror (errno));
      return false;
    }
  add_file (sources, g_steal_pointer (&path), &status);
  return true;
}

ConfigSources *
config_sources_find (const Environment *environment, GError **error)
{
  g_autoptr (ConfigSources) sources = g_new0 (ConfigSources, 1);

  sources->uid = environment->uid;
  sources->files = g_ptr_array_new_with_free_func (g_free);
  sources->stamps = g_array_new (FALSE, FALSE, sizeof (Stamp));
  sources->presets = presets_new (environment);
  if (environment->config_override != NULL
          ? !add_override (sources, environment->config_override, error)
          : !add_layers (sources, environment, error))
    return NULL;
  g_ptr_array_add (sources->files, NULL);
  return g_steal_pointer (&sources);
}

void
config_sources_free (ConfigSources *sources)
{
  if (sources == NULL)
    return;
  g_ptr_array_unref (sources->files);
  g_array_unref (sources->stamps);
  presets_free (sources->presets);
  g_free (sources);
}

const char *const *
config_sources_files (const ConfigSources *sources)
{
  return (const char *const *) sources->files->pdata;
}

uid_t
config_sources_uid (const ConfigSources *sources)
{
  return sources->uid;
}

Presets *
config_sources_presets (const ConfigSources *sources)
{
  return sources->presets;
}

bool
config_sources_digest (const ConfigSources *sources, int64_t now, GChecksum *checksum)
{
  bool settled = true;

  for (size_t i = 0; i < sources->stamps->len; i++)
    {
      const Stamp *stamp = &g_array_index (sources->stamps, Stamp, i);

      digest_add_text (checksum, sources->files->pdata[i]);
      g_checksum_update (checksum, (const guchar *) stamp, sizeof *stamp);
      /* Only ctime: every change sets it, and nobody can set it back. Whole seconds: a difference
       * of one may be a moment. */
      settled = settled && now - stamp->ctime >= 2;
    }
  digest_add_text (checksum, NULL);
  return settled;
}
