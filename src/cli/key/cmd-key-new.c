/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate.h"
#include "command.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-place.h"
#include "key-report.h"
#include "keyring-place.h"
#include "make.h"
#include "pkcs11-make.h"
#include "pkcs11-uri.h"
#include "process.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_TYPE "rsa-2048"

typedef struct {
  char *type;
  char *format;
  char *subject;
  char *days;
  char *passphrase;
  char *certificate;
  char *to;
  char *collection;
  gboolean json;
} NewOptions;

static const Option new_options[] = {
  { "type", 't', OPTION_STRING, offsetof (NewOptions, type), N_ ("TYPE"),
    N_ ("rsa-2048 (the default, and what Salesforce takes), rsa-3072, rsa-4096, p-256, p-384, "
        "p-521 or ed25519") },
  { "passphrase", 0, OPTION_STRING, offsetof (NewOptions, passphrase), N_ ("PLACE"),
    N_ ("generate (the default: a file beside the key gets it), prompt, file:PATH, env:NAME, "
        "fd:N or none; in a token: where its PIN is") },
  { "subject", 0, OPTION_STRING, offsetof (NewOptions, subject), N_ ("NAME"),
    N_ ("of the certificate: a name, or CN=…,O=…; the key's name without it") },
  { "days", 0, OPTION_STRING, offsetof (NewOptions, days), N_ ("DAYS"),
    N_ ("how long the certificate is good: 730 without it") },
  { "format", 0, OPTION_STRING, offsetof (NewOptions, format), N_ ("FORMAT"),
    N_ ("pkcs12 (the default) or pem") },
  { "certificate", 0, OPTION_STRING, offsetof (NewOptions, certificate), N_ ("FILE"),
    N_ ("another file for the certificate than the one beside the key") },
  { "to", 0, OPTION_STRING, offsetof (NewOptions, to), N_ ("PLACE"),
    N_ ("keyring: into the desktop's keyring, and no file but the certificate's") },
  { "collection", 0, OPTION_STRING, offsetof (NewOptions, collection), N_ ("NAME"),
    N_ ("another part of the keyring than the default one") },
  { "json", 0, OPTION_FLAG, offsetof (NewOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const new_example[] = {
  "avouch key new acme",
  N_ ("makes ~/.config/avouch/keys/acme.p12, its passphrase, and acme.crt for the issuer's "
      "console"),
  "avouch key new ./robot.pem --type p-256 --passphrase prompt \\\n"
  "        --subject CN=robot,O=Acme",
  N_ ("makes an encrypted PEM file here, and robot.crt"),
  "avouch key new 'pkcs11:token=hsm;object=acme'",
  N_ ("makes the key in a token, which asks for its PIN and never gives the key out"),
  "avouch key new acme --to keyring",
  N_ ("keeps the key in the desktop's keyring: key = keyring:acme"),
  NULL,
};

/* All that was asked for, checked. */
typedef struct {
  const Invocation *call;
  const NewOptions *options;
  const char *target;
  const KeyType *type;
  char *subject;
  unsigned days;
  int64_t now;
  PassphrasePlace passphrase;
} Order;

static void
order_clear (Order *order)
{
  g_free (order->subject);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Order, order_clear)

static bool
read_type (Order *order, GError **error)
{
  const char *name = order->options->type != NULL ? order->options->type : DEFAULT_TYPE;
  g_autofree char *known = key_type_list ();

  order->type = key_type_find (name);
  if (order->type != NULL)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--type: there is no such type of key"));
  if (error != NULL)
    error_add_hint (*error, _ ("the types are %s"), known);
  return false;
}

static bool
read_subject (Order *order, const char *name, GError **error)
{
  const char *subject = order->options->subject != NULL ? order->options->subject : name;

  order->subject = g_strdup (subject);
  return certificate_check_subject (subject, error);
}

static bool
read_order (Order *order, GError **error)
{
  order->now = process_now ();
  return read_type (order, error) && key_days_parse (order->options->days, &order->days, error) &&
         passphrase_place_check (&order->passphrase, error);
}

/* NULL: none was named. The caller owns it. */
static char *
certificate_path (const Order *order)
{
  const char *named = order->options->certificate;

  return named != NULL ? g_canonicalize_filename (named, NULL) : NULL;
}

static Key *
make_with_certificate (const Order *order, GError **error)
{
  g_autoptr (Key) key = NULL;
  g_auto (gnutls_x509_crt_t) certificate = NULL;

  if (order->call->verbose > 0)
    fprintf (stderr, _ ("making a key of type %s\n"), order->type->name);
  key = key_make (order->type, error);
  if (key == NULL)
    return NULL;
  certificate = certificate_make (key, order->subject, order->days, order->now, error);
  if (certificate == NULL)
    return NULL;
  key_set_certificate (key, g_steal_pointer (&certificate));
  return g_steal_pointer (&key);
}

static bool
report (const Order *order, const Key *key, const KeyPlace *place, GError **error)
{
  g_autofree char *setting =
      key_place_setting (place, &order->passphrase, order->call->environment);
  KeyReport told = {
    .key = key,
    .location = place->key,
    .format = key_place_format (place),
    .passphrase = setting,
    .certificate = place->certificate,
    .now = order->now,
  };

  return key_report_print (order->call, &told, _ ("Made a key, and a certificate for it:"),
                           order->options->json, error);
}

static bool
make_file (Order *order, GError **error)
{
  const Environment *environment = order->call->environment;
  bool plain = passphrase_place_is_none (&order->passphrase);
  bool generated = passphrase_place_is_generated (&order->passphrase);
  g_auto (KeyPlace) place = { 0 };
  g_autoptr (Secret) passphrase = NULL;
  g_autoptr (Key) key = NULL;

  if (!key_place_choose (environment, order->target, order->options->format, plain, &place,
                         error) ||
      !read_subject (order, place.name, error))
    return false;
  if (order->options->certificate != NULL)
    {
      g_free (place.certificate);
      place.certificate = certificate_path (order);
    }
  if (!key_place_check (&place, generated, error))
    return false;
  if (!plain &&
      (passphrase = key_place_passphrase (&place, &order->passphrase, environment, error)) == NULL)
    return false;
  key = make_with_certificate (order, error);
  return key != NULL && key_place_write (&place, key, passphrase, generated, error) &&
         report (order, key, &place, error);
}

/* KeySource's callback: the token asks for its PIN. */
static Secret *
ask_pin (const char *what G_GNUC_UNUSED, void *data, GError **error)
{
  const Order *order = data;
  g_autofree char *name = key_location_text (order->target);
  g_autofree char *question = g_strdup_printf (_ ("PIN for %s: "), name);

  return passphrase_place_fetch (&order->passphrase, order->call->environment, question, error);
}

static bool
write_token_certificate (const Key *key, const char *path, GError **error)
{
  g_autoptr (Secret) content =
      certificate_encode (key_certificate (key), GNUTLS_X509_FMT_PEM, error);
  GError *reason = NULL;

  if (content == NULL)
    return false;
  if (key_certificate_write (path, content, &reason))
    return true;
  error_add_hint (reason, _ ("the key is made; \"avouch key certificate\" writes its certificate"));
  g_propagate_error (error, reason);
  return false;
}

static bool
make_in_token (Order *order, GError **error)
{
  const NewOptions *options = order->options;
  g_autofree char *path = certificate_path (order);
  g_autofree char *setting =
      passphrase_place_setting (&order->passphrase, order->call->environment);
  KeySource source = { .location = order->target, .passphrase = ask_pin, .passphrase_data = order };
  Pkcs11Recipe recipe = { order->type, NULL, order->days, order->now };
  g_autofree char *label = NULL;
  g_autoptr (Key) key = NULL;
  KeyReport told;

  if (options->format != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--format: a token has its own"));
      return false;
    }
  label = pkcs11_uri_label (order->target);
  if (!read_subject (order, label != NULL ? label : "avouch", error) ||
      (path != NULL && !key_certificate_check (path, error)))
    return false;
  recipe.subject = order->subject;
  key = pkcs11_make (&source, &recipe, error);
  if (key == NULL || (path != NULL && !write_token_certificate (key, path, error)))
    return false;
  told = (KeyReport){ key, order->target, "PKCS#11", setting, path, order->now };
  return key_report_print (order->call, &told, _ ("Made a key, and a certificate for it:"),
                           options->json, error);
}

static bool
check_keyring_options (const NewOptions *options, bool in_token, GError **error)
{
  const char *why = NULL;

  if (options->to == NULL && options->collection != NULL)
    why = _ ("--collection is for --to keyring");
  else if (options->to != NULL && (in_token || strcmp (options->to, KEYRING_PLACE) != 0))
    why = _ ("--to knows the keyring only: a file or a token is named without it");
  else if (options->to != NULL && (options->format != NULL || options->passphrase != NULL))
    why = _ ("--format and --passphrase are for files: the keyring encrypts by itself");
  if (why != NULL)
    g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, why);
  return why == NULL;
}

static bool
make_in_keyring (Order *order, GError **error)
{
  const NewOptions *options = order->options;
  g_auto (KeyringPlace) place = { 0 };
  g_autoptr (Key) key = NULL;
  KeyReport told;

  if (!keyring_place_choose (order->call->environment, order->target, options->certificate,
                             options->collection, &place, error) ||
      !read_subject (order, place.name, error) || !keyring_place_check (&place, error))
    return false;
  key = make_with_certificate (order, error);
  if (key == NULL || !keyring_place_write (&place, key, error))
    return false;
  told = (KeyReport){ key, place.location, "PEM", NULL, place.certificate, order->now };
  return key_report_print (order->call, &told, _ ("Made a key, and a certificate for it:"),
                           options->json, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const NewOptions *options = call->values;
  const char *target = call->arguments[0];
  bool in_token = target != NULL && key_is_uri (target);
  const char *usual = in_token ? "prompt" : "generate";
  g_auto (Order) order = {
    .call = call,
    .options = options,
    .target = target,
    .passphrase = { .option = "--passphrase",
                    .value = options->passphrase != NULL ? options->passphrase : usual,
                    .chooses = !in_token },
  };

  if (target == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("key new: what is the new key's name?"));
      if (error != NULL)
        error_add_hint (*error, "avouch key new acme");
      return false;
    }
  if (!check_keyring_options (options, in_token, error) || !read_order (&order, error))
    return false;
  if (options->to != NULL)
    return make_in_keyring (&order, error);
  return in_token ? make_in_token (&order, error) : make_file (&order, error);
}

const Command command_key_new = {
  .path = "avouch key new",
  .arguments = N_ ("NAME | PATH | PKCS11-URI"),
  .summary = N_ ("make a key, and a certificate for the issuer"),
  .description = N_ (
      "A name means the user's own folder of keys; what has a \"/\" or ends in .p12, .pfx, .pem "
      "or .key is a path. The key's file is for its owner alone (0600). Replaces no file, and "
      "leaves nothing behind if it fails.\nPKCS#12 holds the key and its certificate in one "
      "file that keytool and openssl open. The certificate is self-signed: it tells the issuer "
      "the public key, and nothing depends on who signed it."),
  .example = new_example,
  .options = new_options,
  .values_size = sizeof (NewOptions),
  .max_arguments = 1,
  .run = run,
};
