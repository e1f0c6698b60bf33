/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pkcs11.h"

#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"
#include "pair.h"
#include "pkcs11-uri.h"
#include "text.h"

#include <gnutls/pkcs11.h>

enum { MAX_TOKENS = 64, MAX_ID = 256 /* bytes */ };

/* The PIN as GnuTLS asks for it. The key keeps it: some tokens want it again for each signature. */
typedef struct {
  const KeySource *source; /* while the key is opened */
  Secret *pin;             /* NULL: not asked for yet */
  bool proven;             /* the token took it */
  GError *reason;          /* why it was not given */
} Pin;

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

static void
pin_free (void *data)
{
  Pin *pin = data;

  g_clear_pointer (&pin->pin, secret_unref);
  g_clear_error (&pin->reason);
  g_free (pin);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pin, pin_free)

static bool
refuse_wrong (Pin *pin)
{
  g_set_error (&pin->reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               _ ("the token does not take the PIN"));
  error_add_hint (pin->reason, _ ("it was tried once, and will not be again until another program "
                                  "has logged in with the right one: p11tool --login "
                                  "--list-privkeys; then correct `passphrase`"));
  return false;
}

/* Few tries, often three, and the token is locked; git alone may ask for a credential six times. */
static bool
refuse_risk (Pin *pin)
{
  g_set_error (&pin->reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               _ ("a wrong PIN was entered before, and another would bring the token nearer to "
                  "being locked"));
  error_add_hint (pin->reason, _ ("make sure that `passphrase` has the right PIN, and log in with "
                                  "it once: p11tool --login --list-privkeys"));
  return false;
}

static bool
ask_for (Pin *pin)
{
  const KeySource *source = pin->source;

  if (source->passphrase != NULL)
    pin->pin = source->passphrase ("key", source->passphrase_data, &pin->reason);
  else
    {
      g_set_error (&pin->reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                   _ ("the token wants a PIN, and no passphrase is configured"));
      error_add_hint (pin->reason, _ ("set `passphrase = …` in the profile: keyring, file:PATH, "
                                      "env:NAME or prompt"));
    }
  return pin->pin != NULL;
}

static bool
may_give (Pin *pin, int attempt, unsigned flags)
{
  if (pin->reason != NULL)
    return false;
  if (attempt > 0 || (flags & GNUTLS_PIN_WRONG) != 0)
    return refuse_wrong (pin);
  if (pin->proven)
    return true;
  if (pin->pin != NULL)
    return refuse_wrong (pin);
  if ((flags & (GNUTLS_PIN_COUNT_LOW | GNUTLS_PIN_FINAL_TRY)) != 0)
    return refuse_risk (pin);
  return ask_for (pin);
}

static int
give_pin (void *data, int attempt, const char *url G_GNUC_UNUSED, const char *label G_GNUC_UNUSED,
          unsigned flags, char *place, size_t size)
{
  Pin *pin = data;

  if (!may_give (pin, attempt, flags))
    return GNUTLS_E_PKCS11_PIN_ERROR;
  if (secret_length (pin->pin) >= size)
    {
      g_set_error (&pin->reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                   _ ("the PIN is longer than %zu bytes"), size - 1);
      error_add_hint (pin->reason, _ ("check what `passphrase` names"));
      return GNUTLS_E_PKCS11_PIN_ERROR;
    }
  memcpy (place, secret_bytes (pin->pin, NULL), secret_length (pin->pin) + 1);
  return 0;
}

/* The system's store of authorities is a token to p11-kit. */
static bool
holds_keys (const char *url)
{
  unsigned flags = 0;

  return gnutls_pkcs11_token_get_flags (url, &flags) >= 0 &&
         (flags & GNUTLS_PKCS11_TOKEN_INITIALIZED) != 0 &&
         (flags & GNUTLS_PKCS11_TOKEN_TRUSTED) == 0;
}

static GPtrArray *
list_tokens (void)
{
  GPtrArray *urls = g_ptr_array_new_with_free_func (g_free);

  for (unsigned i = 0; i < MAX_TOKENS; i++)
    {
      char *url = NULL;

      if (gnutls_pkcs11_token_get_url (i, GNUTLS_PKCS11_URL_GENERIC, &url) < 0)
        break;
      if (holds_keys (url))
        g_ptr_array_add (urls, g_strdup (url));
      gnutls_free (url);
    }
  return urls;
}

