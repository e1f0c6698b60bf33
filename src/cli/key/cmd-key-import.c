/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "i18n.h"
#include "key-input.h"
#include "key-place.h"
#include "key-report.h"
#include "keyring-place.h"
#include "process.h"

#include <string.h>

typedef struct {
  KeyInputOptions input;
  char *to;
  char *name;
  char *collection;
  char *format;
  char *new_passphrase;
  gboolean json;
} ImportOptions;

static const Option import_options[] = {
  { "to", 0, OPTION_STRING, offsetof (ImportOptions, to), N_ ("NAME|PATH|keyring"),
    N_ ("the new key; a name means the user's own folder of keys, \"keyring\" the desktop's "
        "keyring") },
  { "name", 0, OPTION_STRING, offsetof (ImportOptions, name), N_ ("NAME"),
    N_ ("of the key in the keyring; what the file is called without it") },
  { "collection", 0, OPTION_STRING, offsetof (ImportOptions, collection), N_ ("NAME"),
    N_ ("another part of the keyring than the default one") },
  { "new-passphrase", 0, OPTION_STRING, offsetof (ImportOptions, new_passphrase), N_ ("PLACE"),
    N_ ("of the new file: generate (the default: a file beside the key gets it), prompt, "
        "file:PATH, env:NAME, fd:N or none") },
  { "format", 0, OPTION_STRING, offsetof (ImportOptions, format), N_ ("FORMAT"),
    N_ ("pkcs12 (the default) or pem") },
  KEY_INPUT_OPTIONS (ImportOptions),
  { "json", 0, OPTION_FLAG, offsetof (ImportOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const import_example[] = {
  "avouch key import vendor.jks --key-alias robot --to acme",
  N_ ("asks for the keystore's passphrase, and writes acme.p12 with a new one"),
  "avouch key import old.p12 --passphrase file:old.pass \\\n"
  "        --to ./new.pem --new-passphrase prompt",
  N_ ("writes encrypted PEM, and asks for its passphrase twice"),
  "avouch key import vendor.jks --to keyring --name acme",
  N_ ("puts the key into the desktop's keyring: key = keyring:acme"),
  NULL,
};

typedef struct {
  const Invocation *call;
  const ImportOptions *options;
  PassphrasePlace passphrase; /* the new one */
  KeyPlace place;
} Order;

static bool
refuse_uri (const char *file, GError **error)
{
  if (file == NULL || !key_is_uri (file))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("the key is in a token, which does not give it out"));
  if (error != NULL)
    error_add_hint (*error, _ ("a profile uses it where it is: key = pkcs11:…"));
  return false;
}

static bool
goes_to_keyring (const ImportOptions *options)
{
  return g_strcmp0 (options->to, KEYRING_PLACE) == 0;
}

static bool
check_keyring_options (const ImportOptions *options, GError **error)
{
  const char *why = NULL;

  if (!goes_to_keyring (options) && (options->name != NULL || options->collection != NULL))
    why = _ ("--name and --collection are for --to keyring");
  else if (goes_to_keyring (options) &&
           (options->format != NULL || options->new_passphrase != NULL))
    why = _ ("--format and --new-passphrase are for files: the keyring encrypts by itself");
  if (why != NULL)
    g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, why);
  return why == NULL;
}

static bool
read_order (Order *order, GError **error)
{
  const ImportOptions *options = order->options;

  if (options->to == NULL || key_is_uri (options->to))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   options->to == NULL ? _ ("key import: where to? Give --to NAME or --to PATH")
                                       : _ ("--to: keys are imported into files only"));
      return false;
    }
  return passphrase_place_check (&order->passphrase, error) &&
         key_place_choose (order->call->environment, options->to, options->format,
                           passphrase_place_is_none (&order->passphrase), &order->place, error) &&
         key_place_check (&order->place, passphrase_place_is_generated (&order->passphrase), error);
}

