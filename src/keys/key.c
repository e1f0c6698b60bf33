/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key.h"

#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"
#include "pkcs11-uri.h"
#include "pkcs11.h"
#include "public-encoding.h"
#include "text.h"

#define KEYRING_SCHEME   "keyring:"
#define KEY_MAX_RSA_BITS 16384 /* beyond it a signature takes seconds */

struct _Key {
  int references;
  KeyKind kind;
  gnutls_pk_algorithm_t algorithm;
  unsigned bits;
  const char *format; /* a constant */
  gnutls_ecc_curve_t curve;
  gnutls_privkey_t private;
  gnutls_pubkey_t public;
  Secret *secret;
  char *id;             /* "kid" */
  char *only_algorithm; /* "alg" */
  char *account;
  gnutls_x509_crt_t certificate;
  void *kept; /* what PRIVATE refers to */
  GDestroyNotify release;
};

static const struct {
  gnutls_pk_algorithm_t algorithm;
  KeyKind kind;
} kinds[] = {
  { GNUTLS_PK_RSA, KEY_RSA },           { GNUTLS_PK_RSA_PSS, KEY_RSA },
  { GNUTLS_PK_ECDSA, KEY_EC },          { GNUTLS_PK_EDDSA_ED25519, KEY_EDDSA },
  { GNUTLS_PK_EDDSA_ED448, KEY_EDDSA },
};

/* Tried in this order: binary formats first, for any of them may hold "-----BEGIN" by chance; and a
 * service account's JSON does hold it. */
static const Container *const containers[] = {
  &container_pkcs12, &container_der, &container_jks,     &container_account,
  &container_pem,    &container_jwk, &container_foreign,
};

static bool
find_kind (gnutls_pk_algorithm_t algorithm, KeyKind *kind, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].algorithm == algorithm)
      {
        *kind = kinds[i].kind;
        return true;
      }
  if (algorithm == GNUTLS_PK_DSA)
    return mistake_fail (MISTAKE_DSA, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("a key of kind %s cannot sign JSON Web Tokens"),
               gnutls_pk_algorithm_get_name (algorithm));
  return false;
}

/* GnuTLS would take 1024 bits, and a modulus of any length. */
static bool
check_size (KeyKind kind, unsigned bits, GError **error)
{
  if (kind != KEY_RSA || (bits >= KEY_MIN_RSA_BITS && bits <= KEY_MAX_RSA_BITS))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("it is an RSA key of %u bits; %d to %d are accepted"), bits, KEY_MIN_RSA_BITS,
               KEY_MAX_RSA_BITS);
  if (error != NULL)
    error_add_hint (*error, _ ("make a new key of 2048 bits and give the issuer its certificate"));
  return false;
}

static Key *
new_of_kind (gnutls_pk_algorithm_t algorithm, unsigned bits, gnutls_ecc_curve_t curve,
             GError **error)
{
  KeyKind kind = KEY_RSA;
  Key *key;

  if (!find_kind (algorithm, &kind, error) || !check_size (kind, bits, error))
    return NULL;
  key = g_new0 (Key, 1);
  *key = (Key){
    .references = 1,
    .kind = kind,
    .algorithm = algorithm,
    .bits = bits,
    .curve = curve,
  };
  return key;
}

/* What no passphrase protects may be damaged: GnuTLS imports a scalar with the point of another. */
Key *
key_new (gnutls_x509_privkey_t private, GError **error)
{
  g_auto (gnutls_x509_privkey_t) taken = private;
  g_autoptr (Key) key = NULL;
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  unsigned bits = 0;
  int algorithm = gnutls_x509_privkey_get_pk_algorithm2 (taken, &bits);

  gnutls_x509_privkey_export_ecc_raw (taken, &curve, NULL, NULL, NULL);
  key = new_of_kind ((gnutls_pk_algorithm_t) algorithm, bits, curve, error);
  if (key == NULL)
    return NULL;
  if (gnutls_x509_privkey_verify_params (taken) < 0)
    {
      mistake_fail (MISTAKE_HALVES, error);
      return NULL;
    }
  if (gnutls_privkey_init (&key->private) < 0 ||
      gnutls_privkey_import_x509 (key->private, taken, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE) < 0)
    {
      mistake_fail (MISTAKE_NOT_A_KEY, error);
      return NULL;
    }
  taken = NULL; /* the handle releases it */
  return g_steal_pointer (&key);
}

