/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What GitHub's refusals mean ("Troubleshooting the REST API", "Rate limits for the REST API" in
 * GitHub Docs, and what its own libraries look for). The same status has many causes, which only
 * the message tells apart. */
#include "github-app.h"

#include "error.h"
#include "i18n.h"
#include "process.h"
#include "strict.h"
#include "text.h"
#include "told.h"

enum {
  UNAUTHORIZED = 401,
  FORBIDDEN = 403,
  NOT_FOUND = 404,
  TOO_MANY_REQUESTS = 429,
  FIRST_SERVER_ERROR = 500,
  RATE_HOLD = 60, /* seconds, where it says nothing: "wait for at least one minute" */
};

typedef struct {
  unsigned status;      /* 0: any */
  const char *fragment; /* somewhere in the message, in any case; NULL: anything */
  const char *meaning;
  const char *hint;
  bool clock;
  bool stale;
} Refusal;

#define KEY_HINT                                                                                   \
  N_ ("Settings > Developer settings > GitHub Apps > the App > General: compare client-id, and "   \
      "under Private keys see whether this key is there, or generate a new one")
#define APP_HINT                                                                                   \
  N_ ("compare client-id with Settings > Developer settings > GitHub Apps > the App > General; "   \
      "an "                                                                                        \
      "Enterprise Server's App needs its api-url, https://HOST/api/v3")
#define INSTALL_HINT                                                                               \
  N_ ("Settings > Developer settings > GitHub Apps > the App > Install App: choose the account, "  \
      "and all repositories or this one among the selected")
#define SELECT_HINT                                                                                \
  N_ ("the account's Settings > GitHub Apps > Configure > Repository access: add the repository; " \
      "or correct its name")
#define PERMISSION_HINT                                                                            \
  N_ ("Settings > Developer settings > GitHub Apps > the App > Permissions & events: grant it, "   \
      "then accept the change in the account's Settings > GitHub Apps > Review request; or ask "   \
      "for less in `permissions`")
#define CLOCK_HINT N_ ("set this machine's clock, by NTP for example")
#define RATE_HINT                                                                                  \
  N_ ("wait, and keep the cache on; more than one machine may share the App's limits")

/* The most specific first: the first line that matches is taken. clang-format off: one line each.
 */
/* clang-format off */
static const Refusal refusals[] = {
  { 401, "could not be decoded", N_ ("the private key is not the App's, or client-id is another App's"), KEY_HINT, false, false },
  { 401, "'Expiration time' claim", N_ ("the App's JWT has ended already, or ends too late, by GitHub's clock"), CLOCK_HINT, true, false },
  { 401, "'Issued at' claim", N_ ("the App's JWT lies in the future by GitHub's clock"), CLOCK_HINT, true, false },
  { 401, "'Issuer' claim", N_ ("client-id is no App's"), APP_HINT, false, false },
  { 401, "must generate a public key", N_ ("the App has no private key (any more)"), KEY_HINT, false, false },
  { 0, "Integration not found", N_ ("there is no such App, or it was deleted"), APP_HINT, false, false },
  { 401, NULL, N_ ("GitHub does not know the App by this key"), KEY_HINT, false, false },
  { 403, "suspended", N_ ("the installation is suspended"), N_ ("the account's Settings > GitHub Apps > Configure > Unsuspend; where the App's owner suspended it: Settings > Developer settings > GitHub Apps > the App > Advanced"), false, false },
  { 403, "IP allow list", N_ ("this machine's address is not on the organization's IP allow list"), N_ ("the organization's Settings > Authentication security > IP allow list: add the address, or enable the App's own list"), false, false },
  { 403, "SAML", N_ ("the organization enforces SAML single sign-on, and has not let the App in"), N_ ("an owner of the organization signs in by SAML, and opens its Settings > GitHub Apps > Configure"), false, false },
  { 422, "permissions requested are not granted", N_ ("`permissions` asks for more than the installation was granted"), PERMISSION_HINT, false, false },
  { 422, "is not a valid permission", N_ ("`permissions` has a name or a level that GitHub does not know"), PERMISSION_HINT, false, false },
  { 422, "at least one repository", N_ ("the App is not installed for this repository, or there is none of that name"), SELECT_HINT, false, false },
  { 404, NULL, N_ ("the App is not installed there, or there is no such account or repository"), INSTALL_HINT, false, true },
};

static const Refusal call_refusals[] = {
  { 401, NULL, N_ ("the token has ended or was revoked"), N_ ("\"avouch forget\" drops it from the cache"), false, false },
  { 403, "not accessible by integration", N_ ("the token's permissions do not reach so far"), PERMISSION_HINT, false, false },
  { 403, "suspended", N_ ("the installation is suspended"), N_ ("the account's Settings > GitHub Apps > Configure > Unsuspend"), false, false },
  { 403, "IP allow list", N_ ("this machine's address is not on the organization's IP allow list"), N_ ("the organization's Settings > Authentication security > IP allow list: add the address, or enable the App's own list"), false, false },
  { 403, "SAML", N_ ("the organization enforces SAML single sign-on, and has not let the App in"), N_ ("an owner of the organization signs in by SAML, and opens its Settings > GitHub Apps > Configure"), false, false },
  { 404, NULL, N_ ("there is no such thing, or the token may not see it"), N_ ("is the repository among those of the installation, and of `repositories`? has `permissions` what the path needs?"), false, false },
};
/* clang-format on */

