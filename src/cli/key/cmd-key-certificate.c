/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-input.h"
#include "key-place.h"
#include "output.h"
#include "pkcs11-uri.h"
#include "process.h"
#include "profiles.h"

#include <string.h>
#include <unistd.h>

typedef struct {
  KeyInputOptions input;
  char *output;
  char *subject;
  char *days;
  gboolean fresh;
  gboolean der;
} CertificateOptions;

static const Option certificate_options[] = {
  KEY_INPUT_PROFILE (CertificateOptions),
  { "output", 'o', OPTION_STRING, offsetof (CertificateOptions, output), N_ ("FILE"),
    N_ ("a new file for it, instead of standard output") },
  { "der", 0, OPTION_FLAG, offsetof (CertificateOptions, der), NULL,
    N_ ("in DER; PEM, which issuers' consoles take, without it") },
  { "new", 0, OPTION_FLAG, offsetof (CertificateOptions, fresh), NULL,
    N_ ("make a new one for the same key; what holds the key is not changed") },
  { "subject", 0, OPTION_STRING, offsetof (CertificateOptions, subject), N_ ("NAME"),
    N_ ("of a new certificate: a name, or CN=…,O=…; that of the old one without it") },
  { "days", 0, OPTION_STRING, offsetof (CertificateOptions, days), N_ ("DAYS"),
    N_ ("how long a new certificate is good: 730 without it") },
  KEY_INPUT_OPTIONS (CertificateOptions),
  { 0 },
};

static const char *const certificate_example[] = {
  "avouch key certificate --profile acme --output acme.crt",
  N_ ("the file that the issuer's console takes"),
  "avouch key certificate acme.pem --new --days 365 --output acme.crt",
  N_ ("a certificate for a key that has none, or whose certificate has expired"),
  NULL,
};

static bool
fail_without (const char *name, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("%s: there is no certificate in it"),
               name);
  if (error != NULL)
    error_add_hint (*error, _ ("--new makes one for the key"));
  return false;
}

/* Of the key that is meant, or the only one of a file that has no key. Borrowed. */
static gnutls_x509_crt_t
choose (const Inspection *inspection)
{
  const InspectedKey *key = inspection_chosen (inspection);
  const InspectedCertificate *first =
      inspection->certificates->len > 0 ? g_ptr_array_index (inspection->certificates, 0) : NULL;

  if (inspection->keys->len > 0)
    return key != NULL ? key->certificate : NULL;
  return first != NULL ? first->certificate : NULL;
}

/* Why there is none to be had. */
static const GError *
find_trouble (const Inspection *inspection)
{
  const InspectedKey *key = inspection_chosen (inspection);

  if (inspection->trouble != NULL)
    return inspection->trouble;
  return key != NULL && key->certificate == NULL ? key->trouble : NULL;
}

static Secret *
export_certificate (KeyInput *input, gnutls_x509_crt_fmt_t format, GError **error)
{
  g_autoptr (Inspection) inspection = key_input_inspect (input, error);
  gnutls_x509_crt_t certificate;

  if (inspection == NULL)
    return NULL;
  certificate = choose (inspection);
  if (certificate != NULL)
    return certificate_encode (certificate, format, error);
  if (find_trouble (inspection) == NULL)
    fail_without (key_input_name (input), error);
  else
    g_propagate_error (error, g_error_copy (find_trouble (inspection)));
  return NULL;
}

/* As typed, else as before, else what the file is called. */
static char *
choose_subject (const CertificateOptions *options, const KeyInput *input, const Key *key)
{
  const char *location = key_input_location (input);
  g_autofree char *base = NULL;
  char *dot;

  if (options->subject != NULL)
    return g_strdup (options->subject);
  if (key_certificate (key) != NULL)
    return certificate_subject (key_certificate (key));
  if (key_keyring_name (location) != NULL)
    return g_strdup (key_keyring_name (location));
  base = key_is_uri (location) ? pkcs11_uri_label (location) : g_path_get_basename (location);
  if (base == NULL)
    return g_strdup ("avouch");
  dot = strrchr (base, '.');
  if (dot != NULL && dot != base && !key_is_uri (location))
    *dot = '\0';
  return g_steal_pointer (&base);
}

static Secret *
make_certificate (const CertificateOptions *options, KeyInput *input, gnutls_x509_crt_fmt_t format,
                  GError **error)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  g_autoptr (Key) key = NULL;
  g_autofree char *subject = NULL;
  unsigned days;

  if (!key_days_parse (options->days, &days, error) ||
      (options->subject != NULL && !certificate_check_subject (options->subject, error)))
    return NULL;
  key = key_input_open (input, error);
  if (key == NULL)
    return NULL;
  subject = choose_subject (options, input, key);
  certificate = certificate_make (key, subject, days, process_now (), error);
  return certificate != NULL ? certificate_encode (certificate, format, error) : NULL;
}

static bool
check_options (const CertificateOptions *options, GError **error)
{
  const char *why = NULL;

  if (!options->fresh && (options->days != NULL || options->subject != NULL))
    why = _ ("--days and --subject are of a new certificate: add --new");
  else if (options->der && options->output == NULL && isatty (STDOUT_FILENO))
    why = _ ("DER is not for a terminal: add --output FILE");
  if (why != NULL)
    g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, why);
  return why == NULL;
}

static bool
deliver (const Invocation *call, const Secret *content, GError **error)
{
  const CertificateOptions *options = call->values;
  g_autofree char *path = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *line = NULL;

  if (options->output == NULL)
    return secret_write_fd (content, STDOUT_FILENO, _ ("standard output"), error);
  path = g_canonicalize_filename (options->output, NULL);
  if (!key_certificate_write (path, content, error))
    return false;
  shown = profiles_short_path (call->environment, path);
  line = g_strdup_printf (_ ("written: %s\n"), shown);
  return call->quiet || output_text (line, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const CertificateOptions *options = call->values;
  gnutls_x509_crt_fmt_t format = options->der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM;
  g_autoptr (KeyInput) input = NULL;
  g_autoptr (Secret) content = NULL;

  if (!check_options (options, error))
    return false;
  input =
      key_input_new (call, "avouch key certificate", call->arguments[0], &options->input, error);
  if (input == NULL)
    return false;
  content = options->fresh ? make_certificate (options, input, format, error)
                           : export_certificate (input, format, error);
  return content != NULL && deliver (call, content, error);
}

const Command command_key_certificate = {
  .path = "avouch key certificate",
  .arguments = N_ ("FILE | PKCS11-URI | --profile PROFILE"),
  .summary = N_ ("print a key's certificate, or make a new one for it"),
  .description = N_ (
      "Prints the certificate that lies beside the key, in the form that issuers' consoles take. "
      "A key outlives its certificate: --new signs another one by the same key, to be uploaded "
      "in place of the old."),
  .example = certificate_example,
  .options = certificate_options,
  .values_size = sizeof (CertificateOptions),
  .max_arguments = 1,
  .run = run,
};
