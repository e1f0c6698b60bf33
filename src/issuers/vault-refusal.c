/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Vault and OpenBao say when they refuse: {"errors": ["…"]}, in words that have changed over
 * the years. */
#include "vault.h"

#include "error.h"
#include "i18n.h"
#include "told.h"

#include <string.h>

enum {
  FORBIDDEN = 403,
  RECOVERING = 472,
  PERFORMANCE_STANDBY = 473,
  FIRST_SERVER_ERROR = 500,
};

typedef struct {
  const char *fragment; /* in any case */
  const char *meaning;
  const char *hint;
  bool clock;
} Refusal;

#define AUDIENCE_MEANS N_ ("the role does not take a JWT for this audience")
#define AUDIENCE_HINT  N_ ("`audience` must be one of the role's bound_audiences")
#define KEY_MEANS      N_ ("the signature does not fit any key that the mount knows")
#define KEY_HINT                                                                                   \
  N_ ("\"avouch key jwk --set\" prints what belongs at the mount's jwks_url; "                     \
      "jwt_validation_pubkeys takes the public key in PEM")
#define CLOCK_MEANS N_ ("the JWT is not valid at this time")
#define CLOCK_HINT  N_ ("set this machine's clock; a token from a file may be an old one")
#define MOUNT_MEANS N_ ("there is no JWT auth method at this path")
#define MOUNT_HINT                                                                                 \
  N_ ("are `mount` and `namespace` right? \"vault auth list\" shows the mounts of a namespace")

/* The first that matches is taken. clang-format off: one line each. */
/* clang-format off */
static const Refusal refusals[] = {
  { "could not be found", N_ ("there is no such role at this mount"), N_ ("compare `role`, `mount` and `namespace` with \"vault list auth/MOUNT/role\""), false },
  { "missing role", N_ ("the mount has no default role"), N_ ("name one in `role`"), false },
  { "role_type", N_ ("the role is for people who log in with a browser"), N_ ("the role's role_type must be jwt"), false },
  { "no audiences bound", AUDIENCE_MEANS, AUDIENCE_HINT, false },
  { "(aud)", AUDIENCE_MEANS, AUDIENCE_HINT, false },
  { "aud claim", AUDIENCE_MEANS, AUDIENCE_HINT, false },
  { "audience claim", AUDIENCE_MEANS, AUDIENCE_HINT, false },
  { "bound subject", N_ ("the role does not take this subject"), N_ ("`username` must be the role's bound_subject"), false },
  { "(sub)", N_ ("the role does not take this subject"), N_ ("`username` must be the role's bound_subject"), false },
  { "(iss)", N_ ("the mount does not take this issuer"), N_ ("`client-id` must be the mount's bound_issuer"), false },
  { "bound claim", N_ ("a claim is not what the role asks for"), N_ ("compare the `claim.NAME` settings with the role's bound_claims"), false },
  { "not found in token", N_ ("a claim is missing that the role asks for"), N_ ("the role's user_claim must be in the JWT: `username` sets sub, claim.NAME any other"), false },
  { "is missing", N_ ("a claim is missing that the role asks for"), N_ ("compare the `claim.NAME` settings with the role's bound_claims"), false },
  { "expired", CLOCK_MEANS, CLOCK_HINT, true },
  { "(exp)", CLOCK_MEANS, CLOCK_HINT, true },
  { "(nbf)", CLOCK_MEANS, CLOCK_HINT, true },
  { "(iat)", CLOCK_MEANS, CLOCK_HINT, true },
  { "not valid yet", CLOCK_MEANS, CLOCK_HINT, true },
  { "issued in the future", CLOCK_MEANS, CLOCK_HINT, true },
  { "no known key", KEY_MEANS, KEY_HINT, false },
  { "signature", KEY_MEANS, KEY_HINT, false },
  { "fetching keys", N_ ("Vault cannot fetch the keys that it verifies with"), N_ ("can Vault itself reach the mount's jwks_url or oidc_discovery_url?"), false },
  { "invalid cidr", N_ ("the role does not take logins from this machine's address"), N_ ("the role's token_bound_cidrs say from where it does"), false },
  { "no handler for route", MOUNT_MEANS, MOUNT_HINT, false },
  { "unsupported path", MOUNT_MEANS, MOUNT_HINT, false },
  { "permission denied", N_ ("there is no JWT auth method at this path, or it may not be used"), MOUNT_HINT, false },
  { "namespace", N_ ("there is no such namespace, or it is locked"), MOUNT_HINT, false },
  { "quota exceeded", N_ ("too many requests"), N_ ("an operator set this limit: wait, or have it raised"), false },
};
/* clang-format on */

static const Refusal *
find_refusal (const char *told)
{
  g_autofree char *small = g_ascii_strdown (told, -1);

  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strstr (small, refusals[i].fragment) != NULL)
      return &refusals[i];
  return NULL;
}

/* By "/sys/health": neither kind of node answers. */
static GError *
explain_standby (unsigned status)
{
  GError *error = NULL;

  if (status == RECOVERING)
    error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                         _ ("this is a disaster recovery node, which answers nobody (HTTP %u)"),
                         status);
  else if (status == PERFORMANCE_STANDBY)
    error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                         _ ("this is a standby node, which passes nothing on (HTTP %u)"), status);
  if (error != NULL)
    error_add_hint (error, _ ("set vault-url to the cluster's active node, or its load balancer"));
  return error;
}

GError *
vault_explain (const IssuerContext *context G_GNUC_UNUSED, const ExchangeAnswer *answer,
               IssuerRefusal *refusal)
{
  g_autofree char *told = told_errors (answer);
  const Refusal *known = find_refusal (told);
  GError *error = explain_standby (answer->status);

  if (error != NULL)
    return error;
  if (known == NULL && *told != '\0')
    return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s"), told);
  if (known == NULL)
    {
      error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                           _ ("the issuer refused (HTTP %u) without saying why"), answer->status);
      error_add_hint (error, _ ("is vault-url right? it must be the value of VAULT_ADDR"));
      return error;
    }
  refusal->clock = known->clock;
  error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s (%s)"),
                       _ (known->meaning), told);
  error_add_hint (error, "%s", _ (known->hint));
  return error;
}

GError *
vault_explain_call (const ExchangeAnswer *answer)
{
  bool unavailable = answer->status >= FIRST_SERVER_ERROR;
  g_autofree char *told = told_errors (answer);
  GError *error = explain_standby (answer->status);

  if (error != NULL)
    return error;
  error =
      g_error_new (AVOUCH_ERROR, unavailable ? AVOUCH_ERROR_NETWORK : AVOUCH_ERROR_REFUSED,
                   "%s (HTTP %u)%s%s", unavailable ? _ ("the API failed") : _ ("the API refused"),
                   answer->status, *told != '\0' ? ": " : "", told);
  if (answer->status == FORBIDDEN)
    error_add_hint (error, _ ("the role's token_policies must allow this path and method"));
  return error;
}

/* A token that is over is "invalid"; one that lacks a right is only denied. */
bool
vault_is_session_over (const ExchangeAnswer *answer)
{
  g_autofree char *told = told_errors (answer);

  return answer->status == FORBIDDEN &&
         (strstr (told, "invalid token") != NULL || strstr (told, "bad token") != NULL);
}
