/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "registration.h"

#include "base64url.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "issuer.h"
#include "oauth-error.h"
#include "strict.h"

#include <string.h>

#define GRANT_TYPE "urn:ietf:params:oauth:grant-type:jwt-bearer"

enum {
  MAX_CLIENT_ID = 255,
  FORBIDDEN = 403,
  NOT_FOUND = 404,
  UNAUTHORIZED = 401,
};

void
registration_clear (Registration *registration)
{
  g_clear_pointer (&registration->client_id, g_free);
}

static bool
fail_key (int code, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("the public half of the key cannot be had: %s"), gnutls_strerror (code));
  return false;
}

/* A number as RFC 7518 section 6.3.1 has it: without leading zeros. */
static void
set_number (JsonObject *jwk, const char *name, const gnutls_datum_t *number)
{
  g_auto (SecretBuffer) text = { 0 };
  g_autoptr (Secret) whole = NULL;
  unsigned zeros = 0;

  while (zeros + 1 < number->size && number->data[zeros] == 0)
    zeros++;
  base64url_append (&text, number->data + zeros, number->size - zeros);
  whole = secret_buffer_end (&text);
  json_object_set_string_member (jwk, name, secret_bytes (whole, NULL));
}

static bool
set_numbers (JsonObject *jwk, const Key *key, GError **error)
{
  gnutls_pubkey_t public = NULL;
  gnutls_datum_t modulus = { 0 };
  gnutls_datum_t exponent = { 0 };
  gnutls_x509_crt_t certificate = key_certificate (key);
  int code = gnutls_pubkey_init (&public);

  if (code >= 0 && certificate != NULL)
    code = gnutls_pubkey_import_x509 (public, certificate, 0);
  else if (code >= 0)
    code = gnutls_pubkey_import_privkey (public, key_private (key), 0, 0);
  if (code >= 0)
    code = gnutls_pubkey_export_rsa_raw (public, &modulus, &exponent);
  if (code >= 0)
    {
      set_number (jwk, "n", &modulus);
      set_number (jwk, "e", &exponent);
    }
  gnutls_free (modulus.data);
  gnutls_free (exponent.data);
  if (public != NULL)
    gnutls_pubkey_deinit (public);
  return code >= 0 || fail_key (code, error);
}

/* RFC 7517 section 4.7: the certificate's DER in plain Base64. */
static bool
set_certificate (JsonObject *jwk, const Key *key, GError **error)
{
  gnutls_x509_crt_t certificate = key_certificate (key);
  gnutls_datum_t der = { 0 };
  g_autofree char *text = NULL;
  JsonArray *chain;
  int code;

  if (certificate == NULL)
    return true;
  code = gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der);
  if (code < 0)
    return fail_key (code, error);
  text = g_base64_encode (der.data, der.size);
  gnutls_free (der.data);
  chain = json_array_new ();
  json_array_add_string_element (chain, text);
  json_object_set_array_member (jwk, "x5c", chain);
  return true;
}

static JsonObject *
make_jwk (const Key *key, GError **error)
{
  g_autoptr (JsonObject) jwk = json_object_new ();

  if (key_kind (key) != KEY_RSA)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("the key is not an RSA key, and Salesforce takes no other"));
      return NULL;
    }
  json_object_set_string_member (jwk, "kty", "RSA");
  json_object_set_string_member (jwk, "use", "sig");
  json_object_set_string_member (jwk, "alg", "RS256");
  if (!set_numbers (jwk, key, error) || !set_certificate (jwk, key, error))
    return NULL;
  return g_steal_pointer (&jwk);
}

static JsonArray *
one_string (const char *text)
{
  JsonArray *array = json_array_new ();

  json_array_add_string_element (array, text);
  return array;
}

static void
set_key (JsonObject *body, JsonObject *jwk)
{
  JsonObject *set = json_object_new ();
  JsonArray *keys = json_array_new ();

  json_array_add_object_element (keys, jwk);
  json_object_set_array_member (set, "keys", keys);
  json_object_set_object_member (body, "jwks", set);
}

