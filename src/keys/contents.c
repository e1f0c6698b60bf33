/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contents-entry.h"

#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"
#include "pair.h"
#include "text.h"

#include <string.h>

static void
entry_free (void *data)
{
  Entry *entry = data;

  g_free (entry->alias);
  g_clear_pointer (&entry->id, g_bytes_unref);
  g_clear_pointer (&entry->certificate, g_bytes_unref);
  secret_unref (entry->encoded);
  g_free (entry);
}

static void
certificate_free (void *data)
{
  Certificate *certificate = data;

  g_clear_pointer (&certificate->id, g_bytes_unref);
  gnutls_x509_crt_deinit (certificate->certificate);
  g_free (certificate);
}

static void
trusted_free (void *data)
{
  Trusted *trusted = data;

  g_free (trusted->alias);
  g_bytes_unref (trusted->certificate);
  g_free (trusted);
}

Contents *
contents_new (void)
{
  Contents *contents = g_new0 (Contents, 1);

  contents->keys = g_ptr_array_new_with_free_func (entry_free);
  contents->certificates = g_ptr_array_new_with_free_func (certificate_free);
  contents->trusted = g_ptr_array_new_with_free_func (trusted_free);
  return contents;
}

void
contents_free (Contents *contents)
{
  g_ptr_array_unref (contents->keys);
  g_ptr_array_unref (contents->certificates);
  g_ptr_array_unref (contents->trusted);
  g_free (contents);
}

static bool
check_room (const GPtrArray *entries, size_t limit, size_t size, GError **error)
{
  if (entries->len < limit && size <= CONTENTS_MAX_ENCODED)
    return true;
  if (size > CONTENTS_MAX_ENCODED)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("a key or certificate in it is longer than %d bytes"), CONTENTS_MAX_ENCODED);
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("it holds more than %zu keys or certificates"), limit);
  return false;
}

static GBytes *
copy_id (const gnutls_datum_t *id)
{
  return id != NULL && id->size > 0 ? g_bytes_new (id->data, id->size) : NULL;
}

bool
contents_add_key (Contents *contents, const char *alias, const gnutls_datum_t *id, Secret *encoded,
                  KeyOpen open, GError **error)
{
  Entry *entry;

  if (!check_room (contents->keys, CONTENTS_MAX_KEYS, secret_length (encoded), error))
    return false;
  if (alias != NULL && strlen (alias) > CONTENTS_MAX_ALIAS)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("a key's name in it is longer than %d bytes"), CONTENTS_MAX_ALIAS);
      return false;
    }
  entry = g_new0 (Entry, 1);
  entry->alias = alias != NULL && *alias != '\0' ? g_utf8_make_valid (alias, -1) : NULL;
  entry->id = copy_id (id);
  entry->encoded = secret_ref (encoded);
  entry->open = open;
  g_ptr_array_add (contents->keys, entry);
  return true;
}

bool
contents_import_certificate (const gnutls_datum_t *der, unsigned number,
                             gnutls_x509_crt_t *certificate, GError **error)
{
  g_auto (gnutls_x509_crt_t) handle = NULL;
  int status = gnutls_x509_crt_init (&handle);

  if (status >= 0)
    status = gnutls_x509_crt_import (handle, der, GNUTLS_X509_FMT_DER);
  if (status < 0)
    {
      g_autofree char *reason = gnutls_reason (status);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("certificate %u in it is damaged: %s"),
                   number, reason);
      return false;
    }
  *certificate = g_steal_pointer (&handle);
  return true;
}

bool
contents_add_certificate (Contents *contents, const gnutls_datum_t *id, const gnutls_datum_t *der,
                          GError **error)
{
  g_auto (gnutls_x509_crt_t) handle = NULL;
  Certificate *certificate;

  if (!check_room (contents->certificates, CONTENTS_MAX_CERTIFICATES, der->size, error))
    return false;
  if (!contents_import_certificate (der, contents->certificates->len + 1, &handle, error))
    return false;
  certificate = g_new0 (Certificate, 1);
  certificate->id = copy_id (id);
  certificate->certificate = g_steal_pointer (&handle);
  g_ptr_array_add (contents->certificates, certificate);
  return true;
}

void
contents_set_certificate (Contents *contents, const unsigned char *der, size_t length)
{
  Entry *entry = g_ptr_array_index (contents->keys, contents->keys->len - 1);

  g_clear_pointer (&entry->certificate, g_bytes_unref);
  entry->certificate = g_bytes_new (der, length);
}

void
contents_add_trusted (Contents *contents, const char *alias, const unsigned char *der,
                      size_t length)
{
  Trusted *trusted = g_new0 (Trusted, 1);

  trusted->alias = g_strdup (alias);
  trusted->certificate = g_bytes_new (der, length);
  g_ptr_array_add (contents->trusted, trusted);
}

/* What a key is called in messages and by `key-alias`: an unnamed one by its place, from 1. */
static char *
entry_name (const Contents *contents, unsigned index)
{
  const Entry *entry = g_ptr_array_index (contents->keys, index);

  return entry->alias != NULL ? g_strdup (entry->alias) : g_strdup_printf ("%u", index + 1);
}

static char *
trusted_name (const Contents *contents, unsigned index)
{
  const Trusted *trusted = g_ptr_array_index (contents->trusted, index);

  return g_strdup (trusted->alias);
}

static char *
list_names (const Contents *contents, unsigned count,
            char *(*get_name) (const Contents *contents, unsigned index))
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (unsigned i = 0; i < MIN (count, CONTENTS_MAX_LISTED); i++)
    {
      g_autofree char *name = get_name (contents, i);
      g_autofree char *cleaned = text_clean (name, -1);

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", cleaned);
    }
  if (count > CONTENTS_MAX_LISTED)
    g_string_append (list, ", …");
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static char *
fold (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  return g_utf8_casefold (valid, -1);
}

