/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "subject.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>
#include <sys/stat.h>

#define FILE_PREFIX "file:"
#define ENV_PREFIX  "env:"

static const struct {
  const char *prefix;
  SubjectKind kind;
} forms[] = {
  { FILE_PREFIX, SUBJECT_FILE },
  { ENV_PREFIX, SUBJECT_ENV },
  { SUBJECT_PROFILE_PREFIX, SUBJECT_PROFILE },
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

static char *
stamp_file (const char *path, const char *home)
{
  g_autofree char *below =
      path[0] == '~' && home != NULL ? g_strconcat (home, path + 1, NULL) : NULL;
  struct stat status;

  if (stat (below != NULL ? below : path, &status) != 0)
    return NULL;
  return g_strdup_printf ("%llx:%llx:%llx:%lld.%09ld:%lld.%09ld",
                          (unsigned long long) status.st_dev, (unsigned long long) status.st_ino,
                          (unsigned long long) status.st_size, (long long) status.st_mtim.tv_sec,
                          status.st_mtim.tv_nsec, (long long) status.st_ctim.tv_sec,
                          status.st_ctim.tv_nsec);
}

static char *
stamp_variable (const char *name, char **inherited)
{
  const char *value = g_environ_getenv (inherited, name);

  return value != NULL ? text_sha256 (value, strlen (value)) : NULL;
}

/* "STAMP SOURCE" */
char *
subject_basis (const char *source, const char *home, char **inherited)
{
  g_autofree char *stamp = NULL;

  if (g_str_has_prefix (source, FILE_PREFIX))
    stamp = stamp_file (source + strlen (FILE_PREFIX), home);
  else if (g_str_has_prefix (source, ENV_PREFIX))
    stamp = stamp_variable (source + strlen (ENV_PREFIX), inherited);
  return stamp != NULL ? g_strdup_printf ("%s %s", stamp, source) : NULL;
}

bool
subject_is_current (const Credential *credential, const Environment *environment)
{
  const char *space = credential->basis != NULL ? strchr (credential->basis, ' ') : NULL;
  g_autofree char *now = NULL;

  if (space == NULL)
    return credential->basis == NULL;
  now = subject_basis (space + 1, environment->home, environment->inherited);
  return g_strcmp0 (now, credential->basis) == 0;
}

static Secret *
find_other (const Profile *profile, const char *name, const ObtainOptions *options, char **basis,
            GError **error)
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

  if (options->depth >= SUBJECT_MAX_DEPTH)
    {
      profile_set_error (profile, SUBJECT_SETTING, error, "%s",
                         _ ("the profiles lead in a circle, or too far"));
      return NULL;
    }
  request->profile = g_strdup (name);
  credential = obtain_credential (request, &inner, error);
  if (credential == NULL || !check_kind (profile, credential, error))
    return NULL;
  *basis = g_steal_pointer (&credential->basis);
  return secret_ref (credential->secret);
}

bool
subject_find (const Profile *profile, const ObtainOptions *options, Secret **token, char **basis,
              GError **error)
{
  const Environment *environment = options->environment;
  const char *source = profile_get (profile, SUBJECT_SETTING);
  SubjectKind kind;
  const char *argument;

  *token = NULL;
  *basis = NULL;
  if (!subject_parse (profile, &kind, &argument, error))
    return false;
  if (kind == SUBJECT_ENV)
    {
      *token = find_variable (argument, source, environment->inherited, error);
      *basis = subject_basis (source, environment->home, environment->inherited);
    }
  else if (kind == SUBJECT_PROFILE)
    *token = find_other (profile, argument, options, basis, error);
  else
    return true;
  return *token != NULL;
}
