/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "public-encoding.h"

#include "der.h"
#include "encoding.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "reader.h"

static const struct {
  const char *label;
  PublicForm form;
} labels[] = {
  { "PUBLIC KEY", PUBLIC_FORM_KEY },
  { "RSA PUBLIC KEY", PUBLIC_FORM_PKCS1 },
  { "CERTIFICATE", PUBLIC_FORM_CERTIFICATE },
  { "X509 CERTIFICATE", PUBLIC_FORM_CERTIFICATE },
};

static const char *
find (const Secret *content, const char *text)
{
  size_t length;
  const char *bytes = secret_bytes (content, &length);

  return memmem (bytes, length, text, strlen (text));
}

/* The two numbers of an RSAPublicKey, and nothing after them. */
static bool
read_pkcs1 (const Secret *der, Reader *modulus, Reader *exponent)
{
  Reader file = reader_of_secret (der);
  Reader numbers;

  return reader_der (&file, DER_TAG_SEQUENCE, &numbers) && file.left == 0 &&
         reader_der (&numbers, DER_TAG_INTEGER, modulus) &&
         reader_der (&numbers, DER_TAG_INTEGER, exponent) && numbers.left == 0;
}

static PublicForm
recognise_der (const Secret *content)
{
  static const PublicForm forms[] = {
    [DER_NONE] = PUBLIC_FORM_NONE,      [DER_PKCS12] = PUBLIC_FORM_PRIVATE,
    [DER_PKCS8] = PUBLIC_FORM_PRIVATE,  [DER_ENCRYPTED] = PUBLIC_FORM_PRIVATE,
    [DER_PKCS1] = PUBLIC_FORM_PRIVATE,  [DER_SEC1] = PUBLIC_FORM_PRIVATE,
    [DER_PUBLIC_KEY] = PUBLIC_FORM_KEY, [DER_CERTIFICATE] = PUBLIC_FORM_CERTIFICATE,
    [DER_PKCS7] = PUBLIC_FORM_NONE,
  };
  size_t length;
  const char *bytes = secret_bytes (content, &length);
  Reader modulus, exponent;

  if (read_pkcs1 (content, &modulus, &exponent))
    return PUBLIC_FORM_PKCS1;
  return forms[der_kind (bytes, length)];
}

PublicForm
public_encoding_recognise (const Secret *content)
{
  size_t length;
  const char *bytes = secret_bytes (content, &length);
  PublicForm der = recognise_der (content);

  if (der != PUBLIC_FORM_NONE)
    return der;
  if (container_jks.recognises (bytes, length) || find (content, "PRIVATE KEY-----") != NULL)
    return PUBLIC_FORM_PRIVATE;
  for (size_t i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autofree char *line = g_strdup_printf ("-----BEGIN %s-----", labels[i].label);

      if (find (content, line) != NULL)
        return PUBLIC_FORM_PEM;
    }
  return PUBLIC_FORM_NONE;
}

static Key *
finish (gnutls_pubkey_t *public, int status, GError **error)
{
  if (status < 0)
    {
      g_autofree char *reason = gnutls_reason (status);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("the public key or certificate is damaged: %s"), reason);
      if (error != NULL)
        error_add_hint (*error, _ ("copy it again from where it was made"));
      return NULL;
    }
  return key_new_public (g_steal_pointer (public), error);
}

static int
import_pkcs1 (gnutls_pubkey_t public, const Secret *der)
{
  Reader modulus, exponent;

  if (!read_pkcs1 (der, &modulus, &exponent))
    return GNUTLS_E_ASN1_DER_ERROR;
  return gnutls_pubkey_import_rsa_raw (
      public, &(gnutls_datum_t){ (unsigned char *) modulus.at, (unsigned) modulus.left },
      &(gnutls_datum_t){ (unsigned char *) exponent.at, (unsigned) exponent.left });
}

static int
import_certificate (gnutls_pubkey_t public, const gnutls_datum_t *der)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  int status = gnutls_x509_crt_init (&certificate);

  if (status >= 0)
    status = gnutls_x509_crt_import (certificate, der, GNUTLS_X509_FMT_DER);
  return status >= 0 ? gnutls_pubkey_import_x509 (public, certificate, 0) : status;
}

static Key *
open_der (const Secret *content, PublicForm form, GError **error)
{
  g_auto (gnutls_pubkey_t) public = NULL;
  gnutls_datum_t der = encoding_datum (content);
  int status = gnutls_pubkey_init (&public);

  if (status < 0)
    return finish (&public, status, error);
  if (form == PUBLIC_FORM_PKCS1)
    status = import_pkcs1 (public, content);
  else if (form == PUBLIC_FORM_CERTIFICATE)
    status = import_certificate (public, &der);
  else
    status = gnutls_pubkey_import (public, &der, GNUTLS_X509_FMT_DER);
  return finish (&public, status, error);
}

/* The row of the label that comes first in TEXT, which has one. */
static size_t
first_label (const Secret *text)
{
  const char *first = NULL;
  size_t row = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autofree char *line = g_strdup_printf ("-----BEGIN %s-----", labels[i].label);
      const char *at = find (text, line);

      if (at != NULL && (first == NULL || at < first))
        {
          first = at;
          row = i;
        }
    }
  return row;
}

static Key *
open_pem (const Secret *content, GError **error)
{
  g_autoptr (Secret) text = pem_normalise (content);
  size_t row = first_label (text);
  gnutls_datum_t pem = encoding_datum (text);
  g_auto (gnutls_datum_t) decoded = { 0 };
  g_autoptr (Secret) der = NULL;
  g_auto (gnutls_pubkey_t) none = NULL;
  int status = gnutls_pem_base64_decode2 (labels[row].label, &pem, &decoded);

  if (status < 0)
    return finish (&none, status, error);
  der = secret_new ((const char *) decoded.data, decoded.size);
  return open_der (der, labels[row].form, error);
}

Key *
public_encoding_open (const Secret *content, PublicForm form, GError **error)
{
  return form == PUBLIC_FORM_PEM ? open_pem (content, error) : open_der (content, form, error);
}
