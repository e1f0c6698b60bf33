/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a token lives. RFC 6749 wants `expires_in`, a number; servers also write it in quotes,
 * or name the moment, or leave it to the token itself. */
#include "error.h"
#include "i18n.h"
#include "jws.h"
#include "moment.h"
#include "oauth.h"
#include "strict.h"
#include "text.h"

/* Seconds. */
enum {
  TOKEN_LIFETIME = 900,
  MIN_TOKEN_LIFETIME = 60,
  MAX_TOKEN_LIFETIME = 86400,
  LONGEST = 30 * 24 * 60 * 60, /* what lives longer is fetched anew all the same */
};

typedef enum { NOT_TOLD, TOLD, UNUSABLE } Outcome;

static bool
read_fallback (const Profile *profile, int64_t *seconds, GError **error)
{
  return profile_get_seconds (profile, "token-lifetime", TOKEN_LIFETIME, MIN_TOKEN_LIFETIME,
                              MAX_TOKEN_LIFETIME, seconds, error);
}

bool
oauth_check_lifetime (const Profile *profile, GError **error)
{
  int64_t seconds;

  return read_fallback (profile, &seconds, error);
}

/* A number, or one in quotes; a fraction is cut off. */
static Outcome
read_number (JsonNode *node, int64_t *number)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_INT64)
    *number = json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE && json_node_get_double (node) >= 0 &&
           json_node_get_double (node) <= (double) MOMENT_MAX)
    *number = (int64_t) json_node_get_double (node);
  else if (type != G_TYPE_STRING ||
           !text_parse_int (json_node_get_string (node), 0, MOMENT_MAX, number))
    return UNUSABLE;
  return *number >= 0 && *number <= MOMENT_MAX ? TOLD : UNUSABLE;
}

/* Unix seconds, or RFC 3339: never "+5m", which moment_parse takes as well. */
static Outcome
read_moment (JsonNode *node, int64_t *moment)
{
  const char *text = NULL;

  if (read_number (node, moment) == TOLD)
    return TOLD;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    text = json_node_get_string (node);
  return text != NULL && g_ascii_isdigit (*text) && moment_parse (text, 0, moment, NULL) ? TOLD
                                                                                         : UNUSABLE;
}

static const struct {
  const char *name;
  Outcome (*read) (JsonNode *node, int64_t *value);
  bool span; /* seconds from now, not a moment */
} members[] = {
  { "expires_in", read_number, true },
  { "expires_at", read_moment, false },
  { "expires_on", read_moment, false },
};

/* Moments are the issuer's: SKEW makes them ours. */
static Outcome
read_member (JsonObject *object, int64_t now, int64_t skew, int64_t *end, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      JsonNode *node = json_object_get_member (object, members[i].name);
      int64_t value = 0;

      if (node == NULL || JSON_NODE_HOLDS_NULL (node))
        continue;
      if (members[i].read (node, &value) == TOLD)
        {
          *end = members[i].span ? now + value : value - skew;
          return TOLD;
        }
      g_set_error (
          error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
          _ ("the issuer's %s is not usable: it is neither a number of seconds nor a time"),
          members[i].name);
      return UNUSABLE;
    }
  return NOT_TOLD;
}

/* `exp` of a token that happens to be a JWT: nothing depends on it but when to ask again. */
static Outcome
read_own (const Secret *token, int64_t skew, int64_t *end)
{
  size_t length;
  const char *text = secret_bytes (token, &length);
  g_autoptr (Jws) jws = jws_parse (text, length, NULL);
  const char *payload = jws != NULL ? secret_bytes (jws->payload, &length) : NULL;
  g_autoptr (JsonObject) claims =
      payload != NULL ? json_strict_object (payload, length, NULL) : NULL;
  JsonNode *node = claims != NULL ? json_object_get_member (claims, "exp") : NULL;
  int64_t moment;

  if (node == NULL || read_number (node, &moment) != TOLD)
    return NOT_TOLD;
  *end = moment - skew;
  return TOLD;
}

/* A credential that is in its margin would be told to tools as one that has ended. */
static bool
check_end (int64_t left, GError **error)
{
  if (left > CREDENTIAL_MARGIN)
    return true;
  if (left <= 0)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                 _ ("the issuer's token has ended already"));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                 _ ("the issuer's token ends in %lld s, too soon to be used"), (long long) left);
  if (error != NULL && left > 0)
    error_add_hint (*error, _ ("let the issuer give tokens that live longer than %d seconds"),
                    CREDENTIAL_MARGIN);
  return false;
}

bool
oauth_read_expiry (const IssuerContext *context, const ExchangeAnswer *answer, JsonObject *object,
                   const Secret *token, bool own_end, int64_t *expires_at, GError **error)
{
  int64_t skew = answer->date != 0 ? answer->date - context->now : 0;
  int64_t fallback = 0;
  int64_t end = 0;
  Outcome outcome = NOT_TOLD;

  if (!read_fallback (context->profile, &fallback, error))
    return false;
  if (!own_end)
    outcome = read_member (object, context->now, skew, &end, error);
  if (outcome == UNUSABLE)
    return false;
  if (outcome == NOT_TOLD)
    outcome = read_own (token, skew, &end);
  if (outcome == NOT_TOLD)
    end = context->now + fallback;
  if (!check_end (end - context->now, error))
    return false;
  *expires_at = MIN (end, context->now + LONGEST);
  return true;
}
