/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pkcs11-make.h"

#include "certificate.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "pkcs11-pin.h"
#include "pkcs11-token.h"
#include "pkcs11.h"

#include <gnutls/crypto.h>
#include <gnutls/pkcs11.h>

enum { ID_SIZE = 16 /* bytes */ };

/* Where the key goes, and what it is called there. */
typedef struct {
  char *token;
  char *url; /* of the private key */
  char *label;
  unsigned char id[ID_SIZE];
  Pkcs11Pin *pin;
} Place;

static void
place_clear (Place *place)
{
  gnutls_pkcs11_set_pin_function (NULL, NULL);
  g_clear_pointer (&place->pin, pkcs11_pin_free);
  g_free (place->token);
  g_free (place->url);
  g_free (place->label);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* The PIN's own error says more than GnuTLS's. */
static bool
fail (Place *place, int status, GError **error)
{
  if (place->pin->reason == NULL)
    return pkcs11_fail (status, error);
  g_propagate_error (error, g_steal_pointer (&place->pin->reason));
  return false;
}

static bool
find_place (const KeySource *source, Place *place, GError **error)
{
  g_auto (Pkcs11Uri) uri = { 0 };

  if (!pkcs11_uri_parse (source->location, &uri, error))
    return false;
  if (uri.values[PKCS11_OBJECT] == NULL || uri.values[PKCS11_ID] != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("a new key in a token is named by `object`, and gets an ID by itself"));
      if (error != NULL)
        error_add_hint (*error, _ ("it is like pkcs11:token=NAME;object=NAME"));
      return false;
    }
  if (!pkcs11_load_modules (error))
    return false;
  place->token = pkcs11_find_token (&uri, error);
  if (place->token == NULL)
    return false;
  place->url = pkcs11_uri_for_key (&uri, place->token);
  place->label = g_uri_unescape_string (uri.values[PKCS11_OBJECT], NULL);
  return place->label != NULL && gnutls_rnd (GNUTLS_RND_NONCE, place->id, ID_SIZE) >= 0;
}

/* GnuTLS asks this function for the PIN wherever it has no handle that could have one of its own.
 */
static void
listen (Place *place, const KeySource *source)
{
  place->pin = pkcs11_pin_new (source);
  gnutls_pkcs11_set_pin_function (pkcs11_pin_give, place->pin);
}

static bool
refuse_existing (Place *place, GError **error)
{
  gnutls_pkcs11_obj_t *list = NULL;
  unsigned count = 0;
  int status = gnutls_pkcs11_obj_list_import_url4 (
      &list, &count, place->url, GNUTLS_PKCS11_OBJ_FLAG_PRIVKEY | GNUTLS_PKCS11_OBJ_FLAG_LOGIN);

  if (status < 0 && status != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return fail (place, status, error);
  for (unsigned i = 0; i < count; i++)
    gnutls_pkcs11_obj_deinit (list[i]);
  gnutls_free (list);
  place->pin->proven = true;
  if (count == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("the token has a key of this name already"));
  if (error != NULL)
    error_add_hint (*error, _ ("choose another `object`; avouch replaces no key"));
  return false;
}

static bool
generate (Place *place, const KeyType *type, GError **error)
{
  const gnutls_datum_t id = { place->id, ID_SIZE };
  int status = gnutls_pkcs11_privkey_generate3 (
      place->token, type->algorithm, type->bits, place->label, &id, GNUTLS_X509_FMT_DER, NULL, 0,
      GNUTLS_PKCS11_OBJ_FLAG_LOGIN | GNUTLS_PKCS11_OBJ_FLAG_MARK_PRIVATE |
          GNUTLS_PKCS11_OBJ_FLAG_MARK_SENSITIVE);

  return status >= 0 || fail (place, status, error);
}

static bool
put_certificate (Place *place, gnutls_x509_crt_t certificate, GError **error)
{
  const gnutls_datum_t id = { place->id, ID_SIZE };
  int status = gnutls_pkcs11_copy_x509_crt2 (place->token, certificate, place->label, &id,
                                             GNUTLS_PKCS11_OBJ_FLAG_LOGIN);

  return status >= 0 || fail (place, status, error);
}

/* Both halves of what was made, and nothing of another ID. */
static void
remove_key (const Place *place)
{
  g_autofree char *id = g_uri_escape_bytes (place->id, ID_SIZE, NULL);
  g_autofree char *url = g_strdup_printf ("%s;id=%s", place->token, id);

  gnutls_pkcs11_delete_url (url, GNUTLS_PKCS11_OBJ_FLAG_LOGIN);
}

static Secret *
give_again (const char *what G_GNUC_UNUSED, void *pin, GError **error G_GNUC_UNUSED)
{
  return secret_ref (((Pkcs11Pin *) pin)->pin);
}

/* With the PIN that the token took before. */
static Key *
open_made (Place *place, const KeySource *source, GError **error)
{
  KeySource again = *source;

  if (place->pin->pin == NULL)
    return pkcs11_open (source, error);
  again.passphrase = give_again;
  again.passphrase_data = place->pin;
  return pkcs11_open (&again, error);
}

static Key *
certify (Place *place, const KeySource *source, const Pkcs11Recipe *recipe, GError **error)
{
  g_autoptr (Key) key = open_made (place, source, error);
  g_auto (gnutls_x509_crt_t) certificate = NULL;

  if (key == NULL)
    return NULL;
  certificate = certificate_make (key, recipe->subject, recipe->days, recipe->now, error);
  if (certificate == NULL || !put_certificate (place, certificate, error))
    return NULL;
  key_set_certificate (key, g_steal_pointer (&certificate));
  return g_steal_pointer (&key);
}

static Key *
make (const KeySource *source, const Pkcs11Recipe *recipe, GError **error)
{
  g_auto (Place) place = { 0 };
  Key *key;

  if (!find_place (source, &place, error))
    return NULL;
  listen (&place, source);
  if (!refuse_existing (&place, error) || !generate (&place, recipe->type, error))
    return NULL;
  key = certify (&place, source, recipe, error);
  if (key == NULL)
    remove_key (&place);
  return key;
}

Key *
pkcs11_make (const KeySource *source, const Pkcs11Recipe *recipe, GError **error)
{
  g_autofree char *name = key_location_text (source->location);
  GError *reason = NULL;
  Key *key = make (source, recipe, &reason);

  if (key == NULL)
    {
      error_add_prefix (reason, name);
      g_propagate_error (error, reason);
    }
  return key;
}
