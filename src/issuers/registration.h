/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new app, registered by the one that will be it (RFC 7591). */
#pragma once

#include "exchange.h"
#include "key.h"

typedef struct {
  const char *name;         /* as people will see it */
  const char *redirect_uri; /* asked for, and never used in this flow */
  const Key *key;           /* its public half, and its certificate if it has one, are sent */
} RegistrationRequest;

typedef struct {
  char *client_id;
  bool has_secret; /* a client secret came too; it was wiped */
} Registration;
void registration_clear (Registration *registration);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Registration, registration_clear)

/* The JSON body. Error: key (not RSA, or its public half cannot be had). */
Secret *registration_body (const RegistrationRequest *request, GError **error);

/* REGISTRATION starts from { 0 }. Error: protocol. */
bool registration_read (const ExchangeAnswer *answer, Registration *registration, GError **error);
/* Any answer but 2xx, as an error: refused, or network for 5xx. The caller owns it. */
GError *registration_explain (const ExchangeAnswer *answer);
