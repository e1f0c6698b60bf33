/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "passphrase-place.h"

#include "error.h"
#include "fetch-passphrase.h"
#include "i18n.h"
#include "make.h"
#include "passphrase.h"
#include "profiles.h"
#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#define GENERATE "generate"
#define NOTHING  "none"

enum { PROMPT_TIMEOUT = 300 /* seconds, for a person */ };

bool
passphrase_place_is_none (const PassphrasePlace *place)
{
  return place->chooses && strcmp (place->value, NOTHING) == 0;
}

bool
passphrase_place_is_generated (const PassphrasePlace *place)
{
  return place->chooses && strcmp (place->value, GENERATE) == 0;
}

/* The keyring files passphrases under profiles' names, and here is none. */
static bool
find_kind (const PassphrasePlace *place, PassphraseKind *kind, const char **argument)
{
  return passphrase_find_form (place->value, kind, argument) && *kind != PASSPHRASE_KEYRING &&
         (*argument == NULL || **argument != '\0');
}

bool
passphrase_place_check (const PassphrasePlace *place, GError **error)
{
  PassphraseKind kind;
  const char *argument;

  if (passphrase_place_is_none (place) || passphrase_place_is_generated (place) ||
      find_kind (place, &kind, &argument))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("%s: says none of the places that are known"), place->option);
  if (error == NULL)
    return false;
  if (place->chooses)
    error_add_hint (*error, _ ("write generate, prompt, file:PATH, env:NAME, fd:NUMBER or none, "
                               "never the passphrase itself"));
  else
    error_add_hint (*error, _ ("write prompt, file:PATH, env:NAME or fd:NUMBER, never the "
                               "passphrase itself"));
  return false;
}

static char *
resolve_path (const char *path, const Environment *environment)
{
  if (g_str_has_prefix (path, "~/") && environment->home != NULL)
    return g_build_filename (environment->home, path + 2, NULL);
  return g_canonicalize_filename (path, NULL);
}

static Secret *
ask_once (const PassphrasePlace *place, const char *question, GError **error)
{
  GError *reason = NULL;
  Secret *typed = prompt_passphrase (question, PROMPT_TIMEOUT, &reason);

  if (typed != NULL)
    return typed;
  error_add_hint (reason, _ ("%s names other places: file:PATH, env:NAME or fd:N"), place->option);
  g_propagate_error (error, reason);
  return NULL;
}

static Secret *
ask (const PassphrasePlace *place, const char *question, GError **error)
{
  g_autoptr (Secret) first = ask_once (place, question, error);
  g_autoptr (Secret) second = NULL;

  if (first == NULL || !place->chooses)
    return g_steal_pointer (&first);
  second = ask_once (place, _ ("Once more: "), error);
  if (second == NULL)
    return NULL;
  if (secret_equal (first, second))
    return g_steal_pointer (&first);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
               _ ("the two passphrases are not the same"));
  if (error != NULL)
    error_add_hint (*error, _ ("nothing was written: type the command again"));
  return NULL;
}

static Secret *
read_file (const char *argument, const Environment *environment, GError **error)
{
  g_autofree char *path = resolve_path (argument, environment);

  return fetch_passphrase_file (path, error);
}

static Secret *
fetch (const PassphrasePlace *place, const Environment *environment, const char *question,
       GError **error)
{
  PassphraseKind kind;
  const char *argument;

  find_kind (place, &kind, &argument);
  switch (kind)
    {
    case PASSPHRASE_PROMPT:
      return ask (place, question, error);
    case PASSPHRASE_FILE:
      return read_file (argument, environment, error);
    case PASSPHRASE_ENV:
      return passphrase_from_environment (argument, place->value, environment->inherited, error);
    case PASSPHRASE_FD:
      return passphrase_read (atoi (argument), place->value, error);
    case PASSPHRASE_NONE:
    case PASSPHRASE_KEYRING:
      break;
    }
  g_return_val_if_reached (NULL);
}

Secret *
passphrase_place_fetch (const PassphrasePlace *place, const Environment *environment,
                        const char *question, GError **error)
{
  if (!passphrase_place_check (place, error))
    return NULL;
  if (passphrase_place_is_generated (place))
    return key_make_passphrase (error);
  return fetch (place, environment, question, error);
}

char *
passphrase_place_setting (const PassphrasePlace *place, const Environment *environment)
{
  g_autofree char *path = NULL;
  g_autofree char *shown = NULL;
  PassphraseKind kind;
  const char *argument;

  if (!find_kind (place, &kind, &argument))
    return NULL;
  if (kind == PASSPHRASE_FD)
    return g_strdup ("prompt");
  if (kind != PASSPHRASE_FILE)
    return g_strdup (place->value);
  path = resolve_path (argument, environment);
  shown = profiles_short_path (environment, path);
  return g_strconcat ("file:", shown, NULL);
}
