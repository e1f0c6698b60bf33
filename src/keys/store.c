/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include "certificate.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "pair.h"

enum { CIPHER = GNUTLS_PKCS_PBES2_AES_256, MAX_KEY_ID = 64 /* bytes */ };

/* What all bags of one file share. */
typedef struct {
  const char *alias;
  const char *passphrase;
  gnutls_datum_t id; /* localKeyId: which certificate is the key's */
} Label;

static Secret *
fail_write (int status, GError **error)
{
  g_autofree char *reason = gnutls_reason (status);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the key cannot be written: %s"), reason);
  return NULL;
}

/* A copy whose numbers can be encoded. */
static gnutls_x509_privkey_t
copy_handle (const Key *key, GError **error)
{
  gnutls_x509_privkey_t handle = NULL;

  if (gnutls_privkey_get_type (key_private (key)) == GNUTLS_PRIVKEY_X509 &&
      gnutls_privkey_export_x509 (key_private (key), &handle) >= 0)
    return handle;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("the key is in a token, which does not give it out"));
  return NULL;
}

/* Other programs read it by other rules; ours has no business to guess. */
static bool
check_passphrase (const Secret *passphrase, GError **error)
{
  if (passphrase == NULL || g_utf8_validate (secret_bytes (passphrase, NULL), -1, NULL))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("the passphrase is not UTF-8"));
  if (error != NULL)
    error_add_hint (*error, _ ("choose one of letters, digits and signs that every program "
                               "writes alike"));
  return false;
}

static gnutls_pkcs12_bag_t
new_bag (void)
{
  gnutls_pkcs12_bag_t bag = NULL;

  return gnutls_pkcs12_bag_init (&bag) >= 0 ? bag : NULL;
}

/* INDEX: of the element, or GnuTLS's error for it. */
static int
label_element (gnutls_pkcs12_bag_t bag, int index, const Label *label)
{
  int status = index;

  if (status >= 0)
    status = gnutls_pkcs12_bag_set_key_id (bag, (unsigned) index, &label->id);
  if (status >= 0)
    status = gnutls_pkcs12_bag_set_friendly_name (bag, (unsigned) index, label->alias);
  return status;
}

static int
add_key (gnutls_pkcs12_t file, gnutls_x509_privkey_t handle, const Label *label)
{
  g_auto (gnutls_pkcs12_bag_t) bag = new_bag ();
  g_auto (gnutls_datum_t) sealed = { 0 };
  int status = gnutls_x509_privkey_export2_pkcs8 (handle, GNUTLS_X509_FMT_DER, label->passphrase,
                                                  CIPHER, &sealed);

  if (status >= 0)
    status = gnutls_pkcs12_bag_set_data (bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, &sealed);
  status = label_element (bag, status, label);
  return status < 0 ? status : gnutls_pkcs12_set_bag (file, bag);
}

static int
add_certificate (gnutls_pkcs12_t file, gnutls_x509_crt_t certificate, const Label *label)
{
  g_auto (gnutls_pkcs12_bag_t) bag = new_bag ();
  int status = label_element (bag, gnutls_pkcs12_bag_set_crt (bag, certificate), label);

  if (status >= 0)
    status = gnutls_pkcs12_bag_encrypt (bag, label->passphrase, CIPHER);
  return status < 0 ? status : gnutls_pkcs12_set_bag (file, bag);
}

static int
fill (gnutls_pkcs12_t file, gnutls_x509_privkey_t handle, const Key *key, const Label *label)
{
  int status = add_key (file, handle, label);

  if (status >= 0 && key_certificate (key) != NULL)
    status = add_certificate (file, key_certificate (key), label);
  return status;
}

static bool
seal (gnutls_pkcs12_t file, const Label *label, GError **error)
{
  if (gnutls_pkcs12_generate_mac2 (file, GNUTLS_MAC_SHA256, label->passphrase) >= 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               _ ("PKCS#12 does not take this passphrase"));
  if (error != NULL)
    error_add_hint (*error, _ ("choose one of fewer than 2000 characters"));
  return false;
}

Secret *
store_pkcs12 (const Key *key, const char *alias, const Secret *passphrase, GError **error)
{
  g_auto (gnutls_x509_privkey_t) handle = NULL;
  g_auto (gnutls_pkcs12_t) file = NULL;
  g_auto (gnutls_datum_t) bytes = { 0 };
  unsigned char id[MAX_KEY_ID];
  size_t size = sizeof id;
  Label label = { alias, secret_bytes (passphrase, NULL), { id, 0 } };
  int status;

  if (!check_passphrase (passphrase, error) || (handle = copy_handle (key, error)) == NULL)
    return NULL;
  status = gnutls_x509_privkey_get_key_id (handle, GNUTLS_KEYID_USE_SHA1, id, &size);
  label.id.size = (unsigned) size;
  if (status >= 0)
    status = gnutls_pkcs12_init (&file);
  if (status >= 0)
    status = fill (file, handle, key, &label);
  if (status < 0)
    return fail_write (status, error);
  if (!seal (file, &label, error))
    return NULL;
  status = gnutls_pkcs12_export2 (file, GNUTLS_X509_FMT_DER, &bytes);
  return status < 0 ? fail_write (status, error)
                    : secret_new ((const char *) bytes.data, bytes.size);
}

Secret *
store_pem (const Key *key, const Secret *passphrase, GError **error)
{
  g_auto (gnutls_x509_privkey_t) handle = NULL;
  g_auto (gnutls_datum_t) bytes = { 0 };
  g_auto (SecretBuffer) text = { 0 };
  g_autoptr (Secret) certificate = NULL;
  const char *words = passphrase != NULL ? secret_bytes (passphrase, NULL) : NULL;
  int status;

  if (!check_passphrase (passphrase, error) || (handle = copy_handle (key, error)) == NULL)
    return NULL;
  status = gnutls_x509_privkey_export2_pkcs8 (handle, GNUTLS_X509_FMT_PEM, words,
                                              words != NULL ? CIPHER : GNUTLS_PKCS_PLAIN, &bytes);
  if (status < 0)
    return fail_write (status, error);
  secret_buffer_append (&text, (const char *) bytes.data, bytes.size);
  if (key_certificate (key) != NULL)
    {
      certificate = certificate_encode (key_certificate (key), GNUTLS_X509_FMT_PEM, error);
      if (certificate == NULL)
        return NULL;
      secret_buffer_append_secret (&text, certificate);
    }
  return secret_buffer_end (&text);
}

static Secret *
give (const char *what G_GNUC_UNUSED, void *passphrase, GError **error G_GNUC_UNUSED)
{
  return secret_ref (passphrase);
}

static bool
are_same (const Key *a, const Key *b)
{
  gnutls_x509_crt_t of_a = key_certificate (a);
  gnutls_x509_crt_t of_b = key_certificate (b);
  g_auto (gnutls_pubkey_t) public = key_copy_public (a, NULL);

  if ((of_a == NULL) != (of_b == NULL) || public == NULL)
    return false;
  return (of_a == NULL || gnutls_x509_crt_equals (of_a, of_b)) &&
         pair_signs (key_private (b), public);
}

bool
store_check (Secret *content, const Key *key, Secret *passphrase, GError **error)
{
  KeySource source = {
    .location = "",
    .passphrase = passphrase != NULL ? give : NULL,
    .passphrase_data = passphrase,
  };
  g_autoptr (Key) read = key_read (content, &source, NULL);

  if (read != NULL && are_same (key, read))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
               _ ("what was to be written does not read back as the same key"));
  return false;
}
