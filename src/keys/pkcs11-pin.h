/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token's PIN, which is given once: a token that has seen a few wrong ones is locked. */
#pragma once

#include "key.h"

/* The PIN as GnuTLS asks for it. The key keeps it: some tokens want it again for each signature. */
typedef struct {
  const KeySource *source; /* while the key is opened */
  Secret *pin;             /* NULL: not asked for yet */
  bool proven;             /* the token took it */
  GError *reason;          /* why it was not given */
} Pkcs11Pin;

/* SOURCE says where it comes from. */
Pkcs11Pin *pkcs11_pin_new (const KeySource *source);
void pkcs11_pin_free (Pkcs11Pin *pin);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pkcs11Pin, pkcs11_pin_free)

/* GnuTLS's callback; DATA is a Pkcs11Pin. */
int pkcs11_pin_give (void *data, int attempt, const char *url, const char *label, unsigned flags,
                     char *place, size_t size);
