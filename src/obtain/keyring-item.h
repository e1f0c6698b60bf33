/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values that the keyring's room and avouch-keyring's callers share. */
#pragma once

#include "secret.h"

#include <stdint.h>

#define KEYRING_TIMEOUT    30          /* seconds for a whole call, the desktop's prompt included */
#define KEYRING_MAX_SECRET (64 * 1024) /* bytes */

/* What has this attribute is a token that a profile published for other programs (stored-token.h).
 */
#define KEYRING_MARK "avouch"

/* What is kept or looked for. */
typedef struct {
  const char *schema;            /* the attribute "xdg:schema"; NULL: none is kept, any is found */
  bool loose;                    /* SCHEMA is kept, but any is found and replaced */
  const char *const *attributes; /* NAME, VALUE, …, NULL; an item may have more than these. NULL:
                                    every item of SCHEMA, which must then be given */
  const char *const *lacks;      /* names of attributes that what is found must not have, NULL;
                                    NULL: none */
  const char *label;             /* what people see in their keyring program; for keyring_store */
} KeyringItem;

typedef struct {
  bool interactive;       /* the desktop may ask the user to unlock or make a collection */
  int timeout;            /* seconds for the whole call; 0: KEYRING_TIMEOUT */
  const char *collection; /* where to keep: a label, an alias or an object's path; NULL: the default
                             one. Items are found in all */
  const char *instead;    /* for hints: what works where the keyring does not, as a sentence's part
                             ("`passphrase = file:PATH` works …"); NULL: nothing */
} KeyringOptions;

/* An item that was found. */
typedef struct {
  char *label;
  GHashTable *attributes; /* char * to char *, "xdg:schema" among them */
  bool locked;
  int64_t modified; /* unix seconds; 0: not known */
  Secret *secret;   /* any bytes, a NUL too; NULL: locked, or not asked for */
} KeyringMatch;

void keyring_match_free (KeyringMatch *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (KeyringMatch, keyring_match_free)
/* NULL if it has no such attribute. Borrowed. */
const char *keyring_match_get (const KeyringMatch *match, const char *attribute);
