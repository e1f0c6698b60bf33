/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "salesforce-api.h"

#include "error.h"
#include "i18n.h"
#include "span.h"
#include "text.h"

#include <string.h>

enum {
  UNAUTHORIZED = 401,
  FIRST_SERVER_ERROR = 500,
};

typedef struct {
  char *code;    /* cleaned */
  char *message; /* cleaned; "" if there is none */
} Fault;

static void
fault_clear (Fault *fault)
{
  g_free (fault->code);
  g_free (fault->message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fault, fault_clear)

typedef struct {
  const char *code;
  const char *hint;
} Advice;

#define SPELLING_HINT                                                                              \
  N_ ("compare the name with the org's: custom ones end in __c, and the user must be able to see " \
      "it")
#define RIGHTS_HINT                                                                                \
  N_ ("give the user the right in Setup: object, field and record access of its profile or "       \
      "permission sets")
#define API_HINT                                                                                   \
  N_ ("the org's edition must have the API, and the user's profile the right \"API Enabled\"")
#define QUERY_HINT N_ ("correct the SOQL query; in a shell, quote it whole")
#define BUSY_HINT  N_ ("try again later, and see the issuer's status page")

/* clang-format off */
static const Advice advices[] = {
  { "INVALID_SESSION_ID", N_ ("the org does not take this token: is the API among the app's scopes, and the address within the login IP ranges?") },
  { "INVALID_AUTH_HEADER", N_ ("the org does not take this token: is the API among the app's scopes, and the address within the login IP ranges?") },
  { "API_DISABLED_FOR_ORG", API_HINT },
  { "API_CURRENTLY_DISABLED", API_HINT },
  { "UNSUPPORTED_API_VERSION", N_ ("\"avouch request PROFILE /services/data\" lists the org's versions") },
  { "REQUEST_LIMIT_EXCEEDED", N_ ("the org has used up its API calls of 24 hours: \"avouch request PROFILE /services/data/v65.0/limits\" shows them") },
  { "NOT_FOUND", N_ ("check the path: \"avouch request PROFILE /services/data\" lists where it can start") },
  { "INVALID_FIELD", SPELLING_HINT },
  { "INVALID_TYPE", SPELLING_HINT },
  { "INVALID_FIELD_FOR_INSERT_UPDATE", N_ ("leave the field out: it is not writable, or not for this user") },
  { "MALFORMED_QUERY", QUERY_HINT },
  { "MALFORMED_ID", N_ ("an id has 15 or 18 letters and digits") },
  { "MALFORMED_SEARCH", N_ ("correct the SOSL search; in a shell, quote it whole") },
  { "INVALID_QUERY_LOCATOR", N_ ("the query's results are kept for two days: ask anew") },
  { "QUERY_TIMEOUT", N_ ("narrow the query, or use --bulk") },
  { "EXCEEDED_ID_LIMIT", N_ ("narrow the query, or use --bulk") },
  { "INSUFFICIENT_ACCESS", RIGHTS_HINT },
  { "INSUFFICIENT_ACCESS_OR_READONLY", RIGHTS_HINT },
  { "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", RIGHTS_HINT },
  { "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", N_ ("a trigger or flow of the org refused the change") },
  { "FIELD_CUSTOM_VALIDATION_EXCEPTION", N_ ("a validation rule of the org refused the change") },
  { "REQUIRED_FIELD_MISSING", N_ ("add the fields that are named") },
  { "DUPLICATE_VALUE", N_ ("there is such a record already") },
  { "DUPLICATES_DETECTED", N_ ("a duplicate rule of the org refused the change") },
  { "ENTITY_IS_DELETED", N_ ("it is in the recycle bin, or gone") },
  { "UNABLE_TO_LOCK_ROW", N_ ("somebody else changes the record at this moment: try again") },
  { "JSON_PARSER_ERROR", N_ ("compare the names and types in the body with those of the object") },
  { "METHOD_NOT_ALLOWED", N_ ("this path takes other methods: GET reads, POST creates, PATCH changes, DELETE deletes") },
  { "SERVER_UNAVAILABLE", BUSY_HINT },
  { "API_TEMPORARILY_UNAVAILABLE", BUSY_HINT },
};
/* clang-format on */

static bool
has_code (JsonSpan object, const char *code_name, const char *message_name, Fault *fault)
{
  JsonSpan value;
  g_autofree char *code =
      json_span_member (object, code_name, &value) ? json_span_string (value) : NULL;
  g_autofree char *message = NULL;

  if (code == NULL)
    return false;
  if (json_span_member (object, message_name, &value))
    message = json_span_string (value);
  fault->code = text_clean_told (code);
  fault->message = text_clean_told (message != NULL ? message : "");
  return true;
}

/* [{"errorCode", "message"}] or, from what is built on OAuth, {"error", "error_description"}: the
 * first of them. */
static bool
read_fault (const ExchangeAnswer *answer, Fault *fault)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  JsonSpan root;
  JsonSpan first;

  if (!json_span_check (body, length, NULL))
    return false;
  root = json_span_document (body, length);
  first = root;
  json_span_next (&root, &first);
  return (has_code (first, "errorCode", "message", fault) ||
          has_code (first, "error", "error_description", fault));
}

static const char *
find_hint (const char *code)
{
  for (size_t i = 0; i < G_N_ELEMENTS (advices); i++)
    if (strcmp (advices[i].code, code) == 0)
      return advices[i].hint;
  return NULL;
}

GError *
salesforce_api_explain (const ExchangeAnswer *answer)
{
  bool unavailable = answer->status >= FIRST_SERVER_ERROR;
  AvouchError kind = unavailable ? AVOUCH_ERROR_NETWORK : AVOUCH_ERROR_REFUSED;
  const char *what = unavailable ? _ ("the API failed") : _ ("the API refused");
  g_auto (Fault) fault = { 0 };
  const char *hint = unavailable ? BUSY_HINT : NULL;
  GError *error;

  if (!read_fault (answer, &fault))
    error = g_error_new (AVOUCH_ERROR, kind, "%s (HTTP %u)", what, answer->status);
  else
    {
      const char *separator = *fault.message != '\0' ? ": " : "";

      error = g_error_new (AVOUCH_ERROR, kind, "%s (HTTP %u): %s%s%s", what, answer->status,
                           fault.code, separator, fault.message);
      hint = find_hint (fault.code) != NULL ? find_hint (fault.code) : hint;
    }
  if (hint != NULL)
    error_add_hint (error, "%s", _ (hint));
  return error;
}

bool
salesforce_api_is_session_over (const ExchangeAnswer *answer)
{
  const char *challenge = exchange_answer_header (answer, "WWW-Authenticate");
  g_auto (Fault) fault = { 0 };

  if (answer->status != UNAUTHORIZED)
    return false;
  if (challenge != NULL && strstr (challenge, "error=\"invalid_token\"") != NULL)
    return true;
  return read_fault (answer, &fault) && strcmp (fault.code, "INVALID_SESSION_ID") == 0;
}
