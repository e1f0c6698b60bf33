/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The errors of AssumeRoleWithWebIdentity ("Errors" and "Common Errors" in the STS API reference).
 */
#include "aws-sts.h"

#include "error.h"
#include "i18n.h"
#include "text.h"
#include "told.h"

#include <string.h>

typedef struct {
  const char *code;
  const char *fragment; /* of the message, in any case; NULL: any */
  const char *meaning;
  const char *hint;
  IssuerRefusal refusal;
} Refusal;

#define THROTTLED_MEANS N_ ("too many calls")
#define THROTTLED_HINT  N_ ("wait a minute; the limit is the account's in this region")
/* clang-format off: one line each, the most specific first. */
/* clang-format off */
#define THROTTLED { .hold = 60, .profile_wide = true }

static const Refusal refusals[] = {
  { "ExpiredTokenException", NULL, N_ ("the JWT had already expired when it arrived"), N_ ("set this machine's clock; a token from a file may be an old one"), { .clock = true } },
  { "InvalidIdentityToken", "audience", N_ ("the identity provider is not for this audience"), N_ ("`audience` must be among the provider's audiences (client IDs) in IAM, and in the role's trust policy"), { 0 } },
  { "InvalidIdentityToken", "no openidconnect provider", N_ ("the account knows no identity provider of this issuer"), N_ ("IAM > Identity providers: add one of type OpenID Connect with the URL in `client-id`"), { 0 } },
  { "InvalidIdentityToken", "verification key", N_ ("AWS cannot fetch the issuer's public keys"), N_ ("publish what \"avouch key jwk --discovery\" writes below the URL in `client-id`, for all to read"), { 0 } },
  { "InvalidIdentityToken", NULL, N_ ("the JWT is not accepted"), N_ ("its `kid` and key must be in the JWK set that the issuer publishes; \"avouch jwt decode\" shows a token"), { 0 } },
  { "IDPRejectedClaim", NULL, N_ ("the identity provider did not stand by the JWT"), N_ ("compare `client-id`, `audience` and `username` with the provider in IAM; the JWT may also be revoked or too old"), { .clock = true } },
  { "IDPCommunicationError", NULL, N_ ("AWS cannot reach the identity provider"), N_ ("the URL in `client-id` must answer from the internet; try again"), { 0 } },
  { "AccessDenied", NULL, N_ ("the role does not trust this JWT"), N_ ("the role's trust policy must allow sts:AssumeRoleWithWebIdentity to the provider, with conditions that `audience` and `username` meet"), { 0 } },
  { "MalformedPolicyDocument", NULL, N_ ("`policy` is not a policy"), N_ ("IAM > Policies > JSON checks one as it is typed"), { 0 } },
  { "PackedPolicyTooLarge", NULL, N_ ("`policy`, `policy-arns` and the session's tags are too long together"), N_ ("shorten the policy, or name fewer of them"), { 0 } },
  { "RegionDisabledException", NULL, N_ ("the token service is not enabled in this region"), N_ ("IAM > Account settings > Security Token Service: activate the region, or set another `region`"), { 0 } },
  { "ValidationError", "maxsessionduration", N_ ("`duration` is longer than the role allows"), N_ ("lower `duration`, or raise the role's maximum session duration"), { 0 } },
  { "ValidationError", NULL, N_ ("a setting is not as AWS wants it"), N_ ("the message names it: `role-arn`, `role-session-name`, `duration`, `policy` or `policy-arns`"), { 0 } },
  { "Throttling", NULL, THROTTLED_MEANS, THROTTLED_HINT, THROTTLED },
  { "ThrottlingException", NULL, THROTTLED_MEANS, THROTTLED_HINT, THROTTLED },
  { "RequestLimitExceeded", NULL, THROTTLED_MEANS, THROTTLED_HINT, THROTTLED },
};
/* clang-format on */

static const Refusal *
find_refusal (const char *code, const char *message)
{
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strcmp (refusals[i].code, code) == 0 &&
        (refusals[i].fragment == NULL || told_contains (message, refusals[i].fragment)))
      return &refusals[i];
  return NULL;
}

static GError *
explain_foreign (const ExchangeAnswer *answer)
{
  GError *error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                   _ ("the issuer refused (HTTP %u) without saying why"), answer->status);

  error_add_hint (error, _ ("are `region` and `endpoint` right?"));
  return error;
}

GError *
aws_explain (const IssuerContext *context G_GNUC_UNUSED, const ExchangeAnswer *answer,
             IssuerRefusal *refusal)
{
  g_auto (AwsAnswer) told = { 0 };
  g_autofree char *code = NULL;
  g_autofree char *message = NULL;
  const Refusal *known;
  const char *separator;
  GError *error;

  if (!aws_answer_read (answer, &told, NULL) || told.code == NULL)
    return explain_foreign (answer);
  code = text_clean_told (told.code);
  message = text_clean_told (told.message != NULL ? told.message : "");
  separator = *message != '\0' ? ": " : "";
  known = find_refusal (code, message);
  if (known == NULL)
    return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s%s%s"), code,
                        separator, message);
  *refusal = known->refusal;
  error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s (%s%s%s)"),
                       _ (known->meaning), code, separator, message);
  error_add_hint (error, "%s", _ (known->hint));
  return error;
}