#define ONE(text) text, G_N_ELEMENTS (text)

static const Refusal *
find_refusal (const Refusal *table, size_t count, unsigned status, const char *message)
{
  for (size_t i = 0; i < count; i++)
    if ((table[i].status == 0 || table[i].status == status) &&
        (table[i].fragment == NULL || told_contains (message, table[i].fragment)))
      return &table[i];
  return NULL;
}

/* "message" of {"message", "documentation_url"}; "" where the answer is nothing that the API says.
 * The caller owns it. */
static char *
read_message (const ExchangeAnswer *answer)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (JsonObject) object = json_strict_object (body, length, NULL);
  const char *message = object != NULL ? json_need_string (object, "message", NULL) : NULL;

  return message != NULL ? text_clean_told (message) : g_strdup ("");
}

/* 0: it is not about that. */
static int64_t
rate_hold (const ExchangeAnswer *answer, const char *message)
{
  const char *left = exchange_answer_header (answer, "x-ratelimit-remaining");
  const char *reset = exchange_answer_header (answer, "x-ratelimit-reset");
  int64_t now = answer->date != 0 ? answer->date : process_now ();
  int64_t end = 0;

  if (answer->status != FORBIDDEN && answer->status != TOO_MANY_REQUESTS)
    return 0;
  if (answer->retry_after > 0)
    return answer->retry_after;
  if (g_strcmp0 (left, "0") == 0 && reset != NULL && text_parse_int (reset, 0, G_MAXINT64, &end) &&
      end > now)
    return end - now;
  return answer->status == TOO_MANY_REQUESTS || told_contains (message, "rate limit") ||
                 g_strcmp0 (left, "0") == 0
             ? RATE_HOLD
             : 0;
}

static GError *
explain_rate (const char *message, int64_t hold)
{
  GError *error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                               _ ("GitHub's rate limit is reached, for %lld seconds more (%s)"),
                               (long long) hold, message);

  error_add_hint (error, "%s", _ (RATE_HINT));
  return error;
}

static GError *
explain_foreign (unsigned status)
{
  GError *error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                               _ ("the issuer refused (HTTP %u) without saying why"), status);

  error_add_hint (error, _ ("is api-url right? GitHub's own is https://api.github.com, an "
                            "Enterprise Server's https://HOST/api/v3"));
  return error;
}

/* "the installation is suspended (This installation has been suspended)" */
static GError *
explain_known (const Refusal *known, const char *what, const char *message)
{
  GError *error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, "%s: %s (%s)", what,
                               _ (known->meaning), message);

  error_add_hint (error, "%s", _ (known->hint));
  return error;
}

GError *
github_explain (const IssuerContext *context, const ExchangeAnswer *answer, IssuerRefusal *refusal)
{
  g_autofree char *message = read_message (answer);
  int64_t hold = rate_hold (answer, message);
  const Refusal *known;

  (void) context;
  if (hold > 0)
    {
      refusal->hold = hold;
      refusal->profile_wide = true;
      return explain_rate (message, hold);
    }
  if (*message == '\0')
    return explain_foreign (answer->status);
  known = find_refusal (ONE (refusals), answer->status, message);
  if (known == NULL)
    return g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, _ ("the issuer refused: %s"), message);
  refusal->clock = known->clock;
  refusal->stale = known->stale;
  return explain_known (known, _ ("the issuer refused"), message);
}

GError *
github_explain_call (const ExchangeAnswer *answer)
{
  g_autofree char *message = read_message (answer);
  bool unavailable = answer->status >= FIRST_SERVER_ERROR;
  int64_t hold = rate_hold (answer, message);
  const Refusal *known = find_refusal (ONE (call_refusals), answer->status, message);
  GError *error;

  if (hold > 0)
    return explain_rate (message, hold);
  if (known != NULL && *message != '\0')
    return explain_known (known, _ ("the API refused"), message);
  error =
      g_error_new (AVOUCH_ERROR, unavailable ? AVOUCH_ERROR_NETWORK : AVOUCH_ERROR_REFUSED,
                   "%s (HTTP %u)%s%s", unavailable ? _ ("the API failed") : _ ("the API refused"),
                   answer->status, *message != '\0' ? ": " : "", message);
  if (unavailable)
    error_add_hint (error, _ ("try again later, and see the issuer's status page"));
  return error;
}

bool
github_is_session_over (const ExchangeAnswer *answer)
{
  return answer->status == UNAUTHORIZED;
}
