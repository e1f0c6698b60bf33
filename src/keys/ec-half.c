/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ec-half.h"

#include "gnutls-auto.h"
#include "reader.h"

#include <gmp.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>

enum { MAX_COORDINATE = 66 /* bytes, P-521 */ };

/* 1.2.840.10045.2.1 */
static const unsigned char ec_oid[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };

static const struct {
  unsigned char oid[8];
  size_t oid_length;
  gnutls_ecc_curve_t curve;
  const struct ecc_curve *(*get) (void);
  unsigned coordinate; /* bytes */
} curves[] = {
  { { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 },
    8,
    GNUTLS_ECC_CURVE_SECP256R1,
    nettle_get_secp_256r1,
    32 },
  { { 0x2b, 0x81, 0x04, 0x00, 0x22 }, 5, GNUTLS_ECC_CURVE_SECP384R1, nettle_get_secp_384r1, 48 },
  { { 0x2b, 0x81, 0x04, 0x00, 0x23 }, 5, GNUTLS_ECC_CURVE_SECP521R1, nettle_get_secp_521r1, 66 },
};

/* Neither GMP nor nettle wipes what it releases. */
static void
scalar_clear (struct ecc_scalar *scalar)
{
  secret_wipe (scalar->p, (size_t) ecc_size (scalar->ecc) * sizeof *scalar->p);
  ecc_scalar_clear (scalar);
}

static void
number_clear (mpz_t number)
{
  size_t limbs = mpz_size (number);

  secret_wipe (mpz_limbs_modify (number, (mp_size_t) limbs), limbs * sizeof (mp_limb_t));
  mpz_clear (number);
}

/* False: not within 1 to the order of the group less 1. */
static bool
set_scalar (struct ecc_scalar *scalar, const Reader *private)
{
  mpz_t number;
  bool valid;

  mpz_init (number);
  mpz_import (number, private->left, 1, 1, 0, 0, private->at);
  valid = ecc_scalar_set (scalar, number) != 0;
  number_clear (number);
  return valid;
}

static void
export_coordinate (const mpz_t number, size_t width, unsigned char *out)
{
  size_t length = (mpz_sizeinbase (number, 2) + 7) / 8;

  memset (out, 0, width);
  mpz_export (out + width - length, NULL, 1, 1, 0, 0, number);
}

/* The public point of PRIVATE: the generator, that often. */
static bool
find_point (const struct ecc_curve *curve, const Reader *private, size_t width, unsigned char *x,
            unsigned char *y)
{
  struct ecc_scalar scalar;
  struct ecc_point point;
  mpz_t numbers[2];
  bool valid;

  ecc_scalar_init (&scalar, curve);
  ecc_point_init (&point, curve);
  mpz_inits (numbers[0], numbers[1], NULL);
  valid = set_scalar (&scalar, private);
  if (valid)
    {
      ecc_point_mul_g (&point, &scalar);
      ecc_point_get (&point, numbers[0], numbers[1]);
      export_coordinate (numbers[0], width, x);
      export_coordinate (numbers[1], width, y);
    }
  mpz_clears (numbers[0], numbers[1], NULL);
  ecc_point_clear (&point);
  scalar_clear (&scalar);
  return valid;
}

/* ECPrivateKey (RFC 5915 section 3). CURVE: from outside, or empty: its own parameters tell. */
static bool
read_ec_private_key (Reader reader, Reader *curve, Reader *private)
{
  Reader body, parameters;
  uint32_t version;

  if (!reader_der (&reader, DER_TAG_SEQUENCE, &body) || !reader_der_number (&body, &version) ||
      version != 1 || !reader_der (&body, DER_TAG_OCTETS, private))
    return false;
  if (curve->left > 0)
    return true;
  if (!reader_der (&body, DER_TAG_CONTEXT, &parameters))
    return false;
  reader_der (&parameters, DER_TAG_OID, curve); /* else it is spelt out, and stays empty */
  return true;
}

static bool
read_pkcs8 (Reader reader, Reader *curve, Reader *private)
{
  Reader body, algorithm, oid, key;
  uint32_t version;

  if (!reader_der (&reader, DER_TAG_SEQUENCE, &body) || !reader_der_number (&body, &version) ||
      !reader_der (&body, DER_TAG_SEQUENCE, &algorithm) ||
      !reader_der (&algorithm, DER_TAG_OID, &oid) || !reader_equals (&oid, ec_oid, sizeof ec_oid) ||
      !reader_der (&body, DER_TAG_OCTETS, &key))
    return false;
  reader_der (&algorithm, DER_TAG_OID, curve);
  return read_ec_private_key (key, curve, private);
}

static int
import (size_t index, const Reader *private, gnutls_x509_privkey_t *key)
{
  unsigned char x[MAX_COORDINATE], y[MAX_COORDINATE];
  unsigned width = curves[index].coordinate;
  gnutls_datum_t x_datum = { x, width }, y_datum = { y, width };
  gnutls_datum_t k = { (unsigned char *) private->at, (unsigned) private->left };
  g_auto (gnutls_x509_privkey_t) made = NULL;
  int status;

  if (private->left > width || !find_point (curves[index].get (), private, width, x, y))
    return GNUTLS_E_ILLEGAL_PARAMETER;
  status = gnutls_x509_privkey_init (&made);
  if (status >= 0)
    status = gnutls_x509_privkey_import_ecc_raw (made, curves[index].curve, &x_datum, &y_datum, &k);
  if (status >= 0)
    *key = g_steal_pointer (&made);
  return status;
}

bool
ec_half_open (const gnutls_datum_t *der, gnutls_x509_privkey_t *key, int *status)
{
  Reader reader = { der->data, der->size };
  Reader curve = { 0 };
  Reader private = { 0 };

  if (!read_pkcs8 (reader, &curve, &private))
    {
      curve = (Reader){ 0 };
      if (!read_ec_private_key (reader, &curve, &private))
        return false;
    }
  while (private.left > 0 && private.at[0] == 0)
    reader_take (&private, 1, NULL);
  *status = GNUTLS_E_ECC_UNSUPPORTED_CURVE;
  for (size_t i = 0; i < G_N_ELEMENTS (curves); i++)
    if (reader_equals (&curve, curves[i].oid, curves[i].oid_length))
      *status = import (i, &private, key);
  return true;
}
