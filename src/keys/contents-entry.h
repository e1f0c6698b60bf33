/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between contents.c, which opens one key, and inspect.c, which tells of all. */
#pragma once

#include "contents.h"

typedef struct {
  char *alias; /* as the container has it; NULL: unnamed */
  GBytes *id;
  Secret *encoded;
  KeyOpen open;
  GBytes *certificate; /* where the container says which; else one of all is looked for */
} Entry;

typedef struct {
  GBytes *id;
  gnutls_x509_crt_t certificate;
} Certificate;

typedef struct {
  char *alias;
  GBytes *certificate;
} Trusted;

/* The key that ALIAS names. Java's keystores compare aliases without regard to case; in a JWK set
 * or a PKCS#12 file of openssl two may differ by it alone, and then it counts. NULL with an error
 * (key) that lists those that there are. */
const Entry *contents_choose (const Contents *contents, const char *alias, GError **error);

/* Beside a key stand the certificates that bear its ID, and any where it is the only key. */
bool contents_stands_beside (const Contents *contents, const Entry *entry,
                             const Certificate *certificate);

/* NUMBER: its place, from 1, for the message. Error: key. */
bool contents_import_certificate (const gnutls_datum_t *der, unsigned number,
                                  gnutls_x509_crt_t *certificate, GError **error);
