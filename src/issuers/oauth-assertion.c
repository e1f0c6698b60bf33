/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JWTs that the profile's key signs (RFC 7523 section 3). */
#include "base64url.h"
#include "certificate.h"
#include "claims-settings.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "oauth.h"

#include <string.h>

/* Seconds. Box takes 60 at most, Auth0 300, the others up to an hour. */
enum { LIFETIME = 180, MIN_LIFETIME = 10, MAX_LIFETIME = 3600 };

enum { MAX_FINGERPRINT = 32 /* bytes: SHA-256 */ };

/* By the header's member that bears the certificate's fingerprint (RFC 7515 sections 4.1.7, 4.1.8).
 */
static const struct {
  const char *name;
  gnutls_digest_algorithm_t digest;
} thumbprints[] = {
  { "x5t", GNUTLS_DIG_SHA1 },
  { "x5t#S256", GNUTLS_DIG_SHA256 },
};

static bool
read_lifetime (const Profile *profile, int64_t *seconds, GError **error)
{
  return profile_get_seconds (profile, "assertion-lifetime", LIFETIME, MIN_LIFETIME, MAX_LIFETIME,
                              seconds, error);
}

static bool
check_algorithm (const Profile *profile, GError **error)
{
  const char *name = profile_get (profile, "algorithm");
  g_autoptr (GError) reason = NULL;

  if (name == NULL || algorithm_find (name) != NULL)
    return true;
  algorithm_set_unknown (name, &reason);
  g_autofree char *message = error_message (reason);
  profile_set_error (profile, "algorithm", error, "%s", message);
  if (error != NULL && error_hint (reason) != NULL)
    error_add_hint (*error, "%s", error_hint (reason));
  return false;
}

static bool
is_thumbprint (const char *value)
{
  for (size_t i = 0; i < G_N_ELEMENTS (thumbprints); i++)
    if (strcmp (value, thumbprints[i].name) == 0)
      return true;
  return strcmp (value, "both") == 0;
}

static bool
check_thumbprint (const Profile *profile, GError **error)
{
  const char *value = profile_get (profile, "thumbprint");

  if (value == NULL || is_thumbprint (value))
    return true;
  profile_set_error (profile, "thumbprint", error, _ ("write x5t#S256, x5t or both"));
  return false;
}

/* Each assertion has its own; one that is given would be refused the second time. */
static bool
check_own_claims (const Profile *profile, GError **error)
{
  static const char *const keys[] = {
    "claim.exp",      "claim.iat",      "claim.jti",      "claim.nbf",
    "claim-json.exp", "claim-json.iat", "claim-json.jti", "claim-json.nbf",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (profile_get (profile, keys[i]) != NULL)
      {
        profile_set_error (profile, keys[i], error,
                           _ ("avouch sets this claim itself, anew in each assertion"));
        return false;
      }
  return true;
}

bool
oauth_check_assertion (const Profile *profile, GError **error)
{
  int64_t seconds;

  return check_algorithm (profile, error) && check_thumbprint (profile, error) &&
         read_lifetime (profile, &seconds, error) && check_own_claims (profile, error) &&
         claims_settings_check (profile, "claim", error);
}

static const Algorithm *
pick_algorithm (const IssuerContext *context, GError **error)
{
  const char *name = profile_get (context->profile, "algorithm");

  if (name == NULL)
    return algorithm_for_key (context->key, error);
  if (!check_algorithm (context->profile, error))
    return NULL;
  return algorithm_fit (algorithm_find (name), context->key, error);
}

static bool
add_thumbprint (JsonObject *header, const char *name, gnutls_digest_algorithm_t digest,
                gnutls_x509_crt_t certificate, GError **error)
{
  unsigned char bytes[MAX_FINGERPRINT];
  size_t size = sizeof bytes;
  g_auto (SecretBuffer) encoded = { 0 };
  g_autoptr (Secret) text = NULL;

  if (gnutls_x509_crt_get_fingerprint (certificate, digest, bytes, &size) < 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("the certificate's fingerprint cannot be computed"));
      return false;
    }
  base64url_append (&encoded, bytes, size);
  text = secret_buffer_end (&encoded);
  json_object_set_string_member (header, name, secret_bytes (text, NULL));
  return true;
}

static void
refuse_without_certificate (const IssuerContext *context, GError **error)
{
  profile_set_error (context->profile, "thumbprint", error,
                     _ ("there is no certificate beside the key"));
  if (error != NULL)
    error_add_hint (*error, _ ("name its file: \"certificate = PATH\""));
}

/* The one that `certificate` names, which LOADED then owns, or that came with the key. */
static gnutls_x509_crt_t
find_certificate (const IssuerContext *context, gnutls_x509_crt_t *loaded, GError **error)
{
  g_autofree char *path = NULL;

  if (profile_get (context->profile, "certificate") != NULL)
    {
      path = profile_get_path (context->profile, "certificate", context->home, error);
      *loaded = path != NULL ? certificate_load (path, context->key, error) : NULL;
      return *loaded;
    }
  if (key_certificate (context->key) == NULL)
    refuse_without_certificate (context, error);
  return key_certificate (context->key);
}

