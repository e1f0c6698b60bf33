/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* New keys. */
#pragma once

#include "key.h"

/* One line of the table of what can be made. */
typedef struct {
  const char *name; /* "rsa-2048" */
  gnutls_pk_algorithm_t algorithm;
  unsigned bits; /* or, by GNUTLS_CURVE_TO_BITS, a curve */
} KeyType;

/* By name, without regard to case; NULL: there is none of that name. */
const KeyType *key_type_find (const char *name);
/* "rsa-2048, rsa-3072, …": for a hint. The caller owns it. */
char *key_type_list (void);

/* Takes up to some seconds for RSA. Error: key. */
Key *key_make (const KeyType *type, GError **error);

/* 160 random bits as letters and digits that are not mistaken for each other. Error: key. */
Secret *key_make_passphrase (GError **error);