static bool
is_trusted (const Contents *contents, const char *alias)
{
  g_autofree char *wanted = fold (alias);

  for (unsigned i = 0; i < contents->trusted->len; i++)
    {
      const Trusted *trusted = g_ptr_array_index (contents->trusted, i);
      g_autofree char *folded = fold (trusted->alias);

      if (strcmp (folded, wanted) == 0)
        return true;
    }
  return false;
}

static void
fail_without_key (const Contents *contents, GError **error)
{
  g_autofree char *names = list_names (contents, contents->trusted->len, trusted_name);
  g_autoptr (GError) reason = NULL;

  mistake_fail (MISTAKE_CERTIFICATE, &reason);
  if (contents->trusted->len > 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("there is no private key in it, only trusted certificates: %s"), names);
      if (error != NULL)
        error_add_hint (*error, "%s", error_hint (reason));
      return;
    }
  g_propagate_error (error, g_steal_pointer (&reason));
}

static bool
is_lone_and_unnamed (const Contents *contents)
{
  const Entry *first = g_ptr_array_index (contents->keys, 0);

  return contents->keys->len == 1 && first->alias == NULL;
}

static const Entry *
fail_choice (const Contents *contents, const char *alias, GError **error)
{
  g_autofree char *names = list_names (contents, contents->keys->len, entry_name);
  g_autofree char *cleaned = alias != NULL ? text_clean (alias, -1) : NULL;

  if (alias == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("it holds %u keys, and no alias says which: %s"), contents->keys->len, names);
  else if (is_trusted (contents, alias))
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("\"%s\" in it is a trusted certificate, not a private key; it has: %s"),
                 cleaned, names);
  else if (is_lone_and_unnamed (contents))
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("the one key in it has no name, and \"%s\" is asked for"), cleaned);
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("no single key is called \"%s\" in it: %s"), cleaned, names);
  if (error != NULL && contents->keys->len == 1)
    error_add_hint (*error, _ ("it holds one key: `key-alias` may be left out"));
  else if (error != NULL)
    error_add_hint (*error, _ ("set `key-alias` to one of these names"));
  return NULL;
}

/* The only key of that name; FOLDED: without regard to case. COUNT: how many there are. */
static const Entry *
find_entry (const Contents *contents, const char *alias, bool folded, unsigned *count)
{
  g_autofree char *wanted = folded ? fold (alias) : g_strdup (alias);
  const Entry *found = NULL;

  *count = 0;
  for (unsigned i = 0; i < contents->keys->len; i++)
    {
      g_autofree char *name = entry_name (contents, i);
      g_autofree char *compared = folded ? fold (name) : g_strdup (name);

      if (strcmp (compared, wanted) != 0)
        continue;
      found = g_ptr_array_index (contents->keys, i);
      ++*count;
    }
  return *count == 1 ? found : NULL;
}

const Entry *
contents_choose (const Contents *contents, const char *alias, GError **error)
{
  const Entry *chosen = NULL;
  unsigned count;

  if (alias == NULL && contents->keys->len == 1)
    return g_ptr_array_index (contents->keys, 0);
  if (alias == NULL)
    return fail_choice (contents, alias, error);
  chosen = find_entry (contents, alias, false, &count);
  if (count == 0)
    chosen = find_entry (contents, alias, true, &count);
  return chosen != NULL ? chosen : fail_choice (contents, alias, error);
}

bool
contents_stands_beside (const Contents *contents, const Entry *entry,
                        const Certificate *certificate)
{
  if (contents->keys->len == 1)
    return true;
  return entry->id != NULL && certificate->id != NULL && g_bytes_equal (entry->id, certificate->id);
}

static bool
attach_own (const Entry *entry, Key *key, GError **error)
{
  g_auto (gnutls_x509_crt_t) handle = NULL;
  gnutls_datum_t der = { 0 };
  size_t length;

  der.data = (unsigned char *) g_bytes_get_data (entry->certificate, &length);
  der.size = (unsigned) length;
  if (!contents_import_certificate (&der, 1, &handle, error))
    return false;
  if (!pair_fits (key_private (key), handle))
    return mistake_fail (MISTAKE_MISMATCH, error);
  key_set_certificate (key, g_steal_pointer (&handle));
  return true;
}

static bool
attach_certificate (const Contents *contents, const Entry *entry, Key *key, GError **error)
{
  bool beside = false;

  if (entry->certificate != NULL)
    return attach_own (entry, key, error);
  for (unsigned i = 0; i < contents->certificates->len; i++)
    {
      Certificate *certificate = g_ptr_array_index (contents->certificates, i);

      if (pair_fits (key_private (key), certificate->certificate))
        {
          key_set_certificate (key, g_steal_pointer (&certificate->certificate));
          return true;
        }
      beside = beside || contents_stands_beside (contents, entry, certificate);
    }
  return !beside || mistake_fail (MISTAKE_MISMATCH, error);
}

Key *
contents_open (const Contents *contents, const char *alias, Unlock *unlock, GError **error)
{
  g_autoptr (Key) key = NULL;
  const Entry *entry;

  if (contents->keys->len == 0)
    {
      fail_without_key (contents, error);
      return NULL;
    }
  entry = contents_choose (contents, alias, error);
  if (entry == NULL)
    return NULL;
  key = entry->open (entry->encoded, unlock, error);
  if (key == NULL || !attach_certificate (contents, entry, key, error))
    return NULL;
  return g_steal_pointer (&key);
}
