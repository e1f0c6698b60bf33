/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is told of keys and certificates: for people by lines within 80 columns, for programs as
 * JSON. */
#pragma once

#include "writer.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

/* "RSA 2048", "EC P-256", "Ed25519". The caller owns it. */
char *key_facts_kind (gnutls_pubkey_t public);
/* SHA-256 of the SubjectPublicKeyInfo, in lower-case hexadecimal. The caller owns it. */
char *key_facts_spki (gnutls_pubkey_t public);

/* A line "  NAME   VALUE"; VALUE may go over several. */
void key_facts_add (GString *text, const char *name, const char *value);
/* NOW: unix seconds. */
void key_facts_add_certificate (GString *text, gnutls_x509_crt_t certificate, int64_t now);

/* Members "kind", "bits", "spki_sha256", "thumbprint". PUBLIC may be NULL. */
void key_facts_write_key (Writer *writer, gnutls_pubkey_t public);
/* An object of the given name; null for a certificate that is NULL. ALIAS NULL: no such member. */
void key_facts_write_certificate (Writer *writer, const char *name, const char *alias,
                                  gnutls_x509_crt_t certificate, int64_t now);
