/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-input.h"

#include "error.h"
#include "i18n.h"
#include "passphrase-place.h"
#include "passphrase.h"
#include "profile-key.h"
#include "profiles.h"
#include "stored-secret.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct _KeyInput {
  const Environment *environment;
  const KeyInputOptions *options;
  KeySource source;
  char *location;
  char *name;
  Secret *passphrase; /* asked for before */
  Secret *key_passphrase;
  /* Of a profile. */
  Config *config;
  PassphraseSource profile_source;
};

void
key_input_free (KeyInput *input)
{
  g_clear_pointer (&input->passphrase, secret_unref);
  g_clear_pointer (&input->key_passphrase, secret_unref);
  g_clear_pointer (&input->profile_source.passphrase, secret_unref);
  g_clear_pointer (&input->profile_source.key_passphrase, secret_unref);
  g_clear_pointer (&input->config, config_free);
  g_free (input->location);
  g_free (input->name);
  g_free (input);
}

static char *
question_for (const KeyInput *input, bool of_key)
{
  if (key_is_uri (input->location))
    return g_strdup_printf (_ ("PIN for %s: "), input->name);
  return g_strdup_printf (of_key ? _ ("Passphrase of the key in %s: ") : _ ("Passphrase of %s: "),
                          input->name);
}

/* A KeyPassphrase; each is asked for once, however often the file is read. */
static Secret *
ask (const char *what, void *data, GError **error)
{
  KeyInput *input = data;
  bool own = input->source.own_passphrase && strcmp (what, "key") == 0;
  Secret **known = own ? &input->key_passphrase : &input->passphrase;
  const char *value = own ? input->options->key_passphrase : input->options->passphrase;
  PassphrasePlace place = {
    .option = own ? "--key-passphrase" : "--passphrase",
    .value = value != NULL ? value : "prompt",
  };
  g_autofree char *question = question_for (input, own);

  if (*known == NULL)
    *known = passphrase_place_fetch (&place, input->environment, question, error);
  return *known != NULL ? secret_ref (*known) : NULL;
}

static bool
check_places (const KeyInputOptions *options, GError **error)
{
  const PassphrasePlace places[] = {
    { .option = "--passphrase", .value = options->passphrase },
    { .option = "--key-passphrase", .value = options->key_passphrase },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i].value != NULL && !passphrase_place_check (&places[i], error))
      return false;
  return true;
}

/* "acme" is what key new calls a key; here it is the name of a file, and the key's is its path. */
static bool
refuse_name (const Environment *environment, const char *file, GError **error)
{
  static const char *const endings[] = { ".p12", ".pem" };
  g_autofree char *folder = profiles_folder (environment);

  for (size_t i = 0; folder != NULL && i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *base = g_strconcat (file, endings[i], NULL);
      g_autofree char *path = g_build_filename (folder, "keys", base, NULL);
      g_autoptr (GError) reason = NULL;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      g_set_error (&reason, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("cannot read the key: %s"),
                   g_strerror (ENOENT));
      error_add_prefix (reason, file);
      error_add_hint (reason, _ ("did you mean \"%s\"?"), path);
      g_propagate_error (error, g_steal_pointer (&reason));
      return false;
    }
  return true;
}

/* A KeyKeyring. */
static Secret *
find_stored (const char *name, void *data G_GNUC_UNUSED, GError **error)
{
  return stored_key_find (name, true, 0, error);
}

static bool
use_file (KeyInput *input, const char *file, GError **error)
{
  const KeyInputOptions *options = input->options;

  if (!check_places (options, error))
    return false;
  if (config_is_profile_name (file) && !g_file_test (file, G_FILE_TEST_EXISTS) &&
      !refuse_name (input->environment, file, error))
    return false;
  input->location = key_is_path (file) ? g_canonicalize_filename (file, NULL) : g_strdup (file);
  input->name = key_location_text (file);
  input->source = (KeySource){
    .location = input->location,
    .alias = options->key_alias,
    .passphrase = options->passphrase != NULL ? ask : NULL,
    .passphrase_data = input,
    .keyring = find_stored,
    .own_passphrase = options->key_passphrase != NULL,
  };
  return true;
}

static bool
use_profile (KeyInput *input, GError **error)
{
  const Environment *environment = input->environment;
  PassphraseSource *source = &input->profile_source;
  const Profile *profile;
  int64_t timeout = 0;

  input->config = profiles_load (environment, error);
  profile = input->config != NULL ? profiles_choose (input->config, input->options->profile, error)
                                  : NULL;
  if (profile == NULL || !profile_get_timeout (profile, &timeout, error) ||
      !passphrase_resolve (profile, "passphrase", environment->inherited, &source->passphrase,
                           error) ||
      !passphrase_resolve (profile, "key-passphrase", environment->inherited,
                           &source->key_passphrase, error))
    return false;
  source->profile = profile;
  source->environment = environment;
  source->timeout = (int) timeout;
  if (!profile_key_source (source, &input->source, &input->location, error))
    return false;
  if (input->options->key_alias != NULL)
    input->source.alias = input->options->key_alias;
  input->name = key_is_path (input->location) ? profiles_short_path (environment, input->location)
                                              : key_location_text (input->location);
  return true;
}

