/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-place.h"

#include "certificate.h"
#include "config.h"
#include "error.h"
#include "i18n.h"
#include "new-file.h"
#include "profiles.h"
#include "store.h"
#include "text.h"

#include <errno.h>
#include <string.h>

enum { MAX_FILES = 3, PRIVATE = 0600, SHARED = 0644, DEFAULT_DAYS = 730 };

struct _KeyFormat {
  const char *name; /* of the option's value */
  const char *title;
  const char *endings[3]; /* the first is ours */
  Secret *(*write) (const Key *key, const char *alias, const Secret *passphrase, GError **error);
};

static Secret *
write_pem (const Key *key, const char *alias G_GNUC_UNUSED, const Secret *passphrase,
           GError **error)
{
  return store_pem (key, passphrase, error);
}

/* PKCS#12 first: one file has key and certificate, keytool and openssl open it, and it cannot be
 * changed without the passphrase. */
static const KeyFormat formats[] = {
  { "pkcs12", "PKCS#12", { ".p12", ".pfx", NULL }, store_pkcs12 },
  { "pem", "PEM", { ".pem", ".key", NULL }, write_pem },
};

enum { FORMAT_PKCS12, FORMAT_PEM };

void
key_place_clear (KeyPlace *place)
{
  g_clear_pointer (&place->name, g_free);
  g_clear_pointer (&place->key, g_free);
  g_clear_pointer (&place->passphrase, g_free);
  g_clear_pointer (&place->certificate, g_free);
}

/* The ending that PATH has of FORMAT's; NULL: none. */
static const char *
find_ending (const KeyFormat *format, const char *path)
{
  for (size_t i = 0; format->endings[i] != NULL; i++)
    if (g_str_has_suffix (path, format->endings[i]))
      return format->endings[i];
  return NULL;
}

static const KeyFormat *
format_of_path (const char *path)
{
  for (size_t i = 0; i < G_N_ELEMENTS (formats); i++)
    if (find_ending (&formats[i], path) != NULL)
      return &formats[i];
  return NULL;
}

static const KeyFormat *
find_format (const char *name, const char *target, bool plain, GError **error)
{
  const KeyFormat *format = format_of_path (target);

  if (name == NULL && format != NULL)
    return format;
  if (name == NULL)
    return &formats[plain ? FORMAT_PEM : FORMAT_PKCS12];
  for (size_t i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].name, name) == 0)
      return &formats[i];
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--format: neither pkcs12 nor pem"));
  return NULL;
}

static bool
check_plain (const KeyFormat *format, bool plain, GError **error)
{
  if (!plain || format != &formats[FORMAT_PKCS12])
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("a PKCS#12 file without a passphrase is refused by many programs"));
  if (error != NULL)
    error_add_hint (*error, _ ("write PEM instead: --format pem"));
  return false;
}

static bool
is_path (const char *target)
{
  return strchr (target, '/') != NULL || format_of_path (target) != NULL;
}

/* The path without an ending. */
static char *
stem_of_path (const char *target, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (target, NULL);
  g_autofree char *base = g_path_get_basename (path);
  const KeyFormat *format = format_of_path (base);
  size_t cut = format != NULL ? strlen (find_ending (format, base)) : 0;

  if (!g_str_has_suffix (target, "/") && strlen (base) > cut && strcmp (base, "/") != 0)
    return g_strndup (path, strlen (path) - cut);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("the new key needs a name"));
  if (error != NULL)
    error_add_hint (*error, _ ("it is a name such as acme, or a path such as ./acme.p12"));
  return NULL;
}

static char *
stem_of_name (const Environment *environment, const char *name, GError **error)
{
  g_autofree char *folder = profiles_folder (environment);

  if (!config_is_profile_name (name))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("the name of a key has letters, digits, \"-\", \"_\" and \".\""));
      if (error != NULL)
        error_add_hint (*error, _ ("it is a name such as acme, or a path such as ./acme.p12"));
      return NULL;
    }
  if (folder != NULL)
    return g_build_filename (folder, "keys", name, NULL);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("there is no home folder for the key"));
  if (error != NULL)
    error_add_hint (*error, _ ("set HOME or XDG_CONFIG_HOME, or give a path such as ./acme.p12"));
  return NULL;
}

