/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ordering a credential from avouch-mint. */
#pragma once

#include "credential.h"
#include "environment.h"
#include "profile.h"
#include "request.h"

typedef struct {
  const Environment *environment;
  Secret *job;            /* as avouch-mint reads it */
  int timeout;            /* seconds until its answer must be there */
  bool with_proxy;        /* it shall see the proxy variables */
  bool prompts;           /* it may ask the user for a passphrase */
  Secret *passphrase;     /* in: fetched before; borrowed, may be NULL */
  Secret *key_passphrase; /* in: likewise */
  int limit;              /* in: seconds for the login, where less than the profile's; 0: none */
  Secret *subject;        /* in: the token of `subject-token`, if it was found; owned */
  char *basis;            /* in: whose that is; owned, may be NULL */
  bool renews;            /* in: the cached token is still good, and may be prolonged */
  bool fresh;             /* in: not the token that the keyring has */
  bool stays;             /* in: see ObtainOptions */
  bool no_prompt;         /* in: likewise */
} Order;

void order_clear (Order *order);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Order, order_clear)

/* Reads the settings that bear on the mint itself, and the passphrases that only this process can
 * reach. ORDER starts from { 0 } and what is marked "in"; it borrows ENVIRONMENT. Errors: config,
 * passphrase. */
bool order_prepare (Order *order, const Profile *profile, const Request *request, const char *token,
                    const Environment *environment, int verbose, GError **error);

/* Waits for the answer. LOCK is handed on to the mint; -1: there is none. Errors: what the mint
 * says, and spawn_mint's. */
Credential *order_mint (const Order *order, int lock, GError **error);

/* Has TOKEN erased from the keyring, and what of PROFILE is published there; REFUSED not NULL: only
 * what is this very secret. Errors: spawn_mint's, and the keyring's. */
bool order_erase (const Profile *profile, const char *token, const Secret *refused,
                  const Environment *environment, GError **error);

/* For a renewal that nobody waits for. Its failure is nobody's trouble either. */
void order_mint_in_background (const Order *order, int lock);