static bool
check_count (const char *command, const char *file, const KeyInputOptions *options, GError **error)
{
  const char *why = NULL;

  if (file == NULL && options->profile == NULL)
    why = _ ("which key? Give a file or --profile");
  else if (file != NULL && options->profile != NULL)
    why = _ ("give a file or --profile, not both");
  else if (options->profile != NULL &&
           (options->passphrase != NULL || options->key_passphrase != NULL))
    why = _ ("the profile says where its passphrase is: leave --passphrase out");
  if (why == NULL)
    return true;
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, why);
  if (error != NULL)
    error_add_hint (*error, _ ("\"%s --help\" shows how it is called"), command);
  return false;
}

KeyInput *
key_input_new (const Invocation *call, const char *command, const char *file,
               const KeyInputOptions *options, GError **error)
{
  g_autoptr (KeyInput) input = NULL;

  if (!check_count (command, file, options, error))
    return NULL;
  input = g_new0 (KeyInput, 1);
  input->environment = call->environment;
  input->options = options;
  if (!(file != NULL ? use_file (input, file, error) : use_profile (input, error)))
    return NULL;
  return g_steal_pointer (&input);
}

const char *
key_input_location (const KeyInput *input)
{
  return input->location;
}

const char *
key_input_name (const KeyInput *input)
{
  return input->name;
}

bool
key_input_is_definite (const KeyInput *input)
{
  return input->options->profile != NULL || input->options->key_alias != NULL ||
         input->source.passphrase != NULL;
}

/* Nobody named a place, and somebody sits there. */
static bool
may_ask (const KeyInput *input)
{
  return input->options->profile == NULL && input->source.passphrase == NULL &&
         (isatty (STDIN_FILENO) || isatty (STDERR_FILENO));
}

/* The settings of a profile are no help to somebody who named a file; what the keyring says is.
 * ERROR may be NULL. */
static void
mend_hint (const KeyInput *input, GError *error)
{
  if (input->options->profile == NULL && input->source.passphrase == NULL &&
      key_keyring_name (input->location) == NULL &&
      g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE))
    error_add_hint (error, _ ("say where it is by --passphrase: prompt, file:PATH, env:NAME or "
                              "fd:N"));
}

static void
mend_hints (const KeyInput *input, const Inspection *inspection)
{
  mend_hint (input, inspection->trouble);
  for (unsigned i = 0; i < inspection->keys->len; i++)
    {
      const InspectedKey *key = g_ptr_array_index (inspection->keys, i);

      mend_hint (input, key->trouble);
    }
}

Inspection *
key_input_inspect (KeyInput *input, GError **error)
{
  g_autoptr (Inspection) inspection = NULL;
  GError *reason = NULL;

  if (key_is_uri (input->location) && may_ask (input))
    input->source.passphrase = ask;
  inspection = key_inspect (&input->source, &reason);
  /* What a Java keystore tells to anybody is most of what there is to be told. */
  if (inspection != NULL && inspection_is_locked (inspection) && may_ask (input) &&
      !inspection_is_told (inspection))
    {
      g_clear_pointer (&inspection, inspection_free);
      input->source.passphrase = ask;
      inspection = key_inspect (&input->source, &reason);
    }
  if (inspection == NULL)
    {
      mend_hint (input, reason);
      g_propagate_error (error, reason);
      return NULL;
    }
  mend_hints (input, inspection);
  return g_steal_pointer (&inspection);
}

typedef void *(*Open) (const KeySource *source, GError **error);

static void *
open_key (const KeySource *source, GError **error)
{
  return key_load (source, error);
}

static void *
open_set (const KeySource *source, GError **error)
{
  return key_set_load (source, error);
}

static void *
open_with (KeyInput *input, Open open, GError **error)
{
  GError *reason = NULL;
  void *opened;

  if (key_is_uri (input->location) && may_ask (input))
    input->source.passphrase = ask;
  opened = open (&input->source, &reason);
  if (opened == NULL && g_error_matches (reason, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE) &&
      may_ask (input))
    {
      g_clear_error (&reason);
      input->source.passphrase = ask;
      opened = open (&input->source, &reason);
    }
  if (opened != NULL)
    return opened;
  mend_hint (input, reason);
  g_propagate_error (error, reason);
  return NULL;
}

Key *
key_input_open (KeyInput *input, GError **error)
{
  return open_with (input, open_key, error);
}

KeySet *
key_input_open_set (KeyInput *input, GError **error)
{
  return open_with (input, open_set, error);
}

void
key_input_allow_secrets (KeyInput *input)
{
  input->source.secrets = true;
}

const Profile *
key_input_profile (const KeyInput *input)
{
  return input->profile_source.profile;
}
