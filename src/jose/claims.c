/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claims.h"

#include "error.h"
#include "i18n.h"
#include "moment.h"
#include "refusal.h"
#include "strict.h"
#include "text.h"

#include <string.h>

bool
claims_time (JsonObject *claims, const char *name, int64_t *value, bool *found, GError **error)
{
  JsonNode *node = json_object_get_member (claims, name);
  bool number = node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                (json_node_get_value_type (node) == G_TYPE_INT64 ||
                 json_node_get_value_type (node) == G_TYPE_DOUBLE);
  double seconds;

  *found = node != NULL;
  if (node == NULL)
    return true;
  if (!number)
    return refusal_set (error, _ ("its \"%s\" is not a number"), name);
  seconds = json_node_get_double (node);
  if (!(seconds >= (double) -MOMENT_MAX && seconds <= (double) MOMENT_MAX))
    {
      refusal_set (error, _ ("its \"%s\" is no time that can be meant"), name);
      if (error != NULL)
        error_add_hint (*error, _ ("times are seconds since 1970, not milliseconds"));
      return false;
    }
  *value = (int64_t) seconds;
  if ((double) *value > seconds)
    *value -= 1;
  return true;
}

static void
hint_leeway (int64_t difference, GError **error)
{
  enum { SMALL = 120 /* seconds: clocks that differ, rather than an old token */ };

  if (error != NULL && difference <= SMALL)
    error_add_hint (*error, _ ("--leeway %lld allows for clocks that differ by so much"),
                    (long long) difference);
}

static bool
check_expiry (JsonObject *claims, const ClaimsRules *rules, GError **error)
{
  int64_t when;
  bool found;

  if (!claims_time (claims, "exp", &when, &found, error))
    return false;
  if (!found || rules->now - rules->leeway < when)
    return true;
  g_autofree char *date = text_format_utc (when);
  g_autofree char *span = moment_format_span (rules->now - when);
  refusal_set (error, _ ("it expired at %s, %s ago"), date, span);
  /* At its "exp" it is over already. */
  hint_leeway (rules->now - when + 1, error);
  return false;
}

static bool
check_start (JsonObject *claims, const ClaimsRules *rules, const char *name, GError **error)
{
  int64_t when;
  bool found;

  if (!claims_time (claims, name, &when, &found, error))
    return false;
  if (!found || rules->now + rules->leeway >= when)
    return true;
  g_autofree char *date = text_format_utc (when);
  g_autofree char *span = moment_format_span (when - rules->now);
  refusal_set (error,
               strcmp (name, "nbf") == 0 ? _ ("it is not valid before %s, in %s")
                                         : _ ("it says that it was issued at %s, in %s"),
               date, span);
  hint_leeway (when - rules->now, error);
  return false;
}

static bool
check_times (JsonObject *claims, const ClaimsRules *rules, GError **error)
{
  return check_expiry (claims, rules, error) && check_start (claims, rules, "nbf", error) &&
         check_start (claims, rules, "iat", error);
}

static bool
check_string (JsonObject *claims, const char *name, const char *expected, GError **error)
{
  const char *actual;

  if (expected == NULL)
    return true;
  if (!json_optional_string (claims, name, &actual, NULL))
    return refusal_set (error, _ ("its \"%s\" is not a string"), name);
  if (actual == NULL)
    return refusal_set (error, _ ("it has no \"%s\", and must say \"%s\""), name, expected);
  if (strcmp (actual, expected) == 0)
    return true;
  g_autofree char *cleaned = text_clean_told (actual);
  return refusal_set (error, _ ("its \"%s\" is \"%s\", and must be \"%s\""), name, cleaned,
                      expected);
}

static bool
is_among (JsonNode *node, const char *const *wanted)
{
  const char *value = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

  return value != NULL && g_strv_contains (wanted, value);
}

static bool
has_audience (JsonNode *node, const char *const *wanted)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (unsigned i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (is_among (json_array_get_element (array, i), wanted))
      return true;
  return is_among (node, wanted);
}

/* RFC 7519 section 4.1.3: one string, or a list of them. */
static bool
check_audience (JsonObject *claims, const char *const *wanted, GError **error)
{
  JsonNode *node = json_object_get_member (claims, "aud");
  g_autofree char *names = NULL;
  g_autofree char *told = NULL;
  g_autofree char *cleaned = NULL;

  if (wanted == NULL)
    return true;
  names = g_strjoinv (", ", (char **) wanted);
  if (node == NULL)
    return refusal_set (error, _ ("it has no \"aud\", and must be for %s"), names);
  if (has_audience (node, wanted))
    return true;
  told = JSON_NODE_HOLDS_VALUE (node) ? json_node_dup_string (node) : NULL;
  if (told == NULL)
    told = json_to_string (node, FALSE);
  cleaned = text_clean (told, -1);
  return refusal_set (error, _ ("it is for %s, not for %s"), cleaned, names);
}

static bool
check_required (JsonObject *claims, const char *const *required, GError **error)
{
  for (; required != NULL && *required != NULL; required++)
    if (!json_object_has_member (claims, *required) ||
        json_object_get_null_member (claims, *required))
      return refusal_set (error, _ ("it has no \"%s\""), *required);
  return true;
}

bool
claims_check (JsonObject *claims, const ClaimsRules *rules, GError **error)
{
  return (rules->any_time || check_times (claims, rules, error)) &&
         check_audience (claims, rules->audiences, error) &&
         check_string (claims, "iss", rules->issuer, error) &&
         check_string (claims, "sub", rules->subject, error) &&
         check_required (claims, rules->required, error);
}
