/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a tool is given. */
#pragma once

#include "record.h"
#include "secret.h"

typedef enum {
  CREDENTIAL_BEARER,      /* an access token */
  CREDENTIAL_BASIC,       /* user name and password */
  CREDENTIAL_AWS,         /* secret: the secret access key; detail access_key_id, and `session` */
  CREDENTIAL_SUBJECT_JWT, /* a JWT that is itself the credential */
} CredentialKind;

/* A token that would expire in the tool's hands is not handed out; tools are told this much less.
 */
#define CREDENTIAL_MARGIN 30 /* seconds */

/* Of a secret, a user name or a detail: git reads lines of at most 65,535 bytes, key included. */
#define CREDENTIAL_MAX_VALUE 65000 /* bytes */

typedef struct {
  CredentialKind kind;
  char *profile;
  char *username; /* NULL: the tool's own default */
  Secret *secret;
  Secret *session;    /* the session token of CREDENTIAL_AWS, a secret as well; else NULL */
  int64_t issued_at;  /* unix seconds, this machine's clock */
  int64_t expires_at; /* unix seconds, this machine's clock */
  int64_t refresh_at; /* from here on a mint in the background is due */
  int64_t
      settled_at; /* until then not each server may know it, and refuse it for that; 0: all do */
  char *basis;    /* whose token it was exchanged for, as subject_basis tells; NULL: nobody's */
  GPtrArray *details; /* what the issuer told besides: key, value, key, value, … */
} Credential;

/* Takes a reference of SECRET. refresh_at is a fifth of the life, at least 60 s, before the end;
 * never before issued_at. */
Credential *credential_new (CredentialKind kind, const char *profile, Secret *secret,
                            int64_t issued_at, int64_t expires_at);
/* Another end; refresh_at goes with it. */
void credential_set_expiry (Credential *credential, int64_t expires_at);
void credential_free (Credential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Credential, credential_free)

/* Details have the answer's own names: "instance_url", "id", "scope", … NULL values are left out.
 */
void credential_add_detail (Credential *credential, const char *key, const char *value);
const char *credential_detail (const Credential *credential, const char *key);

/* It was issued before the clock was set back, and would seem to live on. */
bool credential_is_from_later (const Credential *credential, int64_t now);
bool credential_is_usable (const Credential *credential, int64_t now);
bool credential_is_due (const Credential *credential, int64_t now);
/* Whether a refusal may come from its being so new. */
bool credential_is_settling (const Credential *credential, int64_t now);
/* expires_at - CREDENTIAL_MARGIN: what a tool may be told. */
int64_t credential_published_expiry (const Credential *credential);

/* A credential holds nothing that would break a line-based protocol, and is not empty; error
 * (protocol) otherwise. */
bool credential_check (const Credential *credential, GError **error);

Record *credential_to_record (const Credential *credential);
Credential *credential_from_record (const Record *record, GError **error);
