/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A credential in the forms that people and scripts take it in. */
#pragma once

#include "credential.h"

typedef struct {
  const char *name;
  bool names_places; /* it tells a tool where to take the token: see instance_check_details */
  /* Errors: usage, config (a credential of this kind has no such form). */
  bool (*write) (const Credential *credential, SecretBuffer *output, GError **error);
} CredentialFormat;

/* Error: usage, naming the formats that there are. */
const CredentialFormat *credential_format_find (const char *name, GError **error);

/* "bearer", "basic", … */
const char *credential_kind_name (CredentialKind kind);
