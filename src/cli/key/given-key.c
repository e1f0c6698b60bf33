/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "given-key.h"

#include "ask.h"
#include "error.h"
#include "i18n.h"
#include "new-profile.h"
#include "passphrase.h"
#include "profile-check.h"
#include "profile-key.h"

#include <stdio.h>
#include <unistd.h>

#define SETTING "passphrase"

enum { MAX_QUESTIONS = 3 }; /* times that a place which opens nothing is asked for again */

static Secret *
note_question (const char *what, void *data, GError **error)
{
  bool *asked = data;

  *asked = true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, "%s", what);
  return NULL;
}

/* What became of opening it. */
typedef struct {
  bool locked; /* it asked for a passphrase */
  bool unfit;  /* it is open, and no key for this issuer */
} Opening;

/* A URI is the token's, which has a PIN of its own; a file may come later. MODE: as access(2) has
 * it. */
static bool
is_there (const char *location, const Environment *environment, int mode)
{
  g_autofree char *path = NULL;

  if (!key_is_path (location))
    return false;
  if (!g_str_has_prefix (location, "~/") || environment->home == NULL)
    return access (location, mode) == 0;
  path = g_build_filename (environment->home, location + 2, NULL);
  return access (path, mode) == 0;
}

/* What can be read here and is no key will not be one later. */
static bool
is_hopeless (const Profile *profile, const Environment *environment, const Opening *opening,
             const GError *reason)
{
  return opening->unfit || (g_error_matches (reason, AVOUCH_ERROR, AVOUCH_ERROR_KEY) &&
                            is_there (profile_get (profile, "key"), environment, R_OK));
}

/* NULL as KEY passes ERROR on. */
static bool
judge (const Profile *profile, const Key *key, Opening *opening, GError **error)
{
  if (key == NULL)
    return false;
  opening->unfit = !profile_check_key (profile, key, error);
  return !opening->unfit;
}

/* Whether it does without a passphrase. */
static bool
opens_by_itself (const Profile *profile, const Environment *environment, Opening *opening,
                 GError **error)
{
  PassphraseSource source = { .profile = profile, .environment = environment };
  g_autofree char *path = NULL;
  g_autoptr (Key) key = NULL;
  KeySource found;

  if (!profile_key_source (&source, &found, &path, error))
    return false;
  found.passphrase = note_question;
  found.passphrase_data = &opening->locked;
  key = key_load (&found, error);
  return judge (profile, key, opening, error);
}

static bool
opens (const Profile *profile, const Environment *environment, Opening *opening, GError **error)
{
  g_autoptr (Key) key = profile_key_open (profile, environment, error);

  return judge (profile, key, opening, error);
}

/* What a descriptor holds can be read once, which the login will do; and without a terminal nobody
 * is to be asked, by us or by the desktop. */
static bool
can_try (const Profile *profile, bool asks)
{
  PassphraseKind kind = PASSPHRASE_NONE;
  const char *argument;

  return passphrase_parse (profile, SETTING, &kind, &argument, NULL) && kind != PASSPHRASE_FD &&
         (asks || (kind != PASSPHRASE_PROMPT && !passphrase_asks_keyring (profile, SETTING)));
}

static void
note (const GError *reason)
{
  g_autofree char *message = error_message (reason);

  fprintf (stderr, _ ("note: the key does not open yet: %s\n"), message);
  if (error_hint (reason) != NULL)
    fprintf (stderr, _ ("hint: %s\n"), error_hint (reason));
}

/* The key opens by what DRAFT says of its passphrase. */
static bool
try_place (const ProfileDraft *draft, const Environment *environment, bool asks, GError **error)
{
  g_autoptr (Profile) profile = profile_draft_profile (draft, error);
  g_autoptr (GError) reason = NULL;
  Opening opening = { 0 };

  if (profile == NULL)
    return false;
  if (!can_try (profile, asks) || opens (profile, environment, &opening, &reason))
    return true;
  if (!asks && !is_hopeless (profile, environment, &opening, reason))
    {
      note (reason);
      return true;
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

/* What is none of the places is perhaps the passphrase itself, and repeated nowhere. */
static bool
check_place (const char *place, GError **error)
{
  PassphraseKind kind;
  const char *argument;

  if (passphrase_find_form (place, &kind, &argument))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s: %s", SETTING,
               _ ("says none of the places that are known"));
  if (error != NULL)
    error_add_hint (
        *error, "%s",
        _ ("write keyring, prompt, file:PATH, env:NAME, fd:NUMBER, or keyring and one of "
           "the others, never the passphrase itself"));
  return false;
}

static bool
take_place (ProfileDraft *draft, const char *place, const Environment *environment, GError **error)
{
  if (!check_place (place, error) || !new_profile_set (draft, SETTING, place, error))
    return false;
  if (try_place (draft, environment, true, error))
    return true;
  profile_draft_unset (draft, SETTING);
  return false;
}

static bool
ask_place (ProfileDraft *draft, const Environment *environment, GError **error)
{
  g_autoptr (GError) reason = NULL;

  fputs (_ ("\nThe key is locked. Where is its passphrase?\n"
            "  file:PATH    in a file that only you can read\n"
            "  keyring      in the desktop's keyring\n"
            "  env:NAME     in an environment variable\n"
            "  prompt       with you: it is asked for at each login (Enter)\n"),
         stderr);
  for (int i = 0; i < MAX_QUESTIONS; i++)
    {
      g_autofree char *answer = ask_line (SETTING, error);

      if (answer == NULL)
        return false;
      g_clear_error (&reason);
      if (take_place (draft, *answer != '\0' ? answer : "prompt", environment, &reason))
        return true;
      if (i + 1 < MAX_QUESTIONS)
        error_report (reason);
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

static bool
refuse_unsaid (const Profile *profile, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("profile add: the key %s is locked, and nothing says where its passphrase is"),
               profile_get (profile, "key"));
  if (error != NULL)
    error_add_hint (*error, _ ("--passphrase file:PATH, env:NAME, keyring or prompt"));
  return false;
}

static bool
settle_unsaid (ProfileDraft *draft, const Environment *environment, bool asks, GError **error)
{
  g_autoptr (Profile) profile = profile_draft_profile (draft, error);
  g_autoptr (GError) reason = NULL;
  Opening opening = { 0 };

  if (profile == NULL)
    return false;
  if (opens_by_itself (profile, environment, &opening, &reason))
    return true;
  if (opening.locked)
    return asks ? ask_place (draft, environment, error) : refuse_unsaid (profile, error);
  if (asks || is_hopeless (profile, environment, &opening, reason))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return false;
    }
  note (reason);
  return true;
}

/* What was said on the command line and opens nothing is asked for instead. */
static bool
settle_said (ProfileDraft *draft, const Environment *environment, bool asks, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (try_place (draft, environment, asks, &reason))
    return true;
  if (!g_error_matches (reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return false;
    }
  error_report (reason);
  profile_draft_unset (draft, SETTING);
  return ask_place (draft, environment, error);
}

bool
given_key_settle (ProfileDraft *draft, const Environment *environment, bool asks, GError **error)
{
  if (!is_there (profile_draft_get (draft, "key"), environment, F_OK))
    return true;
  return profile_draft_get (draft, SETTING) == NULL
             ? settle_unsaid (draft, environment, asks, error)
             : settle_said (draft, environment, asks, error);
}