Key *
key_new_in_token (gnutls_privkey_t private, gnutls_pubkey_t public, GError **error)
{
  g_auto (gnutls_privkey_t) taken = private;
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  unsigned bits = 0;
  int algorithm = gnutls_pubkey_get_pk_algorithm (public, &bits);
  Key *key;

  gnutls_pubkey_export_ecc_raw2 (public, &curve, NULL, NULL, 0);
  key = new_of_kind ((gnutls_pk_algorithm_t) algorithm, bits, curve, error);
  if (key == NULL)
    return NULL;
  key->private = g_steal_pointer (&taken);
  key->format = "PKCS#11";
  return key;
}

Key *
key_new_public (gnutls_pubkey_t public, GError **error)
{
  g_auto (gnutls_pubkey_t) taken = public;
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  unsigned bits = 0;
  int algorithm = gnutls_pubkey_get_pk_algorithm (taken, &bits);
  GError *reason = NULL;
  Key *key;

  gnutls_pubkey_export_ecc_raw2 (taken, &curve, NULL, NULL, 0);
  key = new_of_kind ((gnutls_pk_algorithm_t) algorithm, bits, curve, &reason);
  if (key != NULL)
    key->public = g_steal_pointer (&taken);
  else if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS)
    error_add_hint (reason, _ ("a signature by so short a key proves little: whoever signs needs a "
                               "key of 2048 bits"));
  if (key == NULL)
    g_propagate_error (error, reason);
  return key;
}

Key *
key_new_secret (Secret *secret, GError **error)
{
  size_t length = secret_length (secret);
  Key *key;

  if (length < KEY_MIN_SECRET)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("the secret has %zu bytes; HS256 needs %d or more (RFC 7518 section 3.2)"),
                   length, KEY_MIN_SECRET);
      if (error != NULL)
        error_add_hint (*error, _ ("a short secret can be guessed from one token; this makes a "
                                   "good one: openssl rand -hex 32"));
      return NULL;
    }
  key = g_new0 (Key, 1);
  *key = (Key){
    .references = 1,
    .kind = KEY_SECRET,
    .format = "plain",
    .algorithm = GNUTLS_PK_UNKNOWN,
    .bits = (unsigned) (8 * length),
    .curve = GNUTLS_ECC_CURVE_INVALID,
    .secret = secret_ref (secret),
  };
  return key;
}

void
key_set_account (Key *key, const char *account)
{
  g_free (key->account);
  key->account = g_strdup (account);
}

void
key_set_jwk (Key *key, const char *id, const char *algorithm)
{
  g_free (key->id);
  g_free (key->only_algorithm);
  key->id = g_strdup (id);
  key->only_algorithm = g_strdup (algorithm);
}

void
key_keep (Key *key, void *data, GDestroyNotify release)
{
  key->kept = data;
  key->release = release;
}

void
key_set_certificate (Key *key, gnutls_x509_crt_t certificate)
{
  g_clear_pointer (&key->certificate, gnutls_x509_crt_deinit);
  key->certificate = certificate;
}

const Container *
container_find (const Secret *content)
{
  size_t length;
  const char *bytes = secret_bytes (content, &length);
  size_t i = 0;

  while (!containers[i]->recognises (bytes, length))
    i++;
  return containers[i];
}

Key *
key_read (Secret *content, const KeySource *source, GError **error)
{
  g_auto (Unlock) unlock = { .source = source };
  g_autoptr (Contents) contents = contents_new ();
  const Container *container = container_find (content);
  Key *key;

  if (!container->read (content, &unlock, contents, error))
    return NULL;
  key = contents_open (contents, source->alias, &unlock, error);
  if (key != NULL)
    key->format = container->name;
  return key;
}

bool
key_is_uri (const char *location)
{
  return g_str_has_prefix (location, PKCS11_URI_SCHEME);
}

const char *
key_keyring_name (const char *location)
{
  return g_str_has_prefix (location, KEYRING_SCHEME) ? location + strlen (KEYRING_SCHEME) : NULL;
}

bool
key_is_path (const char *location)
{
  return !key_is_uri (location) && key_keyring_name (location) == NULL;
}

char *
key_location_text (const char *location)
{
  return key_is_uri (location) ? pkcs11_uri_for_message (location) : text_clean (location, -1);
}

bool
key_check_path (const char *location, GError **error)
{
  if (g_path_is_absolute (location))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("keys are taken from files, PKCS#11 tokens and the keyring only"));
  if (error != NULL)
    error_add_hint (*error, _ ("set `key` to the path of a file, to pkcs11:… or to keyring:NAME"));
  return false;
}

Secret *
key_keyring_read (const KeySource *source, GError **error)
{
  const char *name = key_keyring_name (source->location);

  if (*name == '\0')
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("which key of the keyring?"));
  else if (source->keyring == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the keyring cannot be used here"));
  else
    return source->keyring (name, source->keyring_data, error);
  if (error != NULL)
    error_add_hint (*error, _ ("\"avouch key new NAME --to keyring\" makes one: keyring:NAME"));
  return NULL;
}

