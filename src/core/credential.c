/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "credential.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

enum {
  REFRESH_FRACTION = 5,
  MIN_REFRESH = 60, /* seconds */
};

/* 9999-12-31T23:59:59Z, the last second that RFC 3339 can write. */
#define MAX_TIME INT64_C (253402300799)

/* As they stand in records: never change them. */
static const char *const kind_names[] = {
  [CREDENTIAL_BEARER] = "bearer",
  [CREDENTIAL_BASIC] = "basic",
  [CREDENTIAL_AWS] = "aws",
  [CREDENTIAL_SUBJECT_JWT] = "subject-jwt",
};

Credential *
credential_new (CredentialKind kind, const char *profile, Secret *secret, int64_t issued_at,
                int64_t expires_at)
{
  Credential *credential = g_new0 (Credential, 1);

  credential->kind = kind;
  credential->profile = g_strdup (profile);
  credential->secret = secret_ref (secret);
  credential->issued_at = issued_at;
  credential_set_expiry (credential, expires_at);
  credential->details = g_ptr_array_new_with_free_func (g_free);
  return credential;
}

void
credential_set_expiry (Credential *credential, int64_t expires_at)
{
  int64_t ahead = MAX ((expires_at - credential->issued_at) / REFRESH_FRACTION, MIN_REFRESH);

  credential->expires_at = expires_at;
  credential->refresh_at = MAX (expires_at - ahead, credential->issued_at);
}

void
credential_free (Credential *credential)
{
  g_free (credential->profile);
  g_free (credential->username);
  g_free (credential->basis);
  secret_unref (credential->secret);
  g_clear_pointer (&credential->session, secret_unref);
  g_ptr_array_unref (credential->details);
  g_free (credential);
}

void
credential_add_detail (Credential *credential, const char *key, const char *value)
{
  if (value == NULL)
    return;
  g_ptr_array_add (credential->details, g_strdup (key));
  g_ptr_array_add (credential->details, g_strdup (value));
}

const char *
credential_detail (const Credential *credential, const char *key)
{
  const GPtrArray *details = credential->details;

  for (size_t i = 0; i + 1 < details->len; i += 2)
    if (strcmp (details->pdata[i], key) == 0)
      return details->pdata[i + 1];
  return NULL;
}

bool
credential_is_from_later (const Credential *credential, int64_t now)
{
  return credential->issued_at > now + CREDENTIAL_MARGIN;
}

bool
credential_is_usable (const Credential *credential, int64_t now)
{
  return now < credential_published_expiry (credential) &&
         !credential_is_from_later (credential, now);
}

bool
credential_is_due (const Credential *credential, int64_t now)
{
  return now >= credential->refresh_at;
}

bool
credential_is_settling (const Credential *credential, int64_t now)
{
  return now < credential->settled_at && now >= credential->issued_at;
}

int64_t
credential_published_expiry (const Credential *credential)
{
  return credential->expires_at - CREDENTIAL_MARGIN;
}

static bool
check_value (const char *what, const char *value, size_t length, GError **error)
{
  if (text_has_control (value, length))
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                 _ ("the issuer's %s holds a control character"), _ (what));
  else if (length > CREDENTIAL_MAX_VALUE)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                 _ ("the issuer's %s is longer than %d bytes"), _ (what), CREDENTIAL_MAX_VALUE);
  else
    return true;
  return false;
}

static bool
check_session (const Credential *credential, GError **error)
{
  size_t length;
  const char *session;

  if (credential->session == NULL)
    return true;
  session = secret_bytes (credential->session, &length);
  return check_value (N_ ("session token"), session, length, error);
}

bool
credential_check (const Credential *credential, GError **error)
{
  const char *username = credential->username;
  const GPtrArray *details = credential->details;
  size_t length;
  const char *secret = secret_bytes (credential->secret, &length);

  if (length == 0)
    {
      g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                           _ ("the issuer's token is empty"));
      return false;
    }
  if (!check_value (N_ ("token"), secret, length, error) ||
      (username != NULL && !check_value (N_ ("user name"), username, strlen (username), error)) ||
      !check_session (credential, error))
    return false;
  for (size_t i = 0; i < details->len; i++)
    {
      const char *text = details->pdata[i];

      if (!check_value (N_ ("answer"), text, strlen (text), error))
        return false;
    }
  return true;
}

Record *
credential_to_record (const Credential *credential)
{
  Record *record = record_new ("credential");

  record_add (record, "kind", kind_names[credential->kind]);
  record_add (record, "profile", credential->profile);
  record_add (record, "username", credential->username);
  record_add_secret (record, "secret", credential->secret);
  record_add_secret (record, "session", credential->session);
  record_add_int (record, "issued-at", credential->issued_at);
  record_add_int (record, "expires-at", credential->expires_at);
  record_add_int (record, "refresh-at", credential->refresh_at);
  if (credential->settled_at != 0)
    record_add_int (record, "settled-at", credential->settled_at);
  record_add (record, "basis", credential->basis);
  /* A detail's name is the issuer's, and may have what a record's key may not. */
  for (size_t i = 0; i + 1 < credential->details->len; i += 2)
    {
      record_add (record, "detail-name", credential->details->pdata[i]);
      record_add (record, "detail-value", credential->details->pdata[i + 1]);
    }
  return record;
}

static bool
find_kind (const char *name, CredentialKind *kind)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (g_strcmp0 (kind_names[i], name) == 0)
      {
        *kind = (CredentialKind) i;
        return true;
      }
  return false;
}

static bool
get_time (const Record *record, const char *key, int64_t *time)
{
  return record_get_int (record, key, time) && *time >= 0 && *time <= MAX_TIME;
}

static void
read_details (const Record *record, Credential *credential)
{
  const char *name = NULL;

  for (size_t i = 0; i < record_count (record); i++)
    {
      const char *key;
      const char *value = record_field (record, i, &key);

      if (strcmp (key, "detail-name") == 0)
        name = value;
      else if (name != NULL && strcmp (key, "detail-value") == 0)
        credential_add_detail (credential, name, value);
    }
}

Credential *
credential_from_record (const Record *record, GError **error)
{
  g_autoptr (Secret) secret = record_get_secret (record, "secret");
  const char *profile = record_get (record, "profile");
  int64_t issued_at, expires_at, refresh_at;
  CredentialKind kind;

  if (strcmp (record_kind (record), "credential") != 0 || secret == NULL || profile == NULL ||
      !find_kind (record_get (record, "kind"), &kind) ||
      !get_time (record, "issued-at", &issued_at) ||
      !get_time (record, "expires-at", &expires_at) ||
      !get_time (record, "refresh-at", &refresh_at))
    {
      g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                           _ ("a record that is no whole credential"));
      return NULL;
    }
  Credential *credential = credential_new (kind, profile, secret, issued_at, expires_at);
  credential->username = g_strdup (record_get (record, "username"));
  credential->refresh_at = refresh_at;
  credential->session = record_get_secret (record, "session");
  credential->basis = g_strdup (record_get (record, "basis"));
  if (!get_time (record, "settled-at", &credential->settled_at))
    credential->settled_at = 0;
  read_details (record, credential);
  return credential;
}
