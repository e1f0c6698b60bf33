/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each state in which a keyring is of no use: its message, and what to do. */
#pragma once

#include "keyring.h"

typedef enum {
  TROUBLE_NO_BUS,
  TROUBLE_NO_SERVICE,
  TROUBLE_NO_DEFAULT,    /* no default collection */
  TROUBLE_NO_COLLECTION, /* none of the wanted name: DETAIL */
  TROUBLE_LOCKED,
  TROUBLE_WOULD_ASK, /* a prompt is needed, and nobody may be asked */
  TROUBLE_DISMISSED, /* somebody was asked, and said no */
  TROUBLE_LATE,
  TROUBLE_DIED,
  TROUBLE_CHANGED, /* the name went to another service */
  TROUBLE_REFUSED, /* anything else that the service says: DETAIL */
  TROUBLE_ODD,     /* an answer that its protocol does not know */
  TROUBLE_NO_SECRET,
  TROUBLE_NO_KEY, /* from the secret portal: DETAIL */
  TROUBLE_FILE,   /* that a sandbox has in the service's place: DETAIL */
  TROUBLE_TOO_LONG,
  TROUBLE_NOT_UTF8,
} Trouble;

/* Always false. DETAIL: a name or foreign text, cleaned here; NULL: none. */
bool trouble_set (const KeyringOptions *options, Trouble trouble, const char *detail,
                  GError **error);
