/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a token acts as: the answer of a userinfo endpoint (OpenID Connect Core section 5.3), or of
 * Salesforce's identity URL, whose members have other names. */
#pragma once

#include "credential.h"
#include "exchange.h"
#include "profile.h"

typedef enum {
  ACCOUNT_UNKNOWN,
  ACCOUNT_PRODUCTION,
  ACCOUNT_SANDBOX, /* or a scratch org: nothing in it is for real */
} AccountKind;

typedef struct {
  char *username; /* each NULL where the issuer does not say */
  char *name;
  char *user_id;
  char *organization_id;
  char *user_type;
  char *language;
  char *app_owner; /* whose the app is */
} Account;

void account_free (Account *account);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Account, account_free)

/* The caller owns it. Error: protocol. */
Account *account_read (const ExchangeAnswer *answer, GError **error);

/* By the hosts of the profile and of the credential's instance. */
AccountKind account_kind (const Profile *profile, const Credential *credential);
