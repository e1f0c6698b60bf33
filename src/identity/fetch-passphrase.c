/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-passphrase.h"

#include "environment.h"
#include "error.h"
#include "i18n.h"
#include "keyring.h"
#include "passphrase.h"
#include "prompt.h"
#include "secret-path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTING     "passphrase"
#define KEY_SETTING "key-passphrase"

enum { PROMPT_TIMEOUT = 300 /* seconds, for a person */ };

typedef struct {
  PassphraseSource *source;
  const char *what;     /* "keystore" or "key" */
  const char *setting;  /* SETTING or KEY_SETTING */
  const char *argument; /* what stands after the colon; NULL without one */
} Wanted;

static Secret *
fail_file (const char *path, const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, "%s: %s", path, why);
  return NULL;
}

/* The rules of a key file: links are followed (a Kubernetes secret is one), but nobody else may
 * read it. */
static Secret *
read_open_file (int fd, const char *path, GError **error)
{
  g_autofree char *quoted = g_shell_quote (path);
  struct stat status;

  if (fstat (fd, &status) != 0)
    return fail_file (path, g_strerror (errno), error);
  if (!S_ISREG (status.st_mode))
    return fail_file (path, _ ("it is not a regular file"), error);
  if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0)
    {
      fail_file (path, _ ("every user of this machine may read or write it"), error);
      if (error != NULL)
        error_add_hint (*error, "chmod 600 %s", quoted);
      return NULL;
    }
  return passphrase_read (fd, path, error);
}

Secret *
fetch_passphrase_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  Secret *secret;

  if (fd < 0)
    return fail_file (path, g_strerror (errno), error);
  secret = read_open_file (fd, path, error);
  close (fd);
  return secret;
}

static Secret *
fetch_file (const Wanted *wanted, GError **error)
{
  g_autofree char *path =
      secret_path_resolve (wanted->source->profile, wanted->setting, wanted->argument,
                           wanted->source->environment, error);

  return path != NULL ? fetch_passphrase_file (path, error) : NULL;
}

static Secret *
fetch_prompt (const Wanted *wanted, GError **error)
{
  const char *name = profile_name (wanted->source->profile);
  g_autofree char *question =
      strcmp (wanted->what, "key") == 0
          ? g_strdup_printf (_ ("Passphrase of the key of profile %s: "), name)
      : strcmp (wanted->what, CLIENT_SECRET_SETTING) == 0
          ? g_strdup_printf (_ ("Client secret of profile %s: "), name)
          : g_strdup_printf (_ ("Passphrase of the keystore of profile %s: "), name);

  if (wanted->source->no_prompt)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE,
                   _ ("`%s = prompt` has to ask, and nobody may be asked here"), wanted->setting);
      if (error != NULL)
        error_add_hint (*error, _ ("set %s to keyring, file:PATH or env:NAME"), wanted->setting);
      return NULL;
    }
  int64_t asked_at = g_get_monotonic_time ();
  Secret *typed = prompt_passphrase (question, PROMPT_TIMEOUT, error);

  wanted->source->typed_in += g_get_monotonic_time () - asked_at;
  if (typed == NULL && error != NULL)
    error_add_hint (*error, _ ("set %s to keyring, file:PATH or env:NAME"), wanted->setting);
  return typed;
}

bool
fetch_may_interact (const PassphraseSource *source)
{
  return !source->no_prompt && getsid (0) != getpid () && environment_has_display ();
}

static Secret *
ask_keyring (const Wanted *wanted, int timeout, GError **error)
{
  return keyring_lookup_passphrase (profile_name (wanted->source->profile), wanted->what,
                                    fetch_may_interact (wanted->source), timeout, error);
}

static Secret *
fetch_keyring (const Wanted *wanted, GError **error)
{
  return ask_keyring (wanted, wanted->source->timeout, error);
}

/* The place behind it is of use only while there is time to log in; a person needs all of it. */
static int
patience_before_another (const PassphraseSource *source)
{
  return fetch_may_interact (source) || source->timeout < 2 ? source->timeout : source->timeout / 2;
}

static Secret *
fetch_nothing (const Wanted *wanted, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("`%s` gave nothing"),
               wanted->setting);
  if (error != NULL)
    error_add_hint (*error, _ ("set %s to keyring, file:PATH, env:NAME or prompt"),
                    wanted->setting);
  return NULL;
}

static Secret *(*const fetchers[]) (const Wanted *wanted, GError **error) = {
  [PASSPHRASE_NONE] = fetch_nothing,  [PASSPHRASE_KEYRING] = fetch_keyring,
  [PASSPHRASE_PROMPT] = fetch_prompt, [PASSPHRASE_FILE] = fetch_file,
  [PASSPHRASE_ENV] = fetch_nothing,   [PASSPHRASE_FD] = fetch_nothing,
};

bool
fetch_passphrase_is_configured (const Profile *profile)
{
  return profile_get (profile, SETTING) != NULL || profile_get (profile, KEY_SETTING) != NULL;
}

/* What this process or its caller had before; else from where it is. */
static Secret *
fetch_place (const Wanted *wanted, PassphraseKind kind, Secret *given, GError **error)
{
  return given != NULL ? secret_ref (given) : fetchers[kind](wanted, error);
}

/* Whoever has one configuration for several machines is told of both places. */
static void
join_errors (GError *first, GError *second, GError **error)
{
  g_autoptr (GError) of_keyring = first;
  g_autofree char *message = error_message (of_keyring);
  const char *hint = error_hint (of_keyring);

  error_add_prefix (second, message);
  if (hint != NULL && error_hint (second) == NULL)
    error_add_hint (second, "%s", hint);
  g_propagate_error (error, second);
}

static Secret *
fetch (const Wanted *wanted, PassphraseKind kind, Secret *given, GError **error)
{
  bool in_keyring = kind != PASSPHRASE_KEYRING &&
                    passphrase_asks_keyring (wanted->source->profile, wanted->setting);
  GError *first = NULL;
  GError *second = NULL;
  Secret *secret;

  if (!in_keyring)
    return fetch_place (wanted, kind, given, error);
  secret = ask_keyring (wanted, patience_before_another (wanted->source), &first);
  if (secret != NULL)
    return secret;
  secret = fetch_place (wanted, kind, given, &second);
  if (secret == NULL)
    join_errors (first, second, error);
  else
    g_error_free (first);
  return secret;
}

Secret *
fetch_client_secret (const PassphraseSource *source, GError **error)
{
  Wanted wanted = {
    .source = (PassphraseSource *) source,
    .what = "client-secret",
    .setting = CLIENT_SECRET_SETTING,
  };
  PassphraseKind kind;

  if (!passphrase_parse (source->profile, wanted.setting, &kind, &wanted.argument, error) ||
      kind == PASSPHRASE_NONE)
    return NULL;
  return fetch (&wanted, kind, source->client_secret, error);
}

Secret *
fetch_passphrase (const char *what, void *data, GError **error)
{
  PassphraseSource *source = data;
  bool of_key = strcmp (what, "key") == 0 && profile_get (source->profile, KEY_SETTING) != NULL;
  Secret **given = of_key ? &source->key_passphrase : &source->passphrase;
  Wanted wanted = {
    .source = source,
    .what = what,
    .setting = of_key ? KEY_SETTING : SETTING,
  };
  PassphraseKind kind;
  Secret *secret;

  if (!passphrase_parse (source->profile, wanted.setting, &kind, &wanted.argument, error))
    return NULL;
  secret = fetch (&wanted, kind, *given, error);
  if (secret != NULL && source->keep && *given == NULL)
    *given = secret_ref (secret);
  return secret;
}
