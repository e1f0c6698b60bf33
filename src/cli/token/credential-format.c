/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "credential-format.h"

#include "error.h"
#include "i18n.h"
#include "quote.h"
#include "suggest.h"
#include "text.h"
#include "writer.h"

#include <string.h>

static const char *const kind_names[] = {
  [CREDENTIAL_BEARER] = "bearer",
  [CREDENTIAL_BASIC] = "basic",
  [CREDENTIAL_AWS] = "aws",
  [CREDENTIAL_SUBJECT_JWT] = "subject-jwt",
};

const char *
credential_kind_name (CredentialKind kind)
{
  return (size_t) kind < G_N_ELEMENTS (kind_names) ? kind_names[kind] : "unknown";
}

/* Three parts make no sense apart. */
static bool
fail_kind (const Credential *credential, const char *format, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("%s: a credential of kind %s has no form %s"), credential->profile,
               credential_kind_name (credential->kind), format);
  if (error != NULL)
    error_add_hint (*error, credential->kind == CREDENTIAL_AWS
                                ? _ ("--format aws, env or json prints its three parts")
                                : _ ("--format json prints what there is of it"));
  return false;
}

static bool
write_plain (const Credential *credential, SecretBuffer *output, GError **error)
{
  if (credential->kind == CREDENTIAL_AWS)
    return fail_kind (credential, "plain", error);
  secret_buffer_append_secret (output, credential->secret);
  secret_buffer_append (output, "\n", 1);
  return true;
}

/* A bearer token's is only git's concern: the name that goes before it where it is a password. */
static const char *
own_username (const Credential *credential)
{
  return credential->kind == CREDENTIAL_BASIC ? credential->username : NULL;
}

static bool
write_json (const Credential *credential, SecretBuffer *output, GError **error)
{
  Writer writer = { .buffer = output };
  const GPtrArray *details = credential->details;

  (void) error;
  writer_open (&writer, NULL, '{');
  writer_string (&writer, "profile", credential->profile);
  writer_string (&writer, "kind", credential_kind_name (credential->kind));
  if (own_username (credential) != NULL)
    writer_string (&writer, "username", own_username (credential));
  writer_secret (&writer, "token", credential->secret);
  if (credential->session != NULL)
    writer_secret (&writer, "session_token", credential->session);
  writer_time (&writer, "expires", credential_published_expiry (credential));
  writer_open (&writer, "details", '{');
  for (size_t i = 0; details != NULL && i + 1 < details->len; i += 2)
    writer_string (&writer, details->pdata[i], details->pdata[i + 1]);
  writer_close (&writer, '}');
  writer_close (&writer, '}');
  return true;
}

/* RFC 7617 section 2 */
static void
append_basic (const Credential *credential, SecretBuffer *output)
{
  g_auto (SecretBuffer) pair = { 0 };
  char *encoded;

  secret_buffer_append (&pair, credential->username != NULL ? credential->username : "", -1);
  secret_buffer_append (&pair, ":", 1);
  secret_buffer_append_secret (&pair, credential->secret);
  encoded = g_base64_encode ((const unsigned char *) pair.data, pair.length);
  secret_buffer_append (output, encoded, -1);
  secret_wipe (encoded, strlen (encoded));
  g_free (encoded);
}

/* "Authorization: Bearer …" */
static bool
append_header (const Credential *credential, SecretBuffer *output, GError **error)
{
  switch (credential->kind)
    {
    case CREDENTIAL_BEARER:
    case CREDENTIAL_SUBJECT_JWT:
      secret_buffer_append (output, "Authorization: Bearer ", -1);
      secret_buffer_append_secret (output, credential->secret);
      return true;
    case CREDENTIAL_BASIC:
      secret_buffer_append (output, "Authorization: Basic ", -1);
      append_basic (credential, output);
      return true;
    case CREDENTIAL_AWS:
    default:
      return fail_kind (credential, "header", error);
    }
}

static bool
write_header (const Credential *credential, SecretBuffer *output, GError **error)
{
  if (!append_header (credential, output, error))
    return false;
  secret_buffer_append (output, "\n", 1);
  return true;
}

static bool
write_curl (const Credential *credential, SecretBuffer *output, GError **error)
{
  g_auto (SecretBuffer) header = { 0 };

  if (!append_header (credential, &header, error))
    return false;
  secret_buffer_append (output, "header = \"", -1);
  quote_curl_value (output, header.data, header.length);
  secret_buffer_append (output, "\"\n", -1);
  return true;
}

/* RFC 7519: three parts, the first an encoded object. */
static bool
is_jwt (const Secret *token)
{
  const char *text = secret_bytes (token, NULL);
  const char *dot = strchr (text, '.');

  return g_str_has_prefix (text, "eyJ") && dot != NULL && strchr (dot + 1, '.') != NULL;
}

/* A Salesforce session: SOAP and Bulk 1.0 know no other token, a JWT neither. */
static bool
check_session (const Credential *credential, const char *format, GError **error)
{
  bool bearer = credential->kind == CREDENTIAL_BEARER;

  if (bearer && !is_jwt (credential->secret))
    return true;
  if (bearer)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("%s: the access token is a JWT, which SOAP and Bulk API 1.0 do not take"),
                   credential->profile);
      if (error != NULL)
        error_add_hint (*error, _ ("in the app's settings, switch off JWT-based access tokens"));
      return false;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("%s: a credential of kind %s is no session: use another --format than %s"),
               credential->profile, credential_kind_name (credential->kind), format);
  return false;
}

