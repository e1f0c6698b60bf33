/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inspect.h"

#include "certificate.h"
#include "contents-entry.h"
#include "encoding.h"
#include "error.h"
#include "gnutls-auto.h"
#include "key-private.h"
#include "mistake.h"
#include "pair.h"
#include "pkcs11.h"

static const char format_token[] = "PKCS#11";
static const char format_certificate[] = "X.509";
static const char format_public[] = "public key";

static void
key_free (void *data)
{
  InspectedKey *item = data;

  g_free (item->alias);
  g_clear_pointer (&item->key, key_unref);
  g_clear_pointer (&item->public, gnutls_pubkey_deinit);
  g_clear_pointer (&item->certificate, gnutls_x509_crt_deinit);
  g_clear_error (&item->trouble);
  g_free (item);
}

static void
certificate_free (void *data)
{
  InspectedCertificate *item = data;

  g_free (item->alias);
  gnutls_x509_crt_deinit (item->certificate);
  g_free (item);
}

static Inspection *
inspection_new (const char *format)
{
  Inspection *inspection = g_new0 (Inspection, 1);

  inspection->format = format;
  inspection->keys = g_ptr_array_new_with_free_func (key_free);
  inspection->certificates = g_ptr_array_new_with_free_func (certificate_free);
  return inspection;
}

void
inspection_free (Inspection *inspection)
{
  g_ptr_array_unref (inspection->keys);
  g_ptr_array_unref (inspection->certificates);
  g_clear_error (&inspection->trouble);
  g_free (inspection);
}

static gnutls_x509_crt_t
copy_certificate (gnutls_x509_crt_t certificate)
{
  g_auto (gnutls_datum_t) der = { 0 };
  gnutls_x509_crt_t copy = NULL;

  if (certificate == NULL || gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der) < 0)
    return NULL;
  contents_import_certificate (&der, 1, &copy, NULL);
  return copy;
}

static gnutls_x509_crt_t
decode (GBytes *bytes)
{
  size_t length;
  gnutls_datum_t der = { (unsigned char *) g_bytes_get_data (bytes, &length), 0 };
  gnutls_x509_crt_t certificate = NULL;

  der.size = (unsigned) length;
  contents_import_certificate (&der, 1, &certificate, NULL);
  return certificate;
}

static gnutls_pubkey_t
public_of (gnutls_x509_crt_t certificate)
{
  g_auto (gnutls_pubkey_t) public = NULL;

  if (gnutls_pubkey_init (&public) < 0 || gnutls_pubkey_import_x509 (public, certificate, 0) < 0)
    return NULL;
  return g_steal_pointer (&public);
}

/* The one that fits; of a key that could not be opened, the first that stands beside it. */
static gnutls_x509_crt_t
find_certificate (const Contents *contents, const Entry *entry, const Key *key)
{
  gnutls_x509_crt_t beside = NULL;

  if (entry->certificate != NULL)
    return decode (entry->certificate);
  for (unsigned i = 0; i < contents->certificates->len; i++)
    {
      const Certificate *certificate = g_ptr_array_index (contents->certificates, i);

      if (key != NULL && pair_fits (key_private (key), certificate->certificate))
        return copy_certificate (certificate->certificate);
      if (beside == NULL && contents_stands_beside (contents, entry, certificate))
        beside = certificate->certificate;
    }
  return copy_certificate (beside);
}

/* From the key and the certificate, whichever there is. */
static void
finish_key (InspectedKey *item)
{
  if (item->key != NULL)
    item->public = key_copy_public (item->key, NULL);
  else if (item->certificate != NULL)
    item->public = public_of (item->certificate);
  item->matches = item->key != NULL && item->certificate != NULL &&
                  pair_fits (key_private (item->key), item->certificate);
  if (item->key != NULL && item->certificate != NULL && !item->matches)
    mistake_fail (MISTAKE_MISMATCH, &item->trouble);
}

