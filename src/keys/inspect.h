/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that a file or token holds, for people to look at: never the keys' own numbers. */
#pragma once

#include "key.h"

typedef struct {
  char *alias; /* NULL: it has none */
  bool encrypted;
  bool chosen;                   /* the one that the alias of the source means */
  Key *key;                      /* NULL: it could not be opened, or is a public key only */
  gnutls_pubkey_t public;        /* NULL: nothing tells it */
  gnutls_x509_crt_t certificate; /* NULL: none is there */
  bool matches;                  /* KEY is that of CERTIFICATE */
  GError *trouble;               /* why there is no KEY, or why it cannot be used; NULL: nothing */
} InspectedKey;

typedef struct {
  char *alias; /* NULL: it has none */
  gnutls_x509_crt_t certificate;
} InspectedCertificate;

typedef struct {
  const char *format;      /* "PKCS#12" */
  GPtrArray *keys;         /* InspectedKey */
  GPtrArray *certificates; /* InspectedCertificate: of none of these keys */
  GError *trouble;         /* why no more can be told, or which key is meant; NULL: all is told */
} Inspection;

void inspection_free (Inspection *inspection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Inspection, inspection_free)

/* Opens what SOURCE's passphrase opens, and tells what can be told without one. A file with a
 * certificate or a public key alone is told of too. Errors: key (it is nothing of that kind, or
 * cannot be read), naming the place. */
Inspection *key_inspect (const KeySource *source, GError **error);

/* NULL where none is chosen. Borrowed. */
const InspectedKey *inspection_chosen (const Inspection *inspection);
/* Whether a passphrase would tell more. */
bool inspection_is_locked (const Inspection *inspection);
/* Whether kind and certificate of every key are told, and which keys there are. */
bool inspection_is_told (const Inspection *inspection);
