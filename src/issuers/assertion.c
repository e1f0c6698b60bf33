/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assertion.h"

#include "claims.h"
#include "error.h"
#include "i18n.h"
#include "placeholder.h"
#include "process.h"
#include "subject.h"

#include <string.h>

static bool
read_lifetime (const Profile *profile, const AssertionRules *rules, int64_t *seconds,
               GError **error)
{
  return profile_get_seconds (profile, "assertion-lifetime", rules->lifetime, rules->min_lifetime,
                              rules->max_lifetime, seconds, error);
}

static bool
check_algorithm (const Profile *profile, GError **error)
{
  const char *name = profile_get (profile, "algorithm");
  g_autoptr (GError) reason = NULL;
  g_autoptr (GError) placed = NULL;

  if (name == NULL || algorithm_find (name) != NULL)
    return true;
  algorithm_set_unknown (name, &reason);
  g_autofree char *message = error_message (reason);
  profile_set_error (profile, "algorithm", &placed, "%s", message);
  error_add_hint (placed, "%s", error_hint (reason));
  g_propagate_error (error, g_steal_pointer (&placed));
  return false;
}

/* What the key decides, or would need what we do not do. */
static bool
check_header (const Profile *profile, GError **error)
{
  static const char *const names[] = { "alg", "crit", "b64" };

  for (size_t i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      g_autofree char *key =
          g_strconcat (i % 2 == 0 ? "header." : "header-json.", names[i / 2], NULL);

      if (profile_get (profile, key) != NULL)
        {
          profile_set_error (profile, key, error, "%s",
                             _ ("this member of the header cannot be chosen"));
          return false;
        }
    }
  return claims_settings_check (profile, "header", error);
}

static bool
check_key_id (const Profile *profile, GError **error)
{
  const char *id = profile_get (profile, "key-id");
  g_autoptr (GError) reason = NULL;
  g_autofree char *expanded =
      id != NULL ? placeholder_expand_dry (profile, id, PLACEHOLDER_TEXT, &reason) : NULL;

  if (id == NULL || expanded != NULL)
    return true;
  g_autofree char *message = error_message (reason);
  profile_set_error (profile, "key-id", error, "%s", message);
  return false;
}

static bool
refuse_claim (const Profile *profile, const char *name, const char *why, GError **error)
{
  g_autofree char *text = g_strconcat ("claim.", name, NULL);
  g_autofree char *json = g_strconcat ("claim-json.", name, NULL);

  profile_set_error (profile, profile_get (profile, text) != NULL ? text : json, error, "%s", why);
  return false;
}

/* FALLBACK where the claims do not have it. */
static bool
read_time (const Profile *profile, JsonObject *claims, const char *name, int64_t fallback,
           int64_t *time, GError **error)
{
  bool found;

  *time = fallback;
  return claims_time (claims, name, time, &found, NULL) ||
         refuse_claim (profile, name, _ ("it is a number of seconds since 1970, such as {now+300}"),
                       error);
}

/* From when to when the JWT is good, by its own claims, whatever the profile has put there; END:
 * `exp`, or `assertion-lifetime` where it was left out. */
typedef struct {
  int64_t begin;
  int64_t end;
} Span;

static bool
read_span (const Profile *profile, const AssertionRules *rules, JsonObject *claims, int64_t now,
           Span *span, GError **error)
{
  int64_t lifetime = 0;
  int64_t not_before = 0;

  if (!read_lifetime (profile, rules, &lifetime, error) ||
      !read_time (profile, claims, "exp", now + lifetime, &span->end, error) ||
      !read_time (profile, claims, "iat", now, &span->begin, error) ||
      !read_time (profile, claims, "nbf", span->begin, &not_before, error))
    return false;
  if (span->end <= now)
    return refuse_claim (profile, "exp", _ ("this time is over"), error);
  if (span->end - now > rules->max_lifetime)
    return refuse_claim (profile, "exp", _ ("the token would live too long"), error);
  if (span->begin >= span->end)
    return refuse_claim (profile, "iat", _ ("the token would end before it begins"), error);
  if (not_before >= span->end)
    return refuse_claim (profile, "nbf", _ ("the token would end before it begins"), error);
  return true;
}

/* One of the two says when the token ends. */
static bool
check_one_end (const Profile *profile, JsonObject *claims, GError **error)
{
  bool given =
      profile_get (profile, "claim.exp") != NULL ||
      (profile_get (profile, "claim-json.exp") != NULL && json_object_has_member (claims, "exp"));

  return !given || profile_get (profile, "assertion-lifetime") == NULL ||
         refuse_claim (profile, "exp", _ ("assertion-lifetime says it already"), error);
}

bool
assertion_span (const Profile *profile, const AssertionRules *rules, int64_t *seconds,
                GError **error)
{
  int64_t now = process_now ();
  g_autoptr (JsonObject) claims = json_object_new ();
  Span span;

  if (!claims_settings_preview (profile, "claim", now, claims, error) ||
      !check_one_end (profile, claims, error) ||
      !read_span (profile, rules, claims, now, &span, error))
    return false;
  *seconds = span.end - MIN (span.begin, now);
  return true;
}

