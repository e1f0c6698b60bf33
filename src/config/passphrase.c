/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "passphrase.h"

#include "error.h"
#include "i18n.h"
#include "secret-path.h"
#include "text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define KEYRING "keyring"
#define BLANKS  " \t"

enum { MAX_FD = 65535 };

static const struct {
  const char *form; /* one that ends with ':' takes an argument */
  PassphraseKind kind;
} forms[] = {
  { KEYRING, PASSPHRASE_KEYRING }, { "prompt", PASSPHRASE_PROMPT }, { "file:", PASSPHRASE_FILE },
  { "env:", PASSPHRASE_ENV },      { "fd:", PASSPHRASE_FD },
};

static bool
match_form (const char *value, size_t index, const char **argument)
{
  size_t length = strlen (forms[index].form);
  bool takes_argument = forms[index].form[length - 1] == ':';

  if (strncmp (value, forms[index].form, length) != 0 || (value[length] != '\0') != takes_argument)
    return false;
  *argument = takes_argument ? value + length : NULL;
  return true;
}

static bool
is_descriptor (const char *argument)
{
  int64_t number;

  return text_parse_int (argument, 0, MAX_FD, &number);
}

/* A relative path means another file in every folder. */
static bool
check_path (const Profile *profile, const char *key, const char *path, GError **error)
{
  if (secret_path_is_definite (path))
    return true;
  profile_set_error (profile, key, error,
                     _ ("the path after \"file:\" must begin with /, ~/ or %s"),
                     SECRET_PATH_CREDENTIALS);
  return false;
}

bool
passphrase_find_form (const char *value, PassphraseKind *kind, const char **argument)
{
  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    if (match_form (value, i, argument) &&
        (forms[i].kind != PASSPHRASE_FD || is_descriptor (*argument)))
      {
        *kind = forms[i].kind;
        return true;
      }
  return false;
}

/* What follows "keyring" and a blank in VALUE; NULL: it is another place, or that one alone. */
static const char *
find_fallback (const char *value)
{
  const char *rest = value + strlen (KEYRING);

  return g_str_has_prefix (value, KEYRING) && strchr (BLANKS, *rest) != NULL && *rest != '\0'
             ? rest + strspn (rest, BLANKS)
             : NULL;
}

bool
passphrase_asks_keyring (const Profile *profile, const char *key)
{
  const char *value = profile_get (profile, key);

  return value != NULL && (strcmp (value, KEYRING) == 0 || find_fallback (value) != NULL);
}

static bool
find_place (const char *value, PassphraseKind *kind, const char **argument)
{
  const char *fallback = find_fallback (value);

  if (fallback == NULL)
    return passphrase_find_form (value, kind, argument);
  return passphrase_find_form (fallback, kind, argument) && *kind != PASSPHRASE_KEYRING;
}

bool
passphrase_parse (const Profile *profile, const char *key, PassphraseKind *kind,
                  const char **argument, GError **error)
{
  const char *value = profile_get (profile, key);
  g_autoptr (GError) trouble = NULL;

  *kind = PASSPHRASE_NONE;
  *argument = NULL;
  if (value == NULL)
    return true;
  if (find_place (value, kind, argument))
    return *kind != PASSPHRASE_FILE || check_path (profile, key, *argument, error);
  profile_set_error (profile, key, &trouble, "%s", _ ("says none of the places that are known"));
  error_add_hint (trouble, "%s",
                  _ ("write keyring, prompt, file:PATH, env:NAME, fd:NUMBER, or keyring and one of "
                     "the others, never the passphrase itself"));
  g_propagate_error (error, g_steal_pointer (&trouble));
  return false;
}

static Secret *
fail (const char *what, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("no secret from %s: %s"), what,
               why);
  return NULL;
}

static Secret *
check (const char *bytes, size_t length, const char *what, GError **error)
{
  if (length == 0)
    return fail (what, _ ("it is empty"), error);
  if (length > PASSPHRASE_MAX_LENGTH)
    return fail (what, _ ("it is too long"), error);
  if (text_has_control (bytes, length))
    return fail (what, _ ("it holds a control character, or more than one line"), error);
  return secret_new (bytes, length);
}

Secret *
passphrase_take (const char *bytes, size_t length, const char *what, GError **error)
{
  if (length > 0 && bytes[length - 1] == '\n')
    length -= length > 1 && bytes[length - 2] == '\r' ? 2 : 1;
  return check (bytes, length, what, error);
}

bool
passphrase_fd_is_open (int fd, GError **error)
{
  if (fcntl (fd, F_GETFD) >= 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("that descriptor is not open"));
  if (error != NULL)
    error_add_hint (*error, _ ("a shell opens one for a command: … fd:%d %d<FILE"), fd, fd);
  return false;
}

Secret *
passphrase_read (int fd, const char *what, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (Secret) content = NULL;
  size_t length;

  if (!passphrase_fd_is_open (fd, &trouble))
    {
      error_add_prefix (trouble, what);
      g_propagate_error (error, g_steal_pointer (&trouble));
      return NULL;
    }
  content = secret_read_fd (fd, PASSPHRASE_MAX_LENGTH + strlen ("\r\n"), what, &trouble);
  if (content == NULL)
    {
      /* Says why, and already names WHAT. */
      trouble->code = AVOUCH_ERROR_PASSPHRASE;
      g_propagate_error (error, g_steal_pointer (&trouble));
      return NULL;
    }
  const char *bytes = secret_bytes (content, &length);
  return passphrase_take (bytes, length, what, error);
}

Secret *
passphrase_from_environment (const char *name, const char *what, char **inherited, GError **error)
{
  const char *value = g_environ_getenv (inherited, name);

  return value != NULL ? check (value, strlen (value), what, error)
                       : fail (what, _ ("the variable is not set"), error);
}

bool
passphrase_resolve (const Profile *profile, const char *key, char **inherited, Secret **secret,
                    GError **error)
{
  PassphraseKind kind;
  const char *argument;

  *secret = NULL;
  if (!passphrase_parse (profile, key, &kind, &argument, error))
    return false;
  if (kind != PASSPHRASE_ENV && kind != PASSPHRASE_FD)
    return true;
  const char *what = profile_get (profile, key);
  g_autoptr (GError) trouble = NULL;
  *secret = kind == PASSPHRASE_ENV
                ? passphrase_from_environment (argument, what, inherited, &trouble)
                : passphrase_read (atoi (argument), what, &trouble);
  if (*secret != NULL || passphrase_asks_keyring (profile, key))
    return true;
  g_propagate_error (error, g_steal_pointer (&trouble));
  return false;
}
