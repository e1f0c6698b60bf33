/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates: the self-signed ones that we make, and what any of them says. */
#pragma once

#include "key.h"

#define CERTIFICATE_MAX_DAYS 36500

/* SUBJECT is a common name, or a distinguished name in the form of RFC 4514 ("CN=…,O=…"). Error:
 * usage. */
bool certificate_check_subject (const char *subject, GError **error);

/* One that KEY signs for itself, good from an hour before NOW, for DAYS from NOW. The caller owns
 * it. Errors: usage (the subject), key. */
gnutls_x509_crt_t certificate_make (const Key *key, const char *subject, unsigned days, int64_t now,
                                    GError **error);

/* All certificates that TEXT holds (PEM, among other text) or the one that it is (DER), as
 * gnutls_x509_crt_t; NULL: none. The caller owns the array, which releases them. */
GPtrArray *certificates_read (const char *text, size_t length);

/* Of those in the file PATH, which others may read, the one that is KEY's. The caller owns it.
 * Error: key, naming the file. */
gnutls_x509_crt_t certificate_load (const char *path, const Key *key, GError **error);

/* The file that an issuer's console takes, or the bare DER. Error: key. */
Secret *certificate_encode (gnutls_x509_crt_t certificate, gnutls_x509_crt_fmt_t format,
                            GError **error);

/* RFC 4514; the caller owns it. */
char *certificate_subject (gnutls_x509_crt_t certificate);
char *certificate_issuer (gnutls_x509_crt_t certificate);
/* Whether its own key signed it, as far as the names tell. */
bool certificate_is_self_signed (gnutls_x509_crt_t certificate);
/* Lower-case hexadecimal; the caller owns it. */
char *certificate_serial (gnutls_x509_crt_t certificate);
char *certificate_fingerprint (gnutls_x509_crt_t certificate, gnutls_digest_algorithm_t digest);