bool
assertion_check (const Profile *profile, const AssertionRules *rules, GError **error)
{
  int64_t seconds;

  return check_algorithm (profile, error) && check_key_id (profile, error) &&
         check_header (profile, error) && assertion_span (profile, rules, &seconds, error);
}

static void
put_text (JsonObject *claims, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (claims, name, value);
}

/* One alone is a string (RFC 7519 section 4.1.3). */
static void
put_audiences (JsonObject *claims, char **names)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (size_t i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0')
      json_array_add_string_element (array, names[i]);
  if (json_array_get_length (array) > 1)
    json_object_set_array_member (claims, "aud", g_steal_pointer (&array));
  else if (json_array_get_length (array) == 1)
    put_text (claims, "aud", json_array_get_string_element (array, 0));
}

/* A tool may choose among those of the profile; where the profile names none, any. */
static bool
put_audience (const IssuerContext *context, const AssertionRules *rules, JsonObject *claims,
              GError **error)
{
  const char *asked = context->request != NULL ? context->request->audience : NULL;
  const char *named = profile_get (context->profile, "audience");
  g_auto (GStrv) names = g_strsplit (named != NULL ? named : "", " ", -1);

  if (asked != NULL && named != NULL && !g_strv_contains ((const char *const *) names, asked))
    {
      profile_set_error (context->profile, "audience", error,
                         _ ("the profile signs nothing for the audience that is asked for"));
      return false;
    }
  if (asked != NULL)
    put_text (claims, "aud", asked);
  else if (named != NULL)
    put_audiences (claims, names);
  else
    put_text (claims, "aud", rules->audience);
  return true;
}

static JsonObject *
make_claims (const IssuerContext *context, const AssertionRules *rules, int64_t lifetime,
             GError **error)
{
  g_autoptr (JsonObject) claims = json_object_new ();

  put_text (claims, "iss", profile_get (context->profile, "client-id"));
  put_text (claims, "sub", profile_get (context->profile, "username"));
  if (!put_audience (context, rules, claims, error))
    return NULL;
  json_object_set_int_member (claims, "iat", context->now);
  json_object_set_int_member (claims, "exp", context->now + lifetime);
  return claims_settings_fill (context, "claim", claims, error) ? g_steal_pointer (&claims) : NULL;
}

static JsonObject *
make_header (const IssuerContext *context, GError **error)
{
  const char *id = profile_get (context->profile, "key-id");
  g_autoptr (JsonObject) header = json_object_new ();
  g_autofree char *expanded = NULL;

  json_object_set_string_member (header, "typ", "JWT");
  if (id != NULL)
    {
      expanded = placeholder_expand (context, id, PLACEHOLDER_TEXT, error);
      if (expanded == NULL)
        return NULL;
      id = expanded;
    }
  put_text (header, "kid", id != NULL ? id : key_id (context->key));
  return claims_settings_fill (context, "header", header, error) ? g_steal_pointer (&header) : NULL;
}

static const Algorithm *
pick_algorithm (const IssuerContext *context, GError **error)
{
  const char *name = profile_get (context->profile, "algorithm");
  const Algorithm *algorithm = name != NULL ? algorithm_find (name) : NULL;

  if (name != NULL && algorithm == NULL)
    {
      check_algorithm (context->profile, error);
      return NULL;
    }
  return algorithm != NULL ? algorithm_fit (algorithm, context->key, error)
                           : algorithm_for_key (context->key, error);
}

Secret *
assertion_sign (const IssuerContext *context, const AssertionRules *rules, int64_t *expires_at,
                GError **error)
{
  const Algorithm *algorithm = pick_algorithm (context, error);
  g_autoptr (JsonObject) claims = NULL;
  g_autoptr (JsonObject) header = NULL;
  int64_t lifetime;
  Span span;

  if (algorithm == NULL || !read_lifetime (context->profile, rules, &lifetime, error) ||
      (claims = make_claims (context, rules, lifetime, error)) == NULL ||
      !read_span (context->profile, rules, claims, context->now, &span, error) ||
      (header = make_header (context, error)) == NULL)
    return NULL;
  if (expires_at != NULL)
    *expires_at = span.end;
  return jwt_sign (context->key, algorithm, header, claims, error);
}

bool
assertion_check_either (const Profile *profile, const AssertionRules *rules, GError **error)
{
  bool has_key = profile_get (profile, "key") != NULL;
  bool has_subject = profile_get (profile, SUBJECT_SETTING) != NULL;
  SubjectKind kind;
  const char *argument;

  if (has_key && has_subject)
    profile_set_error (profile, SUBJECT_SETTING, error,
                       _ ("either a key signs a JWT, or another's token is sent: not both"));
  else if (!has_key && !has_subject)
    profile_set_error (profile, "key", error,
                       _ ("the profile names neither a key nor a subject-token"));
  else
    return has_subject ? subject_parse (profile, &kind, &argument, error)
                       : assertion_check (profile, rules, error);
  return false;
}

Secret *
assertion_either (const IssuerContext *context, const AssertionRules *rules, GError **error)
{
  return context->subject != NULL ? secret_ref (context->subject)
                                  : assertion_sign (context, rules, NULL, error);
}
