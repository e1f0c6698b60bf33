/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "subject.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

enum { MAX_DEPTH = 4 /* profiles that lead to each other; more is a circle, or a mistake */ };

static const struct {
  const char *prefix;
  SubjectKind kind;
} forms[] = {
  { "file:", SUBJECT_FILE },
  { "env:", SUBJECT_ENV },
  { "profile:", SUBJECT_PROFILE },
};

static bool
refuse (const Profile *profile, const char *why, GError **error)
{
  g_autoptr (GError) reason = NULL;

  profile_set_error (profile, SUBJECT_SETTING, &reason, "%s", why);
  error_add_hint (reason, "%s",
                  _ ("write file:PATH, env:NAME or profile:NAME, never the token itself"));
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

bool
subject_parse (const Profile *profile, SubjectKind *kind, const char **argument, GError **error)
{
  const char *value = profile_get (profile, SUBJECT_SETTING);

  *kind = SUBJECT_NONE;
  *argument = NULL;
  if (value == NULL)
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_str_has_prefix (value, forms[i].prefix) && value[strlen (forms[i].prefix)] != '\0')
      {
        *kind = forms[i].kind;
        *argument = value + strlen (forms[i].prefix);
      }
  if (*kind == SUBJECT_NONE)
    return refuse (profile, _ ("says none of the places that are known"), error);
  if (*kind == SUBJECT_FILE && (*argument)[0] != '/' && !g_str_has_prefix (*argument, "~/"))
    return refuse (profile, _ ("a path must begin with \"/\" or \"~/\""), error);
  return true;
}

static Secret *
fail (const char *what, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("no token from %s: %s"), what, why);
  return NULL;
}

Secret *
subject_take (const Secret *bytes, const char *what, GError **error)
{
  size_t length;
  const char *text = secret_bytes (bytes, &length);

  if (length > 0 && text[length - 1] == '\n')
    length -= length > 1 && text[length - 2] == '\r' ? 2 : 1;
  if (length == 0)
    return fail (what, _ ("it is empty"), error);
  if (length > SUBJECT_MAX_LENGTH)
    return fail (what, _ ("it is too long"), error);
  if (text_has_control (text, length))
    return fail (what, _ ("it holds a control character, or more than one line"), error);
  return secret_new (text, length);
}

static Secret *
find_variable (const char *name, const char *what, char **inherited, GError **error)
{
  const char *value = g_environ_getenv (inherited, name);
  g_autoptr (Secret) bytes = value != NULL ? secret_new (value, strlen (value)) : NULL;

  return bytes != NULL ? subject_take (bytes, what, error)
                       : fail (what, _ ("the variable is not set"), error);
}

/* A key that signs requests is never sent itself. */
static bool
check_kind (const Profile *profile, const Credential *credential, GError **error)
{
  if (credential->kind != CREDENTIAL_AWS)
    return true;
  profile_set_error (profile, SUBJECT_SETTING, error,
                     _ ("what [%s] gives is a secret key, and no token"), credential->profile);
  return false;
}

static Secret *
find_other (const Profile *profile, const char *name, const ObtainOptions *options, GError **error)
{
  g_autoptr (Request) request = request_new ();
  g_autoptr (Credential) credential = NULL;
  const ObtainOptions inner = {
    .environment = options->environment,
    .verbose = options->verbose,
    .timeout = options->timeout,
    .stays = options->stays,
    .no_prompt = options->no_prompt,
    .cached = options->cached,
    .depth = options->depth + 1,
  };

  if (options->depth >= MAX_DEPTH)
    {
      profile_set_error (profile, SUBJECT_SETTING, error, "%s",
                         _ ("the profiles lead in a circle, or too far"));
      return NULL;
    }
  request->profile = g_strdup (name);
  credential = obtain_credential (request, &inner, error);
  return credential != NULL && check_kind (profile, credential, error)
             ? secret_ref (credential->secret)
             : NULL;
}

bool
subject_find (const Profile *profile, const ObtainOptions *options, Secret **token, GError **error)
{
  SubjectKind kind;
  const char *argument;

  *token = NULL;
  if (!subject_parse (profile, &kind, &argument, error))
    return false;
  if (kind == SUBJECT_ENV)
    *token = find_variable (argument, profile_get (profile, SUBJECT_SETTING),
                            options->environment->inherited, error);
  else if (kind == SUBJECT_PROFILE)
    *token = find_other (profile, argument, options, error);
  else
    return true;
  return *token != NULL;
}