static void
add_entry (Inspection *inspection, const Contents *contents, const Entry *entry, Unlock *unlock)
{
  InspectedKey *item = g_new0 (InspectedKey, 1);

  item->alias = g_strdup (entry->alias);
  item->encrypted = entry->open == encoding_open_encrypted || entry->open == encoding_open_openssl;
  item->key = entry->open (entry->encoded, unlock, &item->trouble);
  item->certificate = find_certificate (contents, entry, item->key);
  finish_key (item);
  g_ptr_array_add (inspection->keys, item);
}

/* Takes CERTIFICATE over. */
static void
add_certificate (Inspection *inspection, const char *alias, gnutls_x509_crt_t certificate)
{
  InspectedCertificate *item;

  if (certificate == NULL)
    return;
  item = g_new0 (InspectedCertificate, 1);
  item->alias = g_strdup (alias);
  item->certificate = certificate;
  g_ptr_array_add (inspection->certificates, item);
}

static bool
is_of_a_key (const Inspection *inspection, gnutls_x509_crt_t certificate)
{
  for (unsigned i = 0; i < inspection->keys->len; i++)
    {
      const InspectedKey *item = g_ptr_array_index (inspection->keys, i);

      if (item->certificate != NULL && gnutls_x509_crt_equals (item->certificate, certificate))
        return true;
    }
  return false;
}

static void
add_contents (Inspection *inspection, const Contents *contents, Unlock *unlock)
{
  for (unsigned i = 0; i < contents->keys->len; i++)
    add_entry (inspection, contents, g_ptr_array_index (contents->keys, i), unlock);
  for (unsigned i = 0; i < contents->certificates->len; i++)
    {
      const Certificate *certificate = g_ptr_array_index (contents->certificates, i);

      if (!is_of_a_key (inspection, certificate->certificate))
        add_certificate (inspection, NULL, copy_certificate (certificate->certificate));
    }
  for (unsigned i = 0; i < contents->trusted->len; i++)
    {
      const Trusted *trusted = g_ptr_array_index (contents->trusted, i);

      add_certificate (inspection, trusted->alias, decode (trusted->certificate));
    }
}

static void
choose (Inspection *inspection, const Contents *contents, const char *alias)
{
  g_autoptr (GError) reason = NULL;
  const Entry *chosen = contents_choose (contents, alias, &reason);

  for (unsigned i = 0; i < contents->keys->len; i++)
    {
      InspectedKey *item = g_ptr_array_index (inspection->keys, i);

      item->chosen = g_ptr_array_index (contents->keys, i) == chosen;
    }
  if (chosen == NULL && inspection->trouble == NULL)
    inspection->trouble = g_steal_pointer (&reason);
}

static Inspection *
inspect_certificates (GPtrArray *certificates)
{
  Inspection *inspection = inspection_new (format_certificate);

  for (unsigned i = 0; i < certificates->len; i++)
    add_certificate (inspection, NULL, copy_certificate (g_ptr_array_index (certificates, i)));
  return inspection;
}

/* Takes PUBLIC over. */
static Inspection *
inspect_public (gnutls_pubkey_t public)
{
  Inspection *inspection = inspection_new (format_public);
  InspectedKey *item = g_new0 (InspectedKey, 1);

  item->public = public;
  item->chosen = true;
  g_ptr_array_add (inspection->keys, item);
  return inspection;
}

static gnutls_pubkey_t
read_public (const Secret *content)
{
  static const gnutls_x509_crt_fmt_t forms[] = { GNUTLS_X509_FMT_PEM, GNUTLS_X509_FMT_DER };
  gnutls_datum_t bytes = encoding_datum (content);

  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_auto (gnutls_pubkey_t) public = NULL;

      if (gnutls_pubkey_init (&public) >= 0 && gnutls_pubkey_import (public, &bytes, forms[i]) >= 0)
        return g_steal_pointer (&public);
    }
  return NULL;
}

/* What holds no private key; NULL: it is nothing that we know. */
static Inspection *
inspect_without_key (const Secret *content)
{
  size_t length;
  const char *bytes = secret_bytes (content, &length);
  g_autoptr (GPtrArray) certificates = certificates_read (bytes, length);
  gnutls_pubkey_t public;

  if (certificates != NULL)
    return inspect_certificates (certificates);
  public = read_public (content);
  return public != NULL ? inspect_public (public) : NULL;
}

