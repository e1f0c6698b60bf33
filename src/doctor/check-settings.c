/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A profile as it is written. */
#include "i18n.h"
#include "issuer.h"
#include "profile-check.h"
#include "profiles.h"
#include "step.h"

#include <string.h>

enum {
  SHOWN_START = 6, /* bytes of a client-id; what identifies a consumer key lies in its middle */
  SHOWN_END = 4,
};

/* "3MVG9e…k9Xy": enough to compare with, not enough to use. */
static char *
mask (const char *id)
{
  size_t length = strlen (id);

  if (length <= 2 * (SHOWN_START + SHOWN_END) || !g_str_is_ascii (id))
    return g_strdup_printf ("%.*s…", (int) MIN (g_utf8_strlen (id, -1) / 2, SHOWN_END), id);
  return g_strdup_printf ("%.*s…%s", SHOWN_START, id, id + length - SHOWN_END);
}

/* Another that may answer for just what PROFILE serves: then a tool without an account gets no
 * answer. */
static const Profile *
find_rival (const Patient *patient, const char **pattern)
{
  const GPtrArray *serve = profile_serve (patient->profile);
  const char *own = profile_username (patient->profile);

  for (size_t i = 0; i < serve->len; i++)
    {
      const GPtrArray *others =
          g_hash_table_lookup (patient->served, pattern_text (serve->pdata[i]));

      for (size_t j = 0; others != NULL && j < others->len; j++)
        {
          const Profile *other = others->pdata[j];
          const char *account = profile_username (other);

          if (other == patient->profile ||
              (own != NULL && account != NULL && strcmp (own, account) != 0))
            continue;
          *pattern = pattern_text (serve->pdata[i]);
          return other;
        }
    }
  return NULL;
}

/* Where its calls go. */
static bool
find_way (Patient *patient, GError **error)
{
  const Issuer *issuer = issuer_for_profile (patient->profile, error);
  g_autoptr (GError) reason = NULL;

  if (issuer == NULL ||
      !network_read (&patient->network, patient->profile, patient->environment, error))
    return false;
  if (patient->options->timeout > 0)
    patient->network.timeout = patient->options->timeout;
  patient->place = issuer_place (issuer, patient->profile, &reason);
  if (reason != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return false;
    }
  return patient->place == NULL ||
         network_proxy (&patient->network, patient->place, &patient->proxy, error);
}

static char *
describe (const Patient *patient)
{
  const char *login_url = profile_get (patient->profile, "login-url");
  const char *username = profile_get (patient->profile, "username");
  const char *id = profile_get (patient->profile, "client-id");
  g_autofree char *masked = id != NULL ? mask (id) : NULL;
  g_autofree char *serves = profiles_serve_summary (patient->profile);
  g_autoptr (GString) text = g_string_new (NULL);

  if (username != NULL && login_url != NULL)
    g_string_append_printf (text, _ ("%s at %s, "), username, login_url);
  if (masked != NULL)
    g_string_append_printf (text, _ ("client-id %s, "), masked);
  if (profile_serve (patient->profile)->len > 0)
    g_string_append_printf (text, _ ("serves %s"), serves);
  else
    g_string_append (text, _ ("serves nothing: answers no tool"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
check_settings (Patient *patient, Finding *finding)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *description = NULL;
  const char *pattern = NULL;
  const Profile *rival;

  if (!profile_check (patient->profile, patient->environment->home, &error) ||
      !find_way (patient, &error))
    {
      finding_bad (finding, error);
      return;
    }
  rival = find_rival (patient, &pattern);
  if (rival != NULL)
    {
      finding_warn (finding, _ ("[%s] serves %s as well"), profile_name (rival), pattern);
      finding_hint (finding, _ ("make one pattern more specific, or give each profile its "
                                "git-username and name the account in the URL"));
      return;
    }
  description = describe (patient);
  finding_good (finding, "%s", description);
}