bool
key_place_choose (const Environment *environment, const char *target, const char *format_name,
                  bool plain, KeyPlace *place, GError **error)
{
  const KeyFormat *format = find_format (format_name, target, plain, error);
  g_autofree char *stem = NULL;

  if (format == NULL || !check_plain (format, plain, error))
    return false;
  stem =
      is_path (target) ? stem_of_path (target, error) : stem_of_name (environment, target, error);
  if (stem == NULL)
    return false;
  *place = (KeyPlace){
    .format = format,
    .ours = !is_path (target),
    .name = g_path_get_basename (stem),
    .key = format_of_path (target) != NULL ? g_canonicalize_filename (target, NULL)
                                           : g_strconcat (stem, format->endings[0], NULL),
    .passphrase = g_strconcat (stem, ".passphrase", NULL),
    .certificate = g_strconcat (stem, ".crt", NULL),
  };
  return true;
}

const char *
key_place_format (const KeyPlace *place)
{
  return place->format->title;
}

static bool
mend (GError *reason, GError **error)
{
  if (reason->code == AVOUCH_ERROR_KEY)
    error_add_hint (reason, _ ("avouch replaces no file: choose another name, or move it away"));
  g_propagate_error (error, reason);
  return false;
}

bool
key_place_check (const KeyPlace *place, bool generated, GError **error)
{
  const NewFile files[MAX_FILES] = {
    { .path = place->key },
    { .path = place->certificate },
    { .path = place->passphrase },
  };
  GError *reason = NULL;

  return new_files_check (files, generated ? 3 : 2, AVOUCH_ERROR_KEY, &reason) ||
         mend (reason, error);
}

Secret *
key_place_passphrase (const KeyPlace *place, const PassphrasePlace *from,
                      const Environment *environment, GError **error)
{
  g_autofree char *shown = profiles_short_path (environment, place->key);
  g_autofree char *question = g_strdup_printf (_ ("New passphrase for %s: "), shown);

  return passphrase_place_fetch (from, environment, question, error);
}

char *
key_place_setting (const KeyPlace *place, const PassphrasePlace *from,
                   const Environment *environment)
{
  g_autofree char *shown = profiles_short_path (environment, place->passphrase);

  return passphrase_place_is_generated (from) ? g_strconcat ("file:", shown, NULL)
                                              : passphrase_place_setting (from, environment);
}

static Secret *
as_line (const Secret *passphrase)
{
  g_auto (SecretBuffer) line = { 0 };

  secret_buffer_append_secret (&line, passphrase);
  secret_buffer_append (&line, "\n", 1);
  return secret_buffer_end (&line);
}

/* Another folder has to be there: a slip of the pen makes none. */
static bool
make_folder (const KeyPlace *place, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (place->key);

  if (!place->ours || g_mkdir_with_parents (folder, 0700) == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot be made: %s"), folder,
               g_strerror (errno));
  return false;
}

bool
key_place_write (const KeyPlace *place, const Key *key, Secret *passphrase, bool generated,
                 GError **error)
{
  g_autoptr (Secret) content = place->format->write (key, place->name, passphrase, error);
  g_autoptr (Secret) line = generated ? as_line (passphrase) : NULL;
  g_autoptr (Secret) certificate = NULL;
  NewFile files[MAX_FILES];
  size_t count = 0;
  GError *reason = NULL;

  if (content == NULL || !store_check (content, key, passphrase, error))
    return false;
  files[count++] = (NewFile){ place->key, content, PRIVATE };
  if (generated)
    files[count++] = (NewFile){ place->passphrase, line, PRIVATE };
  if (key_certificate (key) != NULL)
    {
      certificate = certificate_encode (key_certificate (key), GNUTLS_X509_FMT_PEM, error);
      if (certificate == NULL)
        return false;
      files[count++] = (NewFile){ place->certificate, certificate, SHARED };
    }
  return make_folder (place, error) &&
         (new_files_write (files, count, AVOUCH_ERROR_KEY, &reason) || mend (reason, error));
}

bool
key_certificate_check (const char *path, GError **error)
{
  GError *reason = NULL;

  return new_files_check (&(NewFile){ .path = path }, 1, AVOUCH_ERROR_KEY, &reason) ||
         mend (reason, error);
}

bool
key_certificate_write (const char *path, const Secret *content, GError **error)
{
  GError *reason = NULL;

  return new_files_write (&(NewFile){ path, content, SHARED }, 1, AVOUCH_ERROR_KEY, &reason) ||
         mend (reason, error);
}

bool
key_days_parse (const char *text, unsigned *days, GError **error)
{
  int64_t number = DEFAULT_DAYS;

  if (text != NULL && !text_parse_int (text, 1, CERTIFICATE_MAX_DAYS, &number))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--days: a number from 1 to %d"),
                   CERTIFICATE_MAX_DAYS);
      return false;
    }
  *days = (unsigned) number;
  return true;
}
