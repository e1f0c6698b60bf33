/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `subject-token`: another's token, which is sent in the place of what a key would sign. */
#include "claims.h"
#include "i18n.h"
#include "jws.h"
#include "moment.h"
#include "process.h"
#include "step.h"
#include "strict.h"
#include "subject-token.h"
#include "subject.h"
#include "text.h"

#include <string.h>

/* The claims, if it is a JWT. What it says is only told: whoever takes it verifies it. */
static JsonObject *
read_claims (const Secret *token)
{
  size_t length;
  const char *text = secret_bytes (token, &length);
  g_autoptr (Jws) jws = jws_parse (text, length, NULL);
  const char *payload = jws != NULL ? secret_bytes (jws->payload, &length) : NULL;

  return payload != NULL ? json_strict_object (payload, length, NULL) : NULL;
}

/* "https://a.example, b"; NULL: for nobody in particular. */
static char *
read_audience (JsonObject *claims)
{
  JsonNode *node = json_object_get_member (claims, "aud");
  g_autoptr (GString) list = g_string_new (NULL);

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_string (node) != NULL)
    g_string_append (list, json_node_get_string (node));
  for (unsigned i = 0; node != NULL && JSON_NODE_HOLDS_ARRAY (node) &&
                       i < json_array_get_length (json_node_get_array (node));
       i++)
    {
      JsonNode *one = json_array_get_element (json_node_get_array (node), i);

      if (JSON_NODE_HOLDS_VALUE (one) && json_node_get_string (one) != NULL)
        g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "",
                                json_node_get_string (one));
    }
  return list->len > 0 ? text_clean_told (list->str) : NULL;
}

static void
tell_end (Finding *finding, const char *place, const char *audience, int64_t end)
{
  int64_t left = end - process_now ();
  g_autofree char *span = moment_format_span (ABS (left));
  g_autoptr (GError) over = NULL;

  if (left > 0)
    {
      finding_good (finding, _ ("%s: a JWT for %s, good for %s"), place, audience, span);
      return;
    }
  over = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                      _ ("%s: a JWT for %s that ended %s ago"), place, audience, span);
  error_add_hint (over, _ ("whoever puts it there has to renew it: see to that first"));
  finding_bad (finding, over);
}

static void
judge (Finding *finding, const char *place, const Secret *token)
{
  g_autoptr (JsonObject) claims = read_claims (token);
  g_autofree char *named = claims != NULL ? read_audience (claims) : NULL;
  const char *audience = named != NULL ? named : _ ("nobody in particular");
  int64_t end = 0;
  bool found = false;

  if (claims == NULL)
    finding_good (finding, _ ("%s: a token that tells nothing of itself"), place);
  else if (claims_time (claims, "exp", &end, &found, NULL) && found)
    tell_end (finding, place, audience, end);
  else
    finding_good (finding, _ ("%s: a JWT for %s, without an end"), place, audience);
}

/* What only the caller's process can reach is asked for as a login would. */
static Secret *
fetch (const Patient *patient, SubjectKind kind, GError **error)
{
  const ObtainOptions options = { .environment = patient->environment };
  g_autofree char *basis = NULL;
  Secret *token = NULL;

  if (kind == SUBJECT_FILE)
    subject_token_read (patient->profile, patient->environment->home, &token, error);
  else
    subject_find (patient->profile, &options, &token, &basis, error);
  return token;
}

/* Of another profile the doctor speaks where that profile's turn is. */
void
check_subject (Patient *patient, Finding *finding)
{
  const char *place = profile_get (patient->profile, SUBJECT_SETTING);
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) token = NULL;
  SubjectKind kind = SUBJECT_NONE;
  const char *argument = NULL;

  if (!subject_parse (patient->profile, &kind, &argument, &error))
    finding_bad (finding, error);
  else if (kind == SUBJECT_NONE)
    {
      finding_good (finding, _ ("none is needed"));
      finding->foreign = true;
    }
  else if (kind == SUBJECT_PROFILE)
    finding_good (finding, _ ("the token of [%s], fetched with the login"), argument);
  else if ((token = fetch (patient, kind, &error)) == NULL)
    finding_bad_of (finding, profile_name (patient->profile), error);
  else
    judge (finding, place, token);
}
