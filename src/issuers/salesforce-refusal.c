/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Salesforce's refusals mean. It answers OAuth errors (RFC 6749 section 5.2); the same `error`
 * has many causes, which only the description tells apart. */
#include "salesforce.h"

#include "error.h"
#include "i18n.h"
#include "oauth-error.h"
#include "told.h"

typedef struct {
  const char *error;    /* exactly this `error`; NULL: any */
  const char *fragment; /* somewhere in the description or the `error`; NULL: any */
  const char *meaning;
  const char *hint;
  IssuerRefusal refusal;
} Refusal;

#define APPROVED_HINT                                                                              \
  N_ ("Setup > External Client App Manager > the app > Policies (of a connected app: Manage "      \
      "Connected Apps > the app > Edit Policies): choose \"Admin approved users are "              \
      "pre-authorized\", and add the user's profile or a permission set that the user has")
#define APPROVE_HINT                                                                               \
  N_ ("Setup > External Client App Manager > the app > Policies (of a connected app: Manage "      \
      "Connected Apps > the app): add the user's profile or a permission set that the user has")
#define CERTIFICATE_HINT                                                                           \
  N_ ("upload the certificate of this profile's key: Setup > External Client App Manager > the "   \
      "app > Settings > OAuth Settings > JWT Bearer Flow (of a connected app: App Manager > the "  \
      "app > Edit > Use digital signatures)")
#define AUDIENCE_HINT                                                                              \
  N_ ("set login-url to the org's My Domain URL (or the site's URL) and leave audience out")
#define CLOCK_HINT N_ ("set this machine's clock, by NTP for example")
#define USER_HINT                                                                                  \
  N_ ("Setup > Users > the user: is it active, and not frozen? or set username to another")
#define ORG_HINT   N_ ("ask the org's administrator or Salesforce support")
#define RATE_MEANS N_ ("this user has logged in too often within the hour")
#define RATE_HINT  N_ ("wait, and keep the cache on: every login counts against 3,600 an hour")
/* The budget is an hour's, and a refused login may count too: four tries an hour at most. */
#define RATE                                                                                       \
  {                                                                                                \
    .hold = 15 * 60, .profile_wide = true                                                          \
  }

/* The most specific first: the first line that matches is taken. clang-format off: one line each.
 */