/* The two kinds of Java keystores are told apart by their first byte. */
static const char *
format_name (const Container *container, const Secret *content)
{
  if (container != &container_jks)
    return container->name;
  return *secret_bytes (content, NULL) == '\xce' ? "JCEKS" : "JKS";
}

static Inspection *
inspect_content (Secret *content, const KeySource *source, GError **error)
{
  g_auto (Unlock) unlock = { .source = source, .inspects = true };
  g_autoptr (Contents) contents = contents_new ();
  const Container *container = container_find (content);
  Inspection *inspection;
  g_autoptr (GError) reason = NULL;
  bool whole = container->read (content, &unlock, contents, &reason);
  bool seen = contents->keys->len > 0 || contents->trusted->len > 0;

  if (!whole && !seen && (inspection = inspect_without_key (content)) != NULL)
    return inspection;
  if (!whole && !seen && !g_error_matches (reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }
  inspection = inspection_new (format_name (container, content));
  add_contents (inspection, contents, &unlock);
  inspection->trouble = g_steal_pointer (&reason);
  if (contents->keys->len > 0)
    choose (inspection, contents, source->alias);
  return inspection;
}

static Inspection *
inspect_token (const KeySource *source, GError **error)
{
  g_autoptr (Key) key = pkcs11_open (source, error);
  Inspection *inspection;
  InspectedKey *item;

  if (key == NULL)
    return NULL;
  inspection = inspection_new (format_token);
  item = g_new0 (InspectedKey, 1);
  item->certificate = copy_certificate (key_certificate (key));
  item->public = key_copy_public (key, NULL);
  item->matches = item->certificate != NULL; /* or it would not have been opened */
  item->chosen = true;
  item->key = g_steal_pointer (&key);
  g_ptr_array_add (inspection->keys, item);
  return inspection;
}

static bool
holds_private_keys (const Inspection *inspection)
{
  return inspection->keys->len > 0 && inspection->format != format_public;
}

static Inspection *
inspect (const KeySource *source, GError **error)
{
  g_autoptr (Secret) content = NULL;
  g_autoptr (GError) exposure = NULL;
  Inspection *inspection;

  if (key_is_uri (source->location))
    return inspect_token (source, error);
  if (key_keyring_name (source->location) != NULL)
    content = key_keyring_read (source, error);
  else if (key_check_path (source->location, error))
    content = key_file_read_any (source->location, &exposure, error);
  inspection = content != NULL ? inspect_content (content, source, error) : NULL;
  /* A certificate is for everybody to read, a key is not. */
  if (inspection != NULL && exposure != NULL && holds_private_keys (inspection) &&
      inspection->trouble == NULL)
    inspection->trouble = g_steal_pointer (&exposure);
  return inspection;
}

Inspection *
key_inspect (const KeySource *source, GError **error)
{
  g_autofree char *name = key_location_text (source->location);
  GError *reason = NULL;
  Inspection *inspection = inspect (source, &reason);

  if (inspection == NULL)
    {
      error_add_prefix (reason, name);
      g_propagate_error (error, reason);
    }
  else if (inspection->trouble != NULL)
    error_add_prefix (inspection->trouble, name);
  return inspection;
}

const InspectedKey *
inspection_chosen (const Inspection *inspection)
{
  for (unsigned i = 0; i < inspection->keys->len; i++)
    {
      const InspectedKey *item = g_ptr_array_index (inspection->keys, i);

      if (item->chosen)
        return item;
    }
  return NULL;
}

bool
inspection_is_locked (const Inspection *inspection)
{
  bool locked = g_error_matches (inspection->trouble, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);

  for (unsigned i = 0; i < inspection->keys->len && !locked; i++)
    {
      const InspectedKey *item = g_ptr_array_index (inspection->keys, i);

      locked = g_error_matches (item->trouble, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);
    }
  return locked;
}

bool
inspection_is_told (const Inspection *inspection)
{
  bool told = !g_error_matches (inspection->trouble, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE);

  for (unsigned i = 0; i < inspection->keys->len && told; i++)
    {
      const InspectedKey *item = g_ptr_array_index (inspection->keys, i);

      told = item->certificate != NULL || item->key != NULL;
    }
  return told;
}