static bool
report (const Order *order, const Key *key, GError **error)
{
  const Environment *environment = order->call->environment;
  g_autofree char *setting = key_place_setting (&order->place, &order->passphrase, environment);
  g_autofree char *lead = g_strdup_printf (_ ("Imported from %s:"), order->call->arguments[0]);
  KeyReport told = {
    .key = key,
    .location = order->place.key,
    .format = key_place_format (&order->place),
    .passphrase = setting,
    .certificate = key_certificate (key) != NULL ? order->place.certificate : NULL,
    .now = process_now (),
  };

  return key_report_print (order->call, &told, lead, order->options->json, error);
}

static bool
import (Order *order, GError **error)
{
  const Environment *environment = order->call->environment;
  bool plain = passphrase_place_is_none (&order->passphrase);
  bool generated = passphrase_place_is_generated (&order->passphrase);
  g_autoptr (KeyInput) input = key_input_new (
      order->call, "avouch key import", order->call->arguments[0], &order->options->input, error);
  g_autoptr (Key) key = input != NULL ? key_input_open (input, error) : NULL;
  g_autoptr (Secret) passphrase = NULL;

  if (key == NULL)
    return false;
  if (!plain && (passphrase = key_place_passphrase (&order->place, &order->passphrase, environment,
                                                    error)) == NULL)
    return false;
  return key_place_write (&order->place, key, passphrase, generated, error) &&
         report (order, key, error);
}

/* "vendor.jks" is called "vendor". */
static char *
choose_name (const Order *order)
{
  const char *file = order->call->arguments[0];
  g_autofree char *base = file != NULL ? g_path_get_basename (file) : g_strdup ("");
  char *dot = strrchr (base, '.');

  if (order->options->name != NULL)
    return g_strdup (order->options->name);
  if (dot != NULL && dot != base)
    *dot = '\0';
  return g_steal_pointer (&base);
}

static bool
report_keyring (const Order *order, const Key *key, const KeyringPlace *place, GError **error)
{
  g_autofree char *lead = g_strdup_printf (_ ("Imported from %s:"), order->call->arguments[0]);
  const KeyReport told = {
    .key = key,
    .location = place->location,
    .format = "PEM",
    .certificate = key_certificate (key) != NULL ? place->certificate : NULL,
    .now = process_now (),
  };

  return key_report_print (order->call, &told, lead, order->options->json, error);
}

static bool
import_to_keyring (const Order *order, GError **error)
{
  const Invocation *call = order->call;
  const ImportOptions *options = order->options;
  g_autofree char *name = choose_name (order);
  g_auto (KeyringPlace) place = { 0 };
  g_autoptr (KeyInput) input = NULL;
  g_autoptr (Key) key = NULL;

  if (!keyring_place_choose (call->environment, name, NULL, options->collection, &place, error) ||
      !keyring_place_check (&place, error))
    return false;
  input = key_input_new (call, "avouch key import", call->arguments[0], &options->input, error);
  key = input != NULL ? key_input_open (input, error) : NULL;
  return key != NULL && keyring_place_write (&place, key, error) &&
         report_keyring (order, key, &place, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const ImportOptions *options = call->values;
  Order order = {
    .call = call,
    .options = options,
    .passphrase = { .option = "--new-passphrase",
                    .value = options->new_passphrase != NULL ? options->new_passphrase : "generate",
                    .chooses = true },
  };
  bool done;

  if (!refuse_uri (call->arguments[0], error) || !check_keyring_options (options, error))
    return false;
  if (goes_to_keyring (options))
    return import_to_keyring (&order, error);
  done = read_order (&order, error) && import (&order, error);
  key_place_clear (&order.place);
  return done;
}

const Command command_key_import = {
  .path = "avouch key import",
  .arguments = N_ ("FILE --to NAME|PATH|keyring"),
  .summary = N_ ("convert a key of any format to the one that avouch keeps"),
  .description = N_ (
      "Takes one key, with its certificate, out of a Java keystore, PKCS#12, PEM, DER or JWK and "
      "writes it to a file of its own, which is read back before it is put in place. FILE is "
      "not changed, no file is replaced. avouch can use most keys where they are: this is for "
      "a keystore of several keys, an old format, or another passphrase. In the keyring the key "
      "needs none: whoever unlocks the keyring unlocks it."),
  .example = import_example,
  .options = import_options,
  .values_size = sizeof (ImportOptions),
  .max_arguments = 1,
  .run = run,
};