static bool
is_public (const Secret *content)
{
  PublicForm form = public_encoding_recognise (content);

  return form != PUBLIC_FORM_NONE && form != PUBLIC_FORM_PRIVATE;
}

static Key *
load (const KeySource *source, GError **error)
{
  g_autoptr (Secret) content = NULL;
  g_autoptr (GError) exposure = NULL;
  g_autoptr (Key) key = NULL;

  if (key_is_uri (source->location))
    return pkcs11_open (source, error);
  if (key_keyring_name (source->location) != NULL)
    content = key_keyring_read (source, error);
  else if (key_check_path (source->location, error))
    content = key_file_read_any (source->location, &exposure, error);
  if (content == NULL)
    return NULL;
  /* That a certificate is for everybody to read is right; that it is no key is what is wrong. */
  if (exposure == NULL || is_public (content))
    key = key_read (content, source, error);
  if (exposure == NULL || (key == NULL && is_public (content)))
    return g_steal_pointer (&key);
  g_propagate_error (error, g_steal_pointer (&exposure));
  return NULL;
}

Key *
key_load (const KeySource *source, GError **error)
{
  GError *reason = NULL;
  Key *key = load (source, &reason);

  if (key == NULL)
    {
      g_autofree char *name = key_location_text (source->location);

      error_add_prefix (reason, name);
      g_propagate_error (error, reason);
    }
  return key;
}

Key *
key_ref (Key *key)
{
  g_atomic_int_inc (&key->references);
  return key;
}

void
key_unref (Key *key)
{
  if (!g_atomic_int_dec_and_test (&key->references))
    return;
  g_clear_pointer (&key->private, gnutls_privkey_deinit); /* wipes the key's numbers */
  g_clear_pointer (&key->kept, key->release);
  g_clear_pointer (&key->public, gnutls_pubkey_deinit);
  g_clear_pointer (&key->secret, secret_unref);
  g_free (key->id);
  g_free (key->only_algorithm);
  g_free (key->account);
  g_clear_pointer (&key->certificate, gnutls_x509_crt_deinit);
  g_free (key);
}

KeyKind
key_kind (const Key *key)
{
  return key->kind;
}

gnutls_pk_algorithm_t
key_algorithm (const Key *key)
{
  return key->algorithm;
}

unsigned
key_bits (const Key *key)
{
  return key->bits;
}

const char *
key_format (const Key *key)
{
  return key->format;
}

gnutls_ecc_curve_t
key_curve (const Key *key)
{
  return key->curve;
}

gnutls_privkey_t
key_private (const Key *key)
{
  return key->private;
}

gnutls_pubkey_t
key_public (const Key *key)
{
  return key->public;
}

const Secret *
key_secret (const Key *key)
{
  return key->secret;
}

const char *
key_id (const Key *key)
{
  return key->id;
}

const char *
key_only_algorithm (const Key *key)
{
  return key->only_algorithm;
}

const char *
key_account (const Key *key)
{
  return key->account;
}

gnutls_x509_crt_t
key_certificate (const Key *key)
{
  return key->certificate;
}

/* By way of DER: GnuTLS gives no size to an EC key that it reads from a token. */
static bool
read_told (gnutls_privkey_t private, gnutls_pubkey_t public)
{
  g_auto (gnutls_pubkey_t) told = NULL;
  g_auto (gnutls_datum_t) der = { 0 };

  return gnutls_pubkey_init (&told) >= 0 &&
         gnutls_pubkey_import_privkey (told, private, 0, 0) >= 0 &&
         gnutls_pubkey_export2 (told, GNUTLS_X509_FMT_DER, &der) >= 0 &&
         gnutls_pubkey_import (public, &der, GNUTLS_X509_FMT_DER) >= 0;
}

/* Of an EC key a token may tell it only by an object of its own, or by the certificate. */
gnutls_pubkey_t
key_read_public (gnutls_privkey_t private, gnutls_x509_crt_t certificate, GError **error)
{
  g_auto (gnutls_pubkey_t) public = NULL;

  if (gnutls_pubkey_init (&public) >= 0 &&
      (certificate != NULL ? gnutls_pubkey_import_x509 (public, certificate, 0) >= 0
                           : read_told (private, public)))
    return g_steal_pointer (&public);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("the token has neither a public key nor a certificate beside the private key"));
  if (error != NULL)
    error_add_hint (*error, _ ("put the certificate there, under the key's ID: p11tool --login "
                               "--write --load-certificate=FILE --id=ID pkcs11:token=NAME"));
  return NULL;
}

gnutls_pubkey_t
key_copy_public (const Key *key, GError **error)
{
  return key_read_public (key->private, key->certificate, error);
}
