/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "authority.h"

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <time.h>

#define LIFETIME    (24 * 60 * 60) /* seconds */
#define SERIAL_SIZE 16             /* bytes */

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)

static bool
make_key (gnutls_x509_privkey_t *key)
{
  return gnutls_x509_privkey_init (key) >= 0 &&
         gnutls_x509_privkey_generate (*key, GNUTLS_PK_ECDSA,
                                       GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0) >= 0;
}

/* What every certificate of ours has. */
static bool
start_certificate (gnutls_x509_crt_t *certificate, gnutls_x509_privkey_t key, const char *name,
                   unsigned usage)
{
  unsigned char serial[SERIAL_SIZE];
  unsigned char id[64];
  size_t id_size = sizeof id;
  time_t now = time (NULL);

  if (gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial) < 0)
    return false;
  serial[0] = (unsigned char) ((serial[0] & 0x3f) | 0x40); /* positive, no leading zero */
  return gnutls_x509_crt_init (certificate) >= 0 &&
         gnutls_x509_crt_set_version (*certificate, 3) >= 0 &&
         gnutls_x509_crt_set_serial (*certificate, serial, sizeof serial) >= 0 &&
         gnutls_x509_crt_set_activation_time (*certificate, now - 60 * 60) >= 0 &&
         gnutls_x509_crt_set_expiration_time (*certificate, now + LIFETIME) >= 0 &&
         gnutls_x509_crt_set_dn_by_oid (*certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                        (unsigned) strlen (name)) >= 0 &&
         gnutls_x509_crt_set_key (*certificate, key) >= 0 &&
         gnutls_x509_crt_get_key_id (*certificate, 0, id, &id_size) >= 0 &&
         gnutls_x509_crt_set_subject_key_id (*certificate, id, id_size) >= 0 &&
         gnutls_x509_crt_set_key_usage (*certificate, usage) >= 0;
}

static bool
make_authority (gnutls_x509_crt_t *authority, gnutls_x509_privkey_t key)
{
  return start_certificate (authority, key, "avouch demo authority", GNUTLS_KEY_KEY_CERT_SIGN) &&
         gnutls_x509_crt_set_basic_constraints (*authority, 1, 0) >= 0 &&
         gnutls_x509_crt_sign2 (*authority, *authority, key, GNUTLS_DIG_SHA256, 0) >= 0;
}

static bool
add_names (gnutls_x509_crt_t certificate)
{
  struct in_addr four;
  struct in6_addr six;

  return inet_pton (AF_INET, "127.0.0.1", &four) == 1 && inet_pton (AF_INET6, "::1", &six) == 1 &&
         gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, "localhost",
                                               (unsigned) strlen ("localhost"),
                                               GNUTLS_FSAN_SET) >= 0 &&
         gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, &four,
                                               sizeof four, GNUTLS_FSAN_APPEND) >= 0 &&
         gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, &six, sizeof six,
                                               GNUTLS_FSAN_APPEND) >= 0;
}

static bool
make_server (gnutls_x509_crt_t *server, gnutls_x509_privkey_t key, gnutls_x509_crt_t authority,
             gnutls_x509_privkey_t authority_key)
{
  unsigned char id[64];
  size_t id_size = sizeof id;

  return start_certificate (server, key, "avouch demo host", GNUTLS_KEY_DIGITAL_SIGNATURE) &&
         gnutls_x509_crt_set_basic_constraints (*server, 0, -1) >= 0 &&
         gnutls_x509_crt_set_key_purpose_oid (*server, GNUTLS_KP_TLS_WWW_SERVER, 0) >= 0 &&
         gnutls_x509_crt_get_subject_key_id (authority, id, &id_size, NULL) >= 0 &&
         gnutls_x509_crt_set_authority_key_id (*server, id, id_size) >= 0 && add_names (*server) &&
         gnutls_x509_crt_sign2 (*server, authority, authority_key, GNUTLS_DIG_SHA256, 0) >= 0;
}

static void
take_pem (GString *text, gnutls_datum_t *pem)
{
  g_string_append_len (text, (const char *) pem->data, pem->size);
  gnutls_memset (pem->data, 0, pem->size);
  gnutls_free (pem->data);
}

/* The only form in which GTlsCertificate takes a key from memory. */
static GTlsCertificate *
import_certificate (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gnutls_datum_t pem;

  if (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem) >= 0)
    take_pem (text, &pem);
  if (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem) >=
      0)
    take_pem (text, &pem);
  GTlsCertificate *imported = g_tls_certificate_new_from_pem (text->str, (gssize) text->len, error);
  gnutls_memset (text->str, 0, text->len);
  return imported;
}

GTlsCertificate *
authority_make_certificate (char **ca_pem, GError **error)
{
  g_auto (gnutls_x509_privkey_t) authority_key = NULL;
  g_auto (gnutls_x509_privkey_t) key = NULL;
  g_auto (gnutls_x509_crt_t) authority = NULL;
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  gnutls_datum_t pem;

  if (!make_key (&authority_key) || !make_key (&key) ||
      !make_authority (&authority, authority_key) ||
      !make_server (&certificate, key, authority, authority_key) ||
      gnutls_x509_crt_export2 (authority, GNUTLS_X509_FMT_PEM, &pem) < 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot make the demo host's certificate");
      return NULL;
    }
  *ca_pem = g_strndup ((const char *) pem.data, pem.size);
  gnutls_free (pem.data);
  return import_certificate (certificate, key, error);
}
