/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "route.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

/* A profile that may answer, and what speaks for it. */
typedef struct {
  Profile *profile;
  const Pattern *pattern;
  bool named; /* its git-username is the account asked for, not merely unset */
} Candidate;

static bool
accepts_username (const Profile *profile, const char *username)
{
  const char *own = profile_username (profile);

  return username == NULL || own == NULL || strcmp (own, username) == 0;
}

static int
compare_candidates (const Candidate *a, const Candidate *b)
{
  int order = pattern_compare (a->pattern, b->pattern);

  return order != 0 ? order : (int) a->named - (int) b->named;
}

/* The profile's most specific pattern that matches. */
static const Pattern *
find_pattern (const Profile *profile, const Url *url)
{
  const GPtrArray *serve = profile_serve (profile);
  const Pattern *best = NULL;

  for (size_t i = 0; i < serve->len; i++)
    if (pattern_matches (serve->pdata[i], url) &&
        (best == NULL || pattern_compare (serve->pdata[i], best) > 0))
      best = serve->pdata[i];
  return best;
}

/* "https://host", and " (as NAME)" where an account was asked for. */
static char *
describe_place (const Request *request)
{
  g_autofree char *origin = url_origin (request->url);
  g_autofree char *place = text_clean (origin, -1);

  if (request->username == NULL)
    return g_steal_pointer (&place);
  g_autofree char *username = text_clean (request->username, -1);
  return g_strdup_printf (_ ("%s as user \"%s\""), place, username);
}

static void
refuse_unserved (const Request *request, GError **error)
{
  g_autofree char *place = describe_place (request);
  g_autofree char *origin = url_origin (request->url);
  g_autoptr (GError) reason =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_UNSERVED, _ ("no profile serves %s"), place);

  error_add_hint (reason, _ ("add \"serve = %s\" to the profile that should"), origin);
  g_propagate_error (error, g_steal_pointer (&reason));
}

static void
refuse_named (const Profile *profile, const Request *request, GError **error)
{
  const char *serve = profile_get (profile, "serve");
  g_autofree char *place = describe_place (request);
  g_autofree char *origin = url_origin (request->url);
  g_autoptr (GError) reason =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_UNSERVED, _ ("does not serve %s"), place);

  if (profile_serve (profile)->len == 0)
    error_add_hint (reason, _ ("add \"serve = %s\" under [%s]; it serves nothing now"), origin,
                    profile_name (profile));
  else
    {
      g_autofree char *now = text_clean (serve, -1);
      error_add_hint (reason, _ ("make it \"serve = %s %s\" under [%s]; it serves %s now"), now,
                      origin, profile_name (profile), now);
    }
  error_add_prefix (reason, profile_name (profile));
  g_propagate_error (error, g_steal_pointer (&reason));
}

static void
refuse_username (const Profile *profile, const Request *request, GError **error)
{
  g_autofree char *wanted = text_clean (request->username, -1);
  g_autofree char *own = text_clean (profile_username (profile), -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_UNSERVED,
               _ ("is for user \"%s\" (git-username), not for \"%s\""), own, wanted);
  if (error != NULL)
    error_add_prefix (*error, profile_name (profile));
}

static Profile *
find_named (const Config *config, const Request *request, GError **error)
{
  Profile *profile = config_find (config, request->profile);

  if (profile == NULL)
    {
      g_autofree char *shown = text_clean (request->profile, -1);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("no profile is called \"%s\""),
                   shown);
      if (error != NULL)
        error_add_hint (*error, _ ("\"avouch profile list\" shows those that there are"));
      return NULL;
    }
  if (!accepts_username (profile, request->username))
    {
      refuse_username (profile, request, error);
      return NULL;
    }
  if (request->url != NULL && find_pattern (profile, request->url) == NULL)
    {
      refuse_named (profile, request, error);
      return NULL;
    }
  return profile_ref (profile);
}

/* "NAME by PATTERN at FILE:LINE" */
static char *
describe_candidate (const Candidate *candidate)
{
  const Setting *serve = profile_setting (candidate->profile, "serve");
  g_autofree char *pattern = text_clean (pattern_text (candidate->pattern), -1);
  g_autofree char *file = text_clean (serve->file != NULL ? serve->file : "", -1);

  return g_strdup_printf (_ ("%s by %s (%s:%u)"), profile_name (candidate->profile), pattern, file,
                          serve->line);
}

static void
refuse_tie (const Candidate *best, const Candidate *rival, const Request *request, GError **error)
{
  g_autofree char *place = describe_place (request);
  g_autofree char *first = describe_candidate (best);
  g_autofree char *second = describe_candidate (rival);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("two profiles serve %s equally: %s, and %s"), place, first, second);
  if (error != NULL)
    error_add_hint (*error, _ ("make one pattern more specific, or give each profile its "
                               "git-username and name the account in the URL"));
}

static Profile *
find_by_url (const Config *config, const Request *request, GError **error)
{
  const GPtrArray *profiles = config_profiles (config);
  Candidate best = { 0 };
  Candidate rival = { 0 };

  for (size_t i = 0; i < profiles->len; i++)
    {
      Profile *profile = profiles->pdata[i];
      Candidate candidate = { profile, find_pattern (profile, request->url), false };

      if (candidate.pattern == NULL || !accepts_username (profile, request->username))
        continue;
      candidate.named = request->username != NULL && profile_username (profile) != NULL;

      int order = best.profile != NULL ? compare_candidates (&candidate, &best) : 1;
      if (order > 0)
        {
          best = candidate;
          rival = (Candidate){ 0 };
        }
      else if (order == 0 && rival.profile == NULL)
        rival = candidate;
    }
  if (rival.profile != NULL)
    refuse_tie (&best, &rival, request, error);
  else if (best.profile == NULL)
    refuse_unserved (request, error);
  return rival.profile == NULL && best.profile != NULL ? profile_ref (best.profile) : NULL;
}

Profile *
route_find (const Config *config, const Request *request, GError **error)
{
  return request->profile != NULL ? find_named (config, request, error)
                                  : find_by_url (config, request, error);
}

bool
route_serves_origin (const Config *config, const Url *origin)
{
  const GPtrArray *profiles = config_profiles (config);

  for (size_t i = 0; i < profiles->len; i++)
    {
      const GPtrArray *serve = profile_serve (profiles->pdata[i]);

      for (size_t j = 0; j < serve->len; j++)
        if (pattern_matches_origin (serve->pdata[j], origin))
          return true;
    }
  return false;
}
