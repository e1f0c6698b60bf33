/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the token is good for: Salesforce's REST API ("REST API Developer Guide", resources
 * Versions and Limits). */
#include "i18n.h"
#include "step.h"
#include "strict.h"
#include "text.h"
#include "userinfo.h"

#include <string.h>

enum {
  MAX_VERSION = 999,
  FEW = 10, /* percent of the day's calls left */
};

static bool
open_api (Patient *patient, GError **error)
{
  Api *api = &patient->api;

  if (!api_open_with (api, patient->options->invocation, patient->profile,
                      g_steal_pointer (&patient->credential), error))
    return false;
  api->network.timeout = patient->network.timeout;
  return true;
}

/* A 2xx answer to a GET of PATH. */
static ExchangeAnswer *
ask (Patient *patient, const char *path, GError **error)
{
  static const char *const headers[] = { "Accept", "application/json", NULL };
  g_autoptr (Url) url = api_resolve (&patient->api, path, error);
  const ExchangeCall call = { .method = "GET", .url = url, .headers = headers };
  g_autoptr (ExchangeAnswer) answer = url != NULL ? api_send (&patient->api, &call, error) : NULL;

  if (answer == NULL || api_is_success (answer))
    return g_steal_pointer (&answer);
  g_propagate_error (error, api_explain (&patient->api, answer));
  return NULL;
}

/* The whole document, which is of TYPE. */
static JsonNode *
fetch (Patient *patient, const char *path, JsonNodeType type, GError **error)
{
  g_autoptr (ExchangeAnswer) answer = ask (patient, path, error);
  g_autoptr (JsonNode) node = NULL;
  const char *body;
  size_t length;

  if (answer == NULL)
    return NULL;
  body = secret_bytes (answer->body, &length);
  if (!json_strict_check (body, length, error))
    return NULL;
  node = json_from_string (body, NULL);
  if (node != NULL && json_node_get_node_type (node) == type)
    return g_steal_pointer (&node);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("%s: the answer makes no sense"),
               path);
  return NULL;
}

/* "65.0" is 65. */
static unsigned
read_version (JsonNode *node)
{
  const char *text = NULL;
  int64_t number = 0;
  g_autofree char *whole = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node) &&
      json_optional_string (json_node_get_object (node), "version", &text, NULL) && text != NULL)
    whole = g_strndup (text, strcspn (text, "."));
  if (whole == NULL || !text_parse_int (whole, 1, MAX_VERSION, &number))
    return 0;
  return (unsigned) number;
}

static unsigned
find_newest (JsonNode *versions)
{
  JsonArray *array = json_node_get_array (versions);
  unsigned newest = 0;

  for (unsigned i = 0; i < json_array_get_length (array); i++)
    newest = MAX (newest, read_version (json_array_get_element (array, i)));
  return newest;
}

void
check_api (Patient *patient, Finding *finding)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) versions = NULL;
  g_autofree char *base = NULL;

  if (open_api (patient, &error))
    versions = fetch (patient, "/services/data", JSON_NODE_ARRAY, &error);
  if (versions == NULL)
    {
      finding_bad_of (finding, profile_name (patient->profile), error);
      return;
    }
  base = url_to_string (patient->api.base);
  patient->newest = find_newest (versions);
  if (patient->newest == 0)
    finding_warn (finding, _ ("%s names no version of its API"), base);
  else
    finding_good (finding, _ ("v%u.0 at %s"), patient->newest, base);
}

/* {"DailyApiRequests": {"Max": 15000, "Remaining": 14998}, …} */
static bool
read_limit (JsonNode *limits, const char *name, int64_t *max, int64_t *left)
{
  JsonObject *limit = NULL;
  bool has_max = false, has_left = false;

  return json_optional_object (json_node_get_object (limits), name, &limit, NULL) &&
         limit != NULL && json_optional_int (limit, "Max", max, &has_max, NULL) && has_max &&
         json_optional_int (limit, "Remaining", left, &has_left, NULL) && has_left && *max > 0;
}

/* Logins are counted apart, 3,600 an hour for a user, and nothing tells how many are left. */
void
check_budget (Patient *patient, Finding *finding)
{
  g_autofree char *path = g_strdup_printf ("/services/data/v%u.0/limits", patient->newest);
  g_autoptr (JsonNode) limits = NULL;
  int64_t max = 0, left = 0;

  if (patient->newest > 0)
    limits = fetch (patient, path, JSON_NODE_OBJECT, NULL);
  if (limits == NULL || !read_limit (limits, "DailyApiRequests", &max, &left))
    {
      finding_skip (finding,
                    _ ("the org does not tell this user; 3600 logins an hour are allowed"));
      return;
    }
  if (left * 100 >= max * FEW)
    finding_good (finding,
                  _ ("%lld of %lld API requests left for the day, and 3600 logins an hour"),
                  (long long) left, (long long) max);
  else
    {
      finding_warn (finding, _ ("%lld of %lld API requests left for the day"), (long long) left,
                    (long long) max);
      finding_hint (finding, _ ("Setup > Company Information shows who uses them up"));
    }
}
static const char *const kinds[] = {
  [ACCOUNT_UNKNOWN] = NULL,
  [ACCOUNT_PRODUCTION] = N_ ("production"),
  [ACCOUNT_SANDBOX] = N_ ("sandbox"),
};

/* Takes PART; NULL adds nothing. */
static void
append (GString *text, char *part)
{
  if (part != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", part);
  g_free (part);
}

static char *
describe_account (const Patient *patient, const Account *account)
{
  AccountKind kind = account_kind (patient->profile, patient->api.credential);
  const char *user = account->user_id;
  const char *org = account->organization_id;
  g_autoptr (GString) text = g_string_new (account->username);

  append (text, user != NULL ? g_strdup_printf (_ ("user %s"), user) : NULL);
  append (text, org != NULL ? g_strdup_printf (_ ("org %s"), org) : NULL);
  append (text, kinds[kind] != NULL ? g_strdup (_ (kinds[kind])) : NULL);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Not every app may ask whom its token is for; the token works all the same. */
static void
tell_nobody (const Patient *patient, Finding *finding, const GError *error)
{
  finding_bad_of (finding, profile_name (patient->profile), error);
  if (finding->kind == AVOUCH_ERROR_REFUSED)
    finding->state = FINDING_WARNING;
}

/* Where the token was refused, the session had ended before the cache expected it. */
void
check_identity (Patient *patient, Finding *finding)
{
  g_autoptr (Secret) before = secret_ref (patient->api.credential->secret);
  g_autoptr (GError) error = NULL;
  g_autoptr (Account) account = userinfo_ask (&patient->api, patient->began, &error);
  g_autofree char *description = NULL;

  if (account == NULL)
    {
      tell_nobody (patient, finding, error);
      return;
    }
  description = describe_account (patient, account);
  if (secret_equal (before, patient->api.credential->secret))
    {
      finding_good (finding, "%s", description);
      return;
    }
  finding_warn (finding, _ ("%s; the cached token was refused, and another fetched"), description);
  finding_hint (finding, _ ("if nobody revoked it, the org's sessions are shorter than "
                            "token-lifetime: Setup > Session Settings > Timeout Value"));
}
