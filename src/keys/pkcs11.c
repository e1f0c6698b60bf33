/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pkcs11.h"

#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"
#include "pair.h"
#include "pkcs11-pin.h"
#include "pkcs11-token.h"

#include <gnutls/pkcs11.h>

enum { MAX_ID = 256 /* bytes */ };

typedef struct {
  gnutls_pkcs11_obj_t *list;
  unsigned count;
} Objects;

static void
objects_clear (Objects *objects)
{
  for (unsigned i = 0; i < objects->count; i++)
    gnutls_pkcs11_obj_deinit (objects->list[i]);
  gnutls_free (objects->list);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Objects, objects_clear)

static gnutls_privkey_t
open_private (const char *url, Pkcs11Pin *pin, GError **error)
{
  g_auto (gnutls_privkey_t) private = NULL;
  int status = gnutls_privkey_init (&private);

  if (status >= 0)
    {
      gnutls_privkey_set_pin_function (private, pkcs11_pin_give, pin);
      status = gnutls_privkey_import_url (private, url, 0);
    }
  if (status >= 0)
    {
      pin->proven = true;
      return g_steal_pointer (&private);
    }
  if (pin->reason != NULL)
    g_propagate_error (error, g_steal_pointer (&pin->reason));
  else
    pkcs11_fail (status, error);
  return NULL;
}

/* GnuTLS takes the first of several. The PIN has opened the token: nobody asks for it here. */
static bool
list_key (const char *url, Objects *keys, GError **error)
{
  int status = gnutls_pkcs11_obj_list_import_url4 (&keys->list, &keys->count, url,
                                                   GNUTLS_PKCS11_OBJ_FLAG_PRIVKEY);

  if (status < 0)
    return pkcs11_fail (status, error);
  if (keys->count <= 1)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("%u private keys in the token match"),
               keys->count);
  if (error != NULL)
    error_add_hint (*error, _ ("add `id` to the URI: `p11tool --login --list-privkeys "
                               "pkcs11:token=NAME` prints that of each key"));
  return false;
}

/* The certificates that bear the key's ID: nothing else ties them to it. */
static void
list_certificates (const char *token, const Objects *keys, Objects *certificates)
{
  unsigned char id[MAX_ID];
  size_t size = sizeof id;
  g_autofree char *escaped = NULL;
  g_autofree char *url = NULL;

  if (keys->count == 0 ||
      gnutls_pkcs11_obj_get_info (keys->list[0], GNUTLS_PKCS11_OBJ_ID, id, &size) < 0 || size == 0)
    return;
  escaped = g_uri_escape_bytes (id, size, NULL);
  url = g_strdup_printf ("%s;type=cert;id=%s", token, escaped);
  gnutls_pkcs11_obj_list_import_url4 (&certificates->list, &certificates->count, url,
                                      GNUTLS_PKCS11_OBJ_FLAG_CRT);
}

static gnutls_x509_crt_t
read_certificate (gnutls_pkcs11_obj_t object)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;

  if (gnutls_x509_crt_init (&certificate) < 0 ||
      gnutls_x509_crt_import_pkcs11 (certificate, object) < 0)
    return NULL;
  return g_steal_pointer (&certificate);
}

/* A token tells an RSA key's modulus. For another key's public half GnuTLS would look into this
 * very certificate, so such a key has to sign. */
static bool
fits (gnutls_privkey_t private, gnutls_x509_crt_t certificate)
{
  g_auto (gnutls_pubkey_t) certified = NULL;

  if (gnutls_privkey_get_pk_algorithm (private, NULL) == GNUTLS_PK_RSA)
    return pair_fits (private, certificate);
  return gnutls_pubkey_init (&certified) >= 0 &&
         gnutls_pubkey_import_x509 (certified, certificate, 0) >= 0 &&
         pair_signs (private, certified);
}

/* OWN stays NULL where none is there; others alone are an error. */
static bool
find_certificate (gnutls_privkey_t private, const Objects *certificates, gnutls_x509_crt_t *own,
                  GError **error)
{
  for (unsigned i = 0; i < certificates->count; i++)
    {
      g_auto (gnutls_x509_crt_t) certificate = read_certificate (certificates->list[i]);

      if (certificate != NULL && fits (private, certificate))
        {
          *own = g_steal_pointer (&certificate);
          return true;
        }
    }
  return certificates->count == 0 || mistake_fail (MISTAKE_MISMATCH, error);
}

static Key *
make_key (gnutls_privkey_t *private, const Objects *certificates, GError **error)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  g_auto (gnutls_pubkey_t) public = NULL;
  Key *key;

  if (!find_certificate (*private, certificates, &certificate, error))
    return NULL;
  public = key_read_public (*private, certificate, error);
  if (public == NULL)
    return NULL;
  key = key_new_in_token (g_steal_pointer (private), public, error);
  if (key != NULL && certificate != NULL)
    key_set_certificate (key, g_steal_pointer (&certificate));
  return key;
}

static Key *
open_in_token (const char *token, const char *url, const KeySource *source, GError **error)
{
  /* Released in the reverse order: the handle may ask for the PIN as long as it lives. */
  g_autoptr (Pkcs11Pin) pin = pkcs11_pin_new (source);
  g_auto (Objects) keys = { 0 };
  g_auto (Objects) certificates = { 0 };
  g_auto (gnutls_privkey_t) private = NULL;
  Key *key;

  private = open_private (url, pin, error);
  pin->source = NULL;
  if (private == NULL || !list_key (url, &keys, error))
    return NULL;
  list_certificates (token, &keys, &certificates);
  key = make_key (&private, &certificates, error);
  if (key != NULL)
    key_keep (key, g_steal_pointer (&pin), (GDestroyNotify) pkcs11_pin_free);
  return key;
}

Key *
pkcs11_open (const KeySource *source, GError **error)
{
  g_auto (Pkcs11Uri) uri = { 0 };
  g_autofree char *token = NULL;
  g_autofree char *url = NULL;

  if (!pkcs11_uri_parse (source->location, &uri, error))
    return NULL;
  if (source->alias != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("an alias means nothing beside a PKCS#11 URI"));
      if (error != NULL)
        error_add_hint (*error, _ ("remove `key-alias`; `object` in the URI is the key's name"));
      return NULL;
    }
  if (!pkcs11_load_modules (error))
    return NULL;
  token = pkcs11_find_token (&uri, error);
  if (token == NULL)
    return NULL;
  url = pkcs11_uri_for_key (&uri, token);
  return open_in_token (token, url, source, error);
}