Secret *
registration_body (const RegistrationRequest *request, GError **error)
{
  JsonObject *jwk = make_jwk (request->key, error);
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  JsonObject *body;

  if (jwk == NULL)
    return NULL;
  body = json_object_new ();
  json_object_set_string_member (body, "client_name", request->name);
  json_object_set_array_member (body, "redirect_uris", one_string (request->redirect_uri));
  json_object_set_array_member (body, "grant_types", one_string (GRANT_TYPE));
  json_object_set_array_member (body, "response_types", json_array_new ());
  json_object_set_string_member (body, "token_endpoint_auth_method", "private_key_jwt");
  set_key (body, jwk);
  root = json_node_init_object (json_node_alloc (), body);
  json_object_unref (body);
  text = json_to_string (root, TRUE); /* --dry-run shows it to people */
  return secret_new (text, strlen (text));
}

static bool
is_client_id (const char *text)
{
  size_t length = 0;

  while (g_ascii_isgraph (text[length]))
    length++;
  return length > 0 && length <= MAX_CLIENT_ID && text[length] == '\0';
}

/* Neither is needed where a key speaks for the app; both would let others speak for it. */
static bool
drop_secret (JsonObject *object, const char *name)
{
  g_autoptr (Secret) secret = json_take_secret (object, name, NULL);

  return secret != NULL;
}

bool
registration_read (const ExchangeAnswer *answer, Registration *registration, GError **error)
{
  size_t length = 0;
  const char *text = secret_bytes (answer->body, &length);
  g_autoptr (JsonObject) object = json_strict_object (text, length, error);
  const char *client_id;

  if (object == NULL || (client_id = json_need_string (object, "client_id", error)) == NULL)
    return false;
  registration->has_secret = drop_secret (object, "client_secret");
  drop_secret (object, "registration_access_token");
  if (is_client_id (client_id))
    {
      registration->client_id = g_strdup (client_id);
      return true;
    }
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's client_id is not usable: it is empty, too long, or has a blank or "
                  "a character other than printable ASCII"));
  return false;
}

typedef struct {
  const char *error; /* NULL: any */
  unsigned status;   /* 0: any */
  const char *meaning;
  const char *hint;
} Refusal;

#define TOKEN_HINT                                                                                 \
  N_ ("in Setup > App Manager, view the app that may register others and generate an initial "     \
      "access token; generating one ends the one before")

static const Refusal refusals[] = {
  { "invalid_token", 0, N_ ("the initial access token is not accepted"), TOKEN_HINT },
  { "insufficient_scope", 0, N_ ("the initial access token may not register apps"), TOKEN_HINT },
  { "invalid_redirect_uri", 0, N_ ("the redirect URI is not accepted"),
    N_ ("--redirect-uri must be https, or http to localhost") },
  { "invalid_client_metadata", 0, N_ ("what was to be registered is not accepted"),
    N_ ("look at --client-name and --redirect-uri; a name may have been taken") },
  { NULL, UNAUTHORIZED, N_ ("the initial access token is not accepted"), TOKEN_HINT },
  { NULL, FORBIDDEN, N_ ("the org lets nobody register apps, or not by this token"),
    N_ ("the org must allow dynamic client registration; else make the app in Setup, and the "
        "profile by \"avouch profile add\"") },
  { NULL, NOT_FOUND, N_ ("nothing registers apps there"),
    N_ ("is login-url right? it must be the org's My Domain URL") },
};

static const Refusal *
find_refusal (const char *code, unsigned status)
{
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    if ((refusals[i].error == NULL || g_strcmp0 (refusals[i].error, code) == 0) &&
        (refusals[i].status == 0 || refusals[i].status == status))
      return &refusals[i];
  return NULL;
}

/* "invalid_token: expired", or "HTTP 403" */
static char *
describe (const ExchangeAnswer *answer, const char *code, const char *description)
{
  if (code == NULL)
    return g_strdup_printf ("HTTP %u", answer->status);
  return g_strconcat (code, *description != '\0' ? ": " : "", description, NULL);
}

GError *
registration_explain (const ExchangeAnswer *answer)
{
  g_autofree char *code = NULL;
  g_autofree char *description = NULL;
  g_autofree char *told = NULL;
  const Refusal *known;
  GError *error = issuer_explain_unavailable (answer);

  if (error != NULL)
    {
      error_add_hint (error,
                      _ ("see in Setup > App Manager whether the app was made before you try "
                         "again"));
      return error;
    }
  oauth_error_read (answer, &code, &description);
  known = find_refusal (code, answer->status);
  told = describe (answer, code, description);
  if (known == NULL)
    return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s"), told);
  error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s (%s)"),
                       _ (known->meaning), told);
  error_add_hint (error, "%s", _ (known->hint));
  return error;
}
