/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A private key that stays in its token: it is asked to sign. Modules are those that p11-kit's
 * configuration names; none is loaded before the first URI is opened. */
#pragma once

#include "key.h"

/* SOURCE->location is a PKCS#11 URI. The PIN is the passphrase of WHAT "key"; it is tried once, and
 * not at all where the token tells of a wrong one before. Errors: key, passphrase. */
Key *pkcs11_open (const KeySource *source, GError **error);
