/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GnuTLS handles that release themselves: g_auto (gnutls_x509_crt_t) certificate = NULL; */
#pragma once

#include "secret.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <string.h>

G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_privkey_t, gnutls_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_pubkey_t, gnutls_pubkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_pkcs12_t, gnutls_pkcs12_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_pkcs12_bag_t, gnutls_pkcs12_bag_deinit, NULL)

/* Bytes that GnuTLS allocated for us; wiped, for they are often a key. */
static inline void
gnutls_datum_clear (gnutls_datum_t *datum)
{
  secret_wipe (datum->data, datum->size);
  gnutls_free (datum->data);
  *datum = (gnutls_datum_t){ 0 };
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (gnutls_datum_t, gnutls_datum_clear)

/* The OID that GnuTLS's *_info calls give. It is asked for although nobody reads it: where it is
 * not, GnuTLS 3.7 leaks it in case of an algorithm that it does not know. */
typedef char *GnutlsOid;
static inline void
gnutls_oid_clear (GnutlsOid *oid)
{
  gnutls_free (*oid);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GnutlsOid, gnutls_oid_clear)

/* GnuTLS's description without the full stop that ends it. */
static inline char *
gnutls_reason (int status)
{
  char *reason = g_strdup (gnutls_strerror (status));

  if (g_str_has_suffix (reason, "."))
    reason[strlen (reason) - 1] = '\0';
  return reason;
}
