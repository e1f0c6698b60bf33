/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "make.h"

#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"

#include <gnutls/crypto.h>

enum { PASSPHRASE_LENGTH = 32 /* characters, of 5 bits each */ };

static const KeyType types[] = {
  { "rsa-2048", GNUTLS_PK_RSA, 2048 },
  { "rsa-3072", GNUTLS_PK_RSA, 3072 },
  { "rsa-4096", GNUTLS_PK_RSA, 4096 },
  { "p-256", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1) },
  { "p-384", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP384R1) },
  { "p-521", GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP521R1) },
  { "ed25519", GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_ED25519) },
};

const KeyType *
key_type_find (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strcasecmp (types[i].name, name) == 0)
      return &types[i];
  return NULL;
}

char *
key_type_list (void)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", types[i].name);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static void
fail (int status, GError **error)
{
  g_autofree char *reason = gnutls_reason (status);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("no key can be made: %s"), reason);
}

Key *
key_make (const KeyType *type, GError **error)
{
  g_auto (gnutls_x509_privkey_t) handle = NULL;
  int status = gnutls_x509_privkey_init (&handle);

  if (status >= 0)
    status = gnutls_x509_privkey_generate (handle, type->algorithm, type->bits, 0);
  if (status < 0)
    {
      fail (status, error);
      return NULL;
    }
  return key_new (g_steal_pointer (&handle), error);
}

Secret *
key_make_passphrase (GError **error)
{
  static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
  g_auto (SecretBuffer) words = { 0 };
  char *place = secret_buffer_reserve (&words, PASSPHRASE_LENGTH);
  int status = gnutls_rnd (GNUTLS_RND_KEY, place, PASSPHRASE_LENGTH);

  if (status < 0)
    {
      fail (status, error);
      return NULL;
    }
  for (size_t i = 0; i < PASSPHRASE_LENGTH; i++)
    place[i] = alphabet[(unsigned char) place[i] % strlen (alphabet)];
  secret_buffer_advance (&words, PASSPHRASE_LENGTH);
  return secret_buffer_end (&words);
}
