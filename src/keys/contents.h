/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container was found to hold, before one key of it is chosen and opened. */
#pragma once

#include "unlock.h"

#define CONTENTS_MAX_KEYS         10000
#define CONTENTS_MAX_CERTIFICATES 10000
#define CONTENTS_MAX_ENCODED      (64 * 1024) /* bytes of one key or certificate */
#define CONTENTS_MAX_ALIAS        1024        /* bytes */
#define CONTENTS_MAX_LISTED       20          /* aliases in a message */

/* Turns one encoded key into a Key, with UNLOCK's passphrase where it is encrypted. */
typedef Key *(*KeyOpen) (const Secret *encoded, Unlock *unlock, GError **error);

typedef struct {
  GPtrArray *keys;
  GPtrArray *certificates;
  GPtrArray *trusted; /* certificates that belong to no key */
} Contents;

Contents *contents_new (void);
void contents_free (Contents *contents);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Contents, contents_free)

/* ALIAS and ID (PKCS#12's localKeyId, which ties a key to its certificate) may be NULL; both are
 * copied. Error: key (too large, too many). */
bool contents_add_key (Contents *contents, const char *alias, const gnutls_datum_t *id,
                       Secret *encoded, KeyOpen open, GError **error);
bool contents_add_certificate (Contents *contents, const gnutls_datum_t *id,
                               const gnutls_datum_t *der, GError **error);
/* The certificate of the key that was added last; decoded only if that key is chosen. */
void contents_set_certificate (Contents *contents, const unsigned char *der, size_t length);
/* A certificate that is there and belongs to no key: to be told, never to be used. */
void contents_add_trusted (Contents *contents, const char *alias, const unsigned char *der,
                           size_t length);

/* The key that ALIAS names (case-insensitive; NULL: the only one), with its certificate. Errors:
 * key, passphrase. */
Key *contents_open (const Contents *contents, const char *alias, Unlock *unlock, GError **error);