static char *
join (const GPtrArray *urls)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned i = 0; i < urls->len; i++)
    {
      g_autofree char *url = text_clean (g_ptr_array_index (urls, i), -1);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", url);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
fail_token (const GPtrArray *all, const GPtrArray *matching, GError **error)
{
  g_autofree char *listed = join (matching->len > 0 ? matching : all);

  if (matching->len > 0)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("several tokens match: %s"), listed);
  else if (all->len > 0)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("no token matches; there are: %s"),
                 listed);
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("no token is there"));
  if (error != NULL && all->len > 0)
    error_add_hint (*error, _ ("`token` or `serial` in the URI says which"));
  else if (error != NULL)
    error_add_hint (*error,
                    _ ("`p11-kit list-modules` shows the modules and tokens that the system "
                       "knows; pkcs11.conf(5) says how to add a module"));
  return NULL;
}

/* One token, so that no other one is sent the PIN. */
static char *
find_token (const Pkcs11Uri *uri, GError **error)
{
  g_autoptr (GPtrArray) all = list_tokens ();
  g_autoptr (GPtrArray) matching = g_ptr_array_new ();

  for (unsigned i = 0; i < all->len; i++)
    if (pkcs11_uri_matches_token (uri, g_ptr_array_index (all, i)))
      g_ptr_array_add (matching, g_ptr_array_index (all, i));
  return matching->len == 1 ? g_strdup (g_ptr_array_index (matching, 0))
                            : fail_token (all, matching, error);
}

static bool
fail_status (int status, GError **error)
{
  g_autofree char *reason = gnutls_reason (status);

  if (status == GNUTLS_E_PKCS11_PIN_LOCKED)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("the token's PIN is locked"));
      if (error != NULL)
        error_add_hint (*error, _ ("its maker's tool unlocks it, with the administrator's PIN"));
      return false;
    }
  if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the token has no such private key"));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the token failed: %s"), reason);
  if (error != NULL)
    error_add_hint (*error, _ ("`p11tool --login --list-privkeys pkcs11:token=NAME` prints the "
                               "keys that are there"));
  return false;
}

static gnutls_privkey_t
open_private (const char *url, Pin *pin, GError **error)
{
  g_auto (gnutls_privkey_t) private = NULL;
  int status = gnutls_privkey_init (&private);

  if (status >= 0)
    {
      gnutls_privkey_set_pin_function (private, give_pin, pin);
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
    fail_status (status, error);
  return NULL;
}

/* GnuTLS takes the first of several. The PIN has opened the token: nobody asks for it here. */
static bool
list_key (const char *url, Objects *keys, GError **error)
{
  int status = gnutls_pkcs11_obj_list_import_url4 (&keys->list, &keys->count, url,
                                                   GNUTLS_PKCS11_OBJ_FLAG_PRIVKEY);

  if (status < 0)
    return fail_status (status, error);
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
  g_autoptr (Pin) pin = g_new0 (Pin, 1);
  g_auto (Objects) keys = { 0 };
  g_auto (Objects) certificates = { 0 };
  g_auto (gnutls_privkey_t) private = NULL;
  Key *key;

  pin->source = source;
  private = open_private (url, pin, error);
  pin->source = NULL;
  if (private == NULL || !list_key (url, &keys, error))
    return NULL;
  list_certificates (token, &keys, &certificates);
  key = make_key (&private, &certificates, error);
  if (key != NULL)
    key_keep (key, g_steal_pointer (&pin), pin_free);
  return key;
}

static bool
load_modules (GError **error)
{
  int status = gnutls_pkcs11_init (GNUTLS_PKCS11_FLAG_AUTO, NULL);
  g_autofree char *reason = status < 0 ? gnutls_reason (status) : NULL;

  if (status >= 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("p11-kit cannot load its modules: %s"),
               reason);
  if (error != NULL)
    error_add_hint (*error, _ ("`p11-kit list-modules` says which one fails"));
  return false;
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
  if (!load_modules (error))
    return NULL;
  token = find_token (&uri, error);
  if (token == NULL)
    return NULL;
  url = pkcs11_uri_for_key (&uri, token);
  return open_in_token (token, url, source, error);
}