static void
append_xml (SecretBuffer *output, const Secret *text)
{
  size_t length;
  const char *bytes = secret_bytes (text, &length);

  for (size_t i = 0; i < length; i++)
    if (bytes[i] == '&')
      secret_buffer_append (output, "&amp;", -1);
    else if (bytes[i] == '<')
      secret_buffer_append (output, "&lt;", -1);
    else if (bytes[i] == '>')
      secret_buffer_append (output, "&gt;", -1);
    else
      secret_buffer_append (output, bytes + i, 1);
}

/* Stands in an Envelope's Header whatever its prefixes are, for it declares its own namespace: the
 * partner WSDL's. */
static bool
write_soap (const Credential *credential, SecretBuffer *output, GError **error)
{
  if (!check_session (credential, "soap", error))
    return false;
  secret_buffer_append (output, "<SessionHeader xmlns=\"urn:partner.soap.sforce.com\"><sessionId>",
                        -1);
  append_xml (output, credential->secret);
  secret_buffer_append (output, "</sessionId></SessionHeader>\n", -1);
  return true;
}

/* What Bulk API 1.0 takes in place of Authorization. */
static bool
write_session_header (const Credential *credential, SecretBuffer *output, GError **error)
{
  if (!check_session (credential, "session-header", error))
    return false;
  secret_buffer_append (output, "X-SFDC-SESSION: ", -1);
  secret_buffer_append_secret (output, credential->secret);
  secret_buffer_append (output, "\n", 1);
  return true;
}

/* A variable without a value is unset: it may be left from another profile. */
static void
append_variable (SecretBuffer *output, const char *name, const char *value, size_t length)
{
  if (value == NULL)
    {
      secret_buffer_printf (output, "unset %s\n", name);
      return;
    }
  secret_buffer_printf (output, "export %s=", name);
  quote_shell_value (output, value, length);
  secret_buffer_append (output, "\n", 1);
}

static void
append_text_variable (SecretBuffer *output, const char *name, const char *value)
{
  append_variable (output, name, value, value != NULL ? strlen (value) : 0);
}

static void
append_secret_variable (SecretBuffer *output, const char *name, const Secret *value)
{
  size_t length = 0;
  const char *bytes = value != NULL ? secret_bytes (value, &length) : NULL;

  append_variable (output, name, bytes, length);
}

/* By the names that AWS's own tools read. */
static void
append_aws_variables (SecretBuffer *output, const Credential *credential)
{
  append_text_variable (output, "AWS_ACCESS_KEY_ID",
                        credential_detail (credential, "access_key_id"));
  append_secret_variable (output, "AWS_SECRET_ACCESS_KEY", credential->secret);
  append_secret_variable (output, "AWS_SESSION_TOKEN", credential->session);
  append_text_variable (output, "AWS_REGION", credential_detail (credential, "region"));
  append_text_variable (output, "AWS_PROFILE", NULL);
}

static bool
write_env (const Credential *credential, SecretBuffer *output, GError **error)
{
  size_t length;
  const char *bytes = secret_bytes (credential->secret, &length);
  g_autofree char *expires_at =
      g_strdup_printf ("%lld", (long long) credential_published_expiry (credential));

  (void) error;
  if (credential->kind == CREDENTIAL_AWS)
    append_aws_variables (output, credential);
  append_variable (output, "AVOUCH_TOKEN", credential->kind != CREDENTIAL_AWS ? bytes : NULL,
                   length);
  append_text_variable (output, "AVOUCH_EXPIRES_AT", expires_at);
  append_text_variable (output, "AVOUCH_USERNAME", own_username (credential));
  append_text_variable (output, "AVOUCH_INSTANCE_URL",
                        credential_detail (credential, "instance_url"));
  return true;
}

/* "Sourcing credentials with an external process", AWS SDKs and Tools Reference Guide. */
static bool
write_aws (const Credential *credential, SecretBuffer *output, GError **error)
{
  g_autofree char *end = text_format_utc (credential_published_expiry (credential));
  Writer writer = { .buffer = output };

  if (credential->kind != CREDENTIAL_AWS)
    return fail_kind (credential, "aws", error);
  writer_open (&writer, NULL, '{');
  writer_int (&writer, "Version", 1);
  writer_string (&writer, "AccessKeyId", credential_detail (credential, "access_key_id"));
  writer_secret (&writer, "SecretAccessKey", credential->secret);
  writer_secret (&writer, "SessionToken", credential->session);
  writer_string (&writer, "Expiration", end);
  writer_close (&writer, '}');
  return true;
}

static const CredentialFormat formats[] = {
  { "plain", false, write_plain },
  { "json", true, write_json },
  { "header", false, write_header },
  { "env", true, write_env },
  { "curl", false, write_curl },
  { "soap", false, write_soap },
  { "session-header", false, write_session_header },
  { "aws", false, write_aws },
};

const CredentialFormat *
credential_format_find (const char *name, GError **error)
{
  const char *names[G_N_ELEMENTS (formats)];
  const char *nearest;

  for (size_t i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      if (strcmp (formats[i].name, name) == 0)
        return &formats[i];
      names[i] = formats[i].name;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("--format %s: not one of plain, json, header, env, curl, soap, session-header, "
                  "aws"),
               name);
  nearest = suggest_nearest (name, names, G_N_ELEMENTS (names));
  if (error != NULL && nearest != NULL)
    error_add_hint (*error, _ ("did you mean \"%s\"?"), nearest);
  return NULL;
}
