/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "output.h"
#include "passphrase-place.h"
#include "passphrase.h"
#include "profile-key.h"
#include "profiles.h"
#include "stored-secret.h"

#include <string.h>

typedef struct {
  char *passphrase;
  char *key_passphrase;
} PassphraseOptions;

static const Option passphrase_options[] = {
  { "passphrase", 0, OPTION_STRING, offsetof (PassphraseOptions, passphrase), N_ ("PLACE"),
    N_ ("where it is now: prompt (the default), file:PATH, env:NAME or fd:N") },
  { "key-passphrase", 0, OPTION_STRING, offsetof (PassphraseOptions, key_passphrase), N_ ("PLACE"),
    N_ ("the same for the key itself, where it has its own") },
  { 0 },
};

static const char *const passphrase_example[] = {
  "avouch key passphrase acme",
  N_ ("asks for the passphrase of acme's key, tries it, and puts it into the keyring"),
  "avouch key passphrase acme \\\n"
  "        --passphrase file:~/.config/avouch/keys/acme.passphrase",
  N_ ("takes over what \"avouch key new acme\" has written beside the key"),
  NULL,
};

/* "keystore" and "key": what the container asked for. */
enum { MAX_PURPOSES = 2 };

typedef struct {
  const Invocation *call;
  const PassphraseOptions *options;
  const Profile *profile;
  bool own; /* the key's is not that of its store */
  const char *purposes[MAX_PURPOSES];
  Secret *given[MAX_PURPOSES];
  size_t count;
} Taking;

static void
taking_clear (Taking *taking)
{
  for (size_t i = 0; i < taking->count; i++)
    secret_unref (taking->given[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taking, taking_clear)

static Secret *
find_given (const Taking *taking, const char *purpose)
{
  for (size_t i = 0; i < taking->count; i++)
    if (strcmp (taking->purposes[i], purpose) == 0 || !taking->own)
      return taking->given[i];
  return NULL;
}

static Secret *
fetch (const Taking *taking, const char *purpose, GError **error)
{
  bool own = taking->own && strcmp (purpose, "key") == 0;
  const char *value = own ? taking->options->key_passphrase : taking->options->passphrase;
  const PassphrasePlace place = {
    .option = own ? "--key-passphrase" : "--passphrase",
    .value = value != NULL ? value : "prompt",
  };
  g_autofree char *question =
      g_strdup_printf (own ? _ ("Passphrase of the key of profile %s: ")
                           : _ ("Passphrase of the keystore of profile %s: "),
                       profile_name (taking->profile));

  return passphrase_place_fetch (&place, taking->call->environment, question, error);
}

/* A KeyPassphrase: what is asked for is what will be looked for. */
static Secret *
give (const char *what, void *data, GError **error)
{
  Taking *taking = data;
  const char *purpose = strcmp (what, "key") == 0 ? "key" : "keystore";
  Secret *known = find_given (taking, purpose);
  Secret *secret = known != NULL ? secret_ref (known) : fetch (taking, purpose, error);

  if (secret == NULL)
    return NULL;
  for (size_t i = 0; i < taking->count; i++)
    if (strcmp (taking->purposes[i], purpose) == 0)
      return secret;
  taking->purposes[taking->count] = purpose;
  taking->given[taking->count++] = secret_ref (secret);
  return secret;
}

/* A wrong passphrase is found here, and not by the first login. */
static bool
try_key (Taking *taking, GError **error)
{
  PassphraseSource source = {
    .profile = taking->profile,
    .environment = taking->call->environment,
  };
  g_autofree char *path = NULL;
  g_autoptr (Key) key = NULL;
  KeySource from;

  if (!profile_key_source (&source, &from, &path, error))
    return false;
  taking->own = from.own_passphrase;
  from.passphrase = give;
  from.passphrase_data = taking;
  key = key_load (&from, error);
  if (key == NULL)
    return false;
  if (taking->count > 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s: its key needs no passphrase"),
               profile_name (taking->profile));
  return false;
}

static bool
keep (const Taking *taking, GError **error)
{
  const char *collection = profile_get (taking->profile, "keyring-collection");

  for (size_t i = 0; i < taking->count; i++)
    if (!stored_passphrase_keep (profile_name (taking->profile), taking->purposes[i],
                                 taking->given[i], collection, error))
      return false;
  return true;
}

static void
add_setting (GString *text, const Taking *taking, const char *setting)
{
  if (!passphrase_asks_keyring (taking->profile, setting))
    g_string_append_printf (text, "  %s = keyring\n", setting);
}

static bool
report (const Taking *taking, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  size_t lead;

  if (taking->call->quiet)
    return true;
  g_string_append_printf (text, _ ("%s: the passphrase is in the keyring\n"),
                          profile_name (taking->profile));
  g_string_append (text, _ ("\nFor the profile:\n"));
  lead = text->len;
  add_setting (text, taking, "passphrase");
  if (taking->own)
    add_setting (text, taking, "key-passphrase");
  if (text->len == lead)
    g_string_truncate (text, strchr (text->str, '\n') + 1 - text->str);
  return output_text (text->str, error);
}

static bool
run (const Invocation *call, GError **error)
{
  g_autoptr (Config) config = profiles_load (call->environment, error);
  g_auto (Taking) taking = { .call = call, .options = call->values };

  if (config == NULL)
    return false;
  taking.profile = profiles_choose (config, call->arguments[0], error);
  return taking.profile != NULL && try_key (&taking, error) && keep (&taking, error) &&
         report (&taking, error);
}

const Command command_key_passphrase = {
  .path = "avouch key passphrase",
  .arguments = N_ ("[PROFILE]"),
  .summary = N_ ("put the passphrase of a profile's key into the desktop's keyring"),
  .description =
      N_ ("Opens the key of the profile with the passphrase, and keeps that only if it is the "
          "right one. The profile then says: passphrase = keyring. Or the PIN, where the key is in "
          "a PKCS#11 token."),
  .example = passphrase_example,
  .options = passphrase_options,
  .values_size = sizeof (PassphraseOptions),
  .max_arguments = 1,
  .run = run,
};