/* A certificate that is named is of use only there. */
static bool
add_thumbprints (const IssuerContext *context, JsonObject *header, GError **error)
{
  const char *wanted = profile_get (context->profile, "thumbprint");
  g_auto (gnutls_x509_crt_t) loaded = NULL;
  gnutls_x509_crt_t certificate;

  if (wanted == NULL && profile_get (context->profile, "certificate") != NULL)
    wanted = "x5t#S256";
  if (wanted == NULL)
    return true;
  certificate = find_certificate (context, &loaded, error);
  for (size_t i = 0; certificate != NULL && i < G_N_ELEMENTS (thumbprints); i++)
    if ((strcmp (wanted, "both") == 0 || strcmp (wanted, thumbprints[i].name) == 0) &&
        !add_thumbprint (header, thumbprints[i].name, thumbprints[i].digest, certificate, error))
      return false;
  return certificate != NULL;
}

static JsonObject *
make_header (const IssuerContext *context, GError **error)
{
  g_autoptr (JsonObject) header = json_object_new ();
  const char *id = profile_get (context->profile, "key-id");

  if (id == NULL)
    id = key_id (context->key);
  json_object_set_string_member (header, "typ", "JWT");
  if (id != NULL)
    json_object_set_string_member (header, "kid", id);
  return add_thumbprints (context, header, error) ? g_steal_pointer (&header) : NULL;
}

static Secret *
sign (const IssuerContext *context, JsonObject *claims, GError **error)
{
  const Algorithm *algorithm = pick_algorithm (context, error);
  g_autoptr (JsonObject) header = NULL;
  g_autofree char *id = g_uuid_string_random ();
  int64_t lifetime = 0;

  if (algorithm == NULL || !read_lifetime (context->profile, &lifetime, error) ||
      (header = make_header (context, error)) == NULL)
    return NULL;
  json_object_set_int_member (claims, "iat", context->now);
  json_object_set_int_member (claims, "exp", context->now + lifetime);
  json_object_set_string_member (claims, "jti", id);
  return jwt_sign (context->key, algorithm, header, claims, error);
}

/* Who speaks: the application, or the account that came with the key. */
static const char *
find_speaker (const IssuerContext *context)
{
  const char *client_id = profile_get (context->profile, "client-id");

  return client_id != NULL ? client_id : key_account (context->key);
}

/* ISSUER and SUBJECT may be NULL. */
static JsonObject *
make_claims (const IssuerContext *context, const char *issuer, const char *subject,
             const Url *token_url)
{
  const char *audience = profile_get (context->profile, "assertion-audience");
  g_autofree char *url = url_to_string (token_url);
  JsonObject *claims = json_object_new ();

  if (issuer != NULL)
    json_object_set_string_member (claims, "iss", issuer);
  if (subject != NULL)
    json_object_set_string_member (claims, "sub", subject);
  json_object_set_string_member (claims, "aud", audience != NULL ? audience : url);
  return claims;
}

static void
add_placed (JsonObject *claims, const OauthPlace *place, const char *value)
{
  if (place->claim && value != NULL)
    json_object_set_string_member (claims, place->name, value);
}

/* What the profile adds belongs to the assertion that is the grant, or stands in its place. */
static bool
add_asked (const IssuerContext *context, const OauthPlan *plan, JsonObject *claims, GError **error)
{
  add_placed (claims, &plan->audience, oauth_audience (context));
  add_placed (claims, &plan->scope, oauth_scope (context));
  if (!claims_settings_fill (context, "claim", claims, error))
    return false;
  if (json_object_has_member (claims, "iss"))
    return true;
  profile_set_error (context->profile, "client-id", error,
                     _ ("missing, and the key does not tell whose it is"));
  return false;
}

/* Some issuers take no `sub` from who speaks for himself; where there is a user, it is he. */
Secret *
oauth_sign_grant (const IssuerContext *context, const OauthPlan *plan, const Url *token_url,
                  GError **error)
{
  const char *speaker = find_speaker (context);
  const char *subject = profile_get (context->profile, "username");
  g_autoptr (JsonObject) claims = NULL;

  if (subject == NULL && plan->grant == OAUTH_TOKEN_EXCHANGE)
    subject = speaker;
  claims = make_claims (context, speaker, subject, token_url);
  return add_asked (context, plan, claims, error) ? sign (context, claims, error) : NULL;
}

Secret *
oauth_sign_client (const IssuerContext *context, const OauthPlan *plan, const Url *token_url,
                   GError **error)
{
  const char *client_id = profile_get (context->profile, "client-id");
  g_autoptr (JsonObject) claims = make_claims (context, client_id, client_id, token_url);

  if (plan->grant == OAUTH_CLIENT_CREDENTIALS && !add_asked (context, plan, claims, error))
    return NULL;
  return sign (context, claims, error);
}

Secret *
oauth_sign_actor (const IssuerContext *context, const Url *token_url, GError **error)
{
  g_autoptr (JsonObject) claims = make_claims (context, find_speaker (context),
                                               profile_get (context->profile, "actor"), token_url);

  return sign (context, claims, error);
}
