/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a key that avouch makes or takes over is kept, and how it gets there. */
#pragma once

#include "command.h"
#include "key.h"
#include "passphrase-place.h"

typedef struct _KeyFormat KeyFormat;

typedef struct {
  const KeyFormat *format;
  bool ours;         /* in the user's own folder of keys, which is made where it is missing */
  char *name;        /* of the key: its alias, and the default subject */
  char *key;         /* absolute paths */
  char *passphrase;  /* for one that is generated */
  char *certificate; /* the file for the issuer's console */
} KeyPlace;

void key_place_clear (KeyPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KeyPlace, key_place_clear)

/* TARGET: a name, for the user's own folder of keys; or a path, which has a "/" or ends like a key
 * file. FORMAT: as typed, or NULL: by the path's end, else PEM where the key is PLAIN and PKCS#12
 * elsewhere. Error: usage. */
bool key_place_choose (const Environment *environment, const char *target, const char *format,
                       bool plain, KeyPlace *place, GError **error);

/* "PKCS#12" */
const char *key_place_format (const KeyPlace *place);

/* Whether all files can still be made. GENERATED: the passphrase gets one too. Error: key. */
bool key_place_check (const KeyPlace *place, bool generated, GError **error);

/* The one for the new file, from where FROM says. Errors: usage, passphrase. */
Secret *key_place_passphrase (const KeyPlace *place, const PassphrasePlace *from,
                              const Environment *environment, GError **error);
/* What a profile says for it; NULL: nothing. The caller owns it. */
char *key_place_setting (const KeyPlace *place, const PassphrasePlace *from,
                         const Environment *environment);

/* Key, generated passphrase and certificate, in this order: all or none of them. What is written
 * was read back before. PASSPHRASE NULL: none. Errors: key, passphrase, internal. */
bool key_place_write (const KeyPlace *place, const Key *key, Secret *passphrase, bool generated,
                      GError **error);

/* A certificate's file alone: whether it can be made, and making it. Errors: key (it is there
 * already), internal. */
bool key_certificate_check (const char *path, GError **error);
bool key_certificate_write (const char *path, const Secret *content, GError **error);

/* `--days`; 730 for NULL. Error: usage. */
bool key_days_parse (const char *text, unsigned *days, GError **error);
