/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pair.h"

#include "gnutls-auto.h"

enum { KEY_ID_SIZE = 32 }; /* SHA-256 of the public key */

static bool
read_key_id (gnutls_pubkey_t public, unsigned char *id)
{
  size_t size = KEY_ID_SIZE;

  return gnutls_pubkey_get_key_id (public, GNUTLS_KEYID_USE_SHA256, id, &size) >= 0;
}

static bool
are_equal (gnutls_pubkey_t a, gnutls_pubkey_t b)
{
  unsigned char id_a[KEY_ID_SIZE];
  unsigned char id_b[KEY_ID_SIZE];

  return read_key_id (a, id_a) && read_key_id (b, id_b) && memcmp (id_a, id_b, KEY_ID_SIZE) == 0;
}

bool
pair_signs (gnutls_privkey_t private, gnutls_pubkey_t public)
{
  const gnutls_datum_t probe = { (unsigned char *) "avouch", 6 };
  int algorithm = gnutls_pubkey_get_pk_algorithm (public, NULL);
  gnutls_digest_algorithm_t digest = GNUTLS_DIG_UNKNOWN;
  g_auto (gnutls_datum_t) signature = { 0 };
  gnutls_sign_algorithm_t sign;

  if (gnutls_pubkey_get_preferred_hash_algorithm (public, &digest, NULL) < 0)
    return false;
  sign = gnutls_pk_to_sign ((gnutls_pk_algorithm_t) algorithm, digest);
  return gnutls_privkey_sign_data2 (private, sign, 0, &probe, &signature) >= 0 &&
         gnutls_pubkey_verify_data2 (public, sign, 0, &probe, &signature) >= 0;
}

bool
pair_fits (gnutls_privkey_t private, gnutls_x509_crt_t certificate)
{
  g_auto (gnutls_pubkey_t) certified = NULL;
  g_auto (gnutls_pubkey_t) own = NULL;

  if (gnutls_pubkey_init (&certified) < 0 || gnutls_pubkey_init (&own) < 0 ||
      gnutls_pubkey_import_x509 (certified, certificate, 0) < 0 ||
      gnutls_pubkey_import_privkey (own, private, 0, 0) < 0)
    return false;
  return are_equal (own, certified);
}