/* clang-format off */
static const Refusal refusals[] = {
  { NULL, "LOGIN_RATE_EXCEEDED", RATE_MEANS, RATE_HINT, RATE },
  { NULL, "login rate exceeded", RATE_MEANS, RATE_HINT, RATE },
  { "rate_limit_exceeded", NULL, RATE_MEANS, RATE_HINT, RATE },
  { NULL, "hasn't approved this consumer", N_ ("the user is not pre-authorised for this app, or login-url, audience or username is wrong"), APPROVED_HINT, { 0 } },
  { NULL, "not admin approved", N_ ("the app is for users that an administrator approved, and this one is not"), APPROVE_HINT, { 0 } },
  { "invalid_app_access", NULL, N_ ("the user may not use this app"), APPROVE_HINT, { 0 } },
  { NULL, "audience is invalid", N_ ("the assertion was made out to another host"), AUDIENCE_HINT, { 0 } },
  { NULL, "assertion expired", N_ ("the assertion had already expired when it arrived"), CLOCK_HINT, { .clock = true } },
  { NULL, "expired authorization code", N_ ("the assertion had already expired when it arrived"), CLOCK_HINT, { .clock = true } },
  { NULL, "assertion is expired", N_ ("the assertion had already expired when it arrived"), CLOCK_HINT, { .clock = true } },
  { NULL, "invalid assertion", N_ ("the key does not belong to the certificate in the app, or a claim is wrong"), CERTIFICATE_HINT, { 0 } },
  { NULL, "ip restricted", N_ ("this machine's address is outside of the allowed login IP ranges"), N_ ("Setup > Profiles > the user's profile > Login IP Ranges: add the address; or relax the IP restrictions in the app's policies"), { 0 } },
  { NULL, "inactive user", N_ ("the user is deactivated"), USER_HINT, { 0 } },
  { "inactive_user", NULL, N_ ("the user is deactivated"), USER_HINT, { 0 } },
  { NULL, "user is frozen", N_ ("the user is frozen"), USER_HINT, { 0 } },
  { NULL, "organization is locked", N_ ("the org is locked"), ORG_HINT, { 0 } },
  { NULL, "organization is inactive", N_ ("the org is inactive"), ORG_HINT, { 0 } },
  { NULL, "inactive organization", N_ ("the org is inactive"), ORG_HINT, { 0 } },
  { NULL, "locked organization", N_ ("the org is locked"), ORG_HINT, { 0 } },
  { "inactive_org", NULL, N_ ("the org is locked, closed or suspended"), ORG_HINT, { 0 } },
  { NULL, "no valid scopes", N_ ("the app has no OAuth scope"), N_ ("Setup > External Client App Manager or App Manager > the app > OAuth Settings > OAuth Scopes: add at least api and refresh_token"), { 0 } },
  { NULL, "app_not_found", N_ ("there is no such app at this host"), N_ ("External Client Apps answer at the org's My Domain URL only: set login-url to it"), { 0 } },
  { "invalid_client_id", NULL, N_ ("the consumer key is wrong, of another org, or of an app made less than about ten minutes ago"), N_ ("compare client-id with Setup > External Client App Manager or App Manager > the app > Consumer Key and Secret; after making an app wait ten minutes"), { 0 } },
  { "invalid_client", NULL, N_ ("the app's credentials are not accepted"), N_ ("compare client-id with the app's consumer key"), { 0 } },
  { "unsupported_grant_type", NULL, N_ ("the JWT bearer flow is not enabled for this app"), N_ ("enable \"JWT bearer flow\" and digital signatures in the app's settings"), { 0 } },
  { NULL, "authentication failure", N_ ("the login was turned down, for a reason that is not told to outsiders"), N_ ("in Setup, the Login History of this user says why"), { 0 } },
  { "server_error", NULL, N_ ("Salesforce had trouble of its own"), N_ ("try again in a minute, and see https://status.salesforce.com"), { 0 } },
  { "unknown_error", NULL, N_ ("Salesforce had trouble of its own"), N_ ("try again in a minute, and see https://status.salesforce.com"), { 0 } },
  { "invalid_request", NULL, N_ ("the request was not understood"), N_ ("is login-url the address of an org? a proxy in between may have changed what was sent"), { 0 } },
};
/* clang-format on */

static const Refusal *
find_refusal (const char *code, const char *description)
{
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal *refusal = &refusals[i];

      if (refusal->error != NULL && g_ascii_strcasecmp (refusal->error, code) != 0)
        continue;
      if (refusal->fragment == NULL || told_contains (description, refusal->fragment) ||
          told_contains (code, refusal->fragment))
        return refusal;
    }
  return NULL;
}

static GError *
explain_foreign (const IssuerContext *context, const ExchangeAnswer *answer)
{
  const char *login_url = profile_get (context->profile, "login-url");
  GError *error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                   _ ("the issuer refused (HTTP %u) without saying why"), answer->status);

  error_add_hint (error, _ ("is login-url right? %s must be the org's My Domain URL"), login_url);
  return error;
}

/* "the user is frozen (invalid_grant: user is frozen)" */
static GError *
explain_known (const Refusal *known, const char *code, const char *description)
{
  const char *separator = *description != '\0' ? ": " : "";
  GError *error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s (%s%s%s)"),
                   _ (known->meaning), code, separator, description);

  error_add_hint (error, "%s", _ (known->hint));
  return error;
}

GError *
salesforce_explain (const IssuerContext *context, const ExchangeAnswer *answer,
                    IssuerRefusal *refusal)
{
  g_autofree char *code = NULL;
  g_autofree char *description = NULL;
  const Refusal *known;

  if (!oauth_error_read (answer, &code, &description))
    return explain_foreign (context, answer);
  known = find_refusal (code, description);
  if (known == NULL)
    return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s%s%s"), code,
                        *description != '\0' ? ": " : "", description);
  refusal->clock = known->refusal.clock;
  refusal->profile_wide = known->refusal.profile_wide;
  if (known->refusal.hold > 0)
    refusal->hold = answer->retry_after > 0 ? answer->retry_after : known->refusal.hold;
  return explain_known (known, code, description);
}
