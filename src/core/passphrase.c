/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "passphrase.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_FD = 65535 };

static const struct {
  const char *form; /* one that ends with ':' takes an argument */
  PassphraseKind kind;
} forms[] = {
  { "keyring", PASSPHRASE_KEYRING }, { "prompt", PASSPHRASE_PROMPT }, { "file:", PASSPHRASE_FILE },
  { "env:", PASSPHRASE_ENV },        { "fd:", PASSPHRASE_FD },
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
  if (path[0] == '/' || strncmp (path, "~/", 2) == 0)
    return true;
  profile_set_error (profile, key, error, _ ("the path after \"file:\" must begin with / or ~/"));
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
  if (passphrase_find_form (value, kind, argument))
    return *kind != PASSPHRASE_FILE || check_path (profile, key, *argument, error);
  profile_set_error (profile, key, &trouble, "%s", _ ("says none of the places that are known"));
  error_add_hint (trouble, "%s",
                  _ ("write keyring, prompt, file:PATH, env:NAME or fd:NUMBER, "
                     "never the passphrase itself"));
  g_propagate_error (error, g_steal_pointer (&trouble));
  return false;
}

static Secret *
fail (const char *what, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("no passphrase from %s: %s"), what,
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

Secret *
passphrase_read (int fd, const char *what, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (Secret) content =
      secret_read_fd (fd, PASSPHRASE_MAX_LENGTH + strlen ("\r\n"), what, &trouble);
  size_t length;

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
  *secret = kind == PASSPHRASE_ENV ? passphrase_from_environment (argument, what, inherited, error)
                                   : passphrase_read (atoi (argument), what, error);
  return *secret != NULL;
}
