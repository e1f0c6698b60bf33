/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "algorithm.h"
#include "base64url.h"
#include "discovery.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "jwk-public.h"
#include "key-input.h"
#include "output.h"
#include "text.h"
#include "writer.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SHA256_SIZE = 32 };

typedef struct {
  KeyInputOptions input;
  char *algorithm;
  char *use;
  char *discovery;
  char *issuer;
  gboolean set;
  gboolean thumbprint;
  gboolean keep;
  gboolean force;
} JwkOptions;

static const Option jwk_options[] = {
  KEY_INPUT_PROFILE (JwkOptions),
  { "set", 0, OPTION_FLAG, offsetof (JwkOptions, set), NULL,
    N_ ("as a JWK set, which issuers fetch from a URL") },
  { "alg", 0, OPTION_STRING, offsetof (JwkOptions, algorithm), N_ ("NAME"),
    N_ ("say that the key is for this algorithm: RS256, ES256, …") },
  { "use", 0, OPTION_STRING, offsetof (JwkOptions, use), N_ ("USE"),
    N_ ("say what the key is for: sig") },
  { "thumbprint", 0, OPTION_FLAG, offsetof (JwkOptions, thumbprint), NULL,
    N_ ("print the RFC 7638 thumbprint alone") },
  { "discovery", 0, OPTION_STRING, offsetof (JwkOptions, discovery), N_ ("DIR"),
    N_ ("write what an issuer publishes: DIR/.well-known/openid-configuration and jwks.json") },
  { "issuer", 0, OPTION_STRING, offsetof (JwkOptions, issuer), N_ ("URL"),
    N_ ("with --discovery: where DIR can be read; the `iss` of the tokens") },
  { "keep", 0, OPTION_FLAG, offsetof (JwkOptions, keep), NULL,
    N_ ("with --discovery: the keys that are published stay beside the new one") },
  { "force", 0, OPTION_FLAG, offsetof (JwkOptions, force), NULL,
    N_ ("with --discovery: the new key takes their place") },
  KEY_INPUT_OPTIONS (JwkOptions),
  { 0 },
};

static const char *const jwk_example[] = {
  "avouch key jwk --profile acme --set --alg RS256 --use sig",
  N_ ("the JWK set to publish for an issuer that takes no certificate"),
  "avouch key jwk --profile ci --discovery public --issuer https://id.example",
  N_ ("the files to publish, so that a cluster or cloud trusts tokens of the key"),
  "avouch key jwk acme.crt --thumbprint",
  N_ ("the \"kid\" of the key, from its certificate"),
  NULL,
};

/* The public half, and the certificate that tells it too; neither is private. */
typedef struct {
  gnutls_pubkey_t public;
  gnutls_x509_crt_t certificate; /* NULL: there is none */
} Subject;

static bool
fail_subject (const Inspection *inspection, const KeyInput *input, GError **error)
{
  const InspectedKey *key = inspection_chosen (inspection);
  const GError *trouble = inspection->trouble != NULL ? inspection->trouble
                          : key != NULL               ? key->trouble
                                                      : NULL;

  if (trouble != NULL)
    g_propagate_error (error, g_error_copy (trouble));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("%s: it tells no public key"),
                 key_input_name (input));
  return false;
}

/* Borrowed from INSPECTION; a certificate that is alone gives OWNED, which the caller releases. */
static bool
find_subject (const Inspection *inspection, const KeyInput *input, Subject *subject,
              gnutls_pubkey_t *owned, GError **error)
{
  const InspectedKey *key = inspection_chosen (inspection);
  const InspectedCertificate *first =
      inspection->certificates->len > 0 ? g_ptr_array_index (inspection->certificates, 0) : NULL;

  if (key != NULL && key->public != NULL && (key->trouble == NULL || key->certificate != NULL))
    {
      *subject = (Subject){ key->public, key->certificate };
      return key->key == NULL || key->trouble == NULL || fail_subject (inspection, input, error);
    }
  if (inspection->keys->len == 0 && first != NULL && gnutls_pubkey_init (owned) >= 0 &&
      gnutls_pubkey_import_x509 (*owned, first->certificate, 0) >= 0)
    {
      *subject = (Subject){ *owned, first->certificate };
      return true;
    }
  return fail_subject (inspection, input, error);
}

static char *
take_text (SecretBuffer *buffer)
{
  g_autoptr (Secret) text = secret_buffer_end (buffer);

  return g_strdup (secret_bytes (text, NULL));
}

/* RFC 7517 sections 4.7 and 4.9. */
static void
write_certificate (Writer *writer, gnutls_x509_crt_t certificate)
{
  g_auto (gnutls_datum_t) der = { 0 };
  g_auto (SecretBuffer) thumbprint = { 0 };
  g_autofree char *base64 = NULL;
  g_autofree char *x5t = NULL;
  unsigned char digest[SHA256_SIZE];

  if (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der) < 0)
    return;
  base64 = g_base64_encode (der.data, der.size);
  gnutls_hash_fast (GNUTLS_DIG_SHA256, der.data, der.size, digest);
  base64url_append (&thumbprint, digest, sizeof digest);
  x5t = take_text (&thumbprint);
  writer_open (writer, "x5c", '[');
  writer_string (writer, NULL, base64);
  writer_close (writer, ']');
  writer_string (writer, "x5t#S256", x5t);
}

static void
write_jwk (Writer *writer, const JwkPublic *jwk, const Subject *subject, const JwkOptions *options)
{
  g_autofree char *thumbprint = jwk_public_thumbprint (jwk);

  writer_open (writer, NULL, '{');
  for (size_t i = 0; i < JWK_PUBLIC_MEMBERS && jwk->names[i] != NULL; i++)
    writer_string (writer, jwk->names[i], jwk->values[i]);
  writer_string (writer, "kid", thumbprint);
  if (options->use != NULL)
    writer_string (writer, "use", options->use);
  if (options->algorithm != NULL)
    writer_string (writer, "alg", options->algorithm);
  if (subject->certificate != NULL)
    write_certificate (writer, subject->certificate);
  writer_close (writer, '}');
}

static bool
check_options (const JwkOptions *options, GError **error)
{
  const char *why = NULL;

  if (options->use != NULL && strcmp (options->use, "sig") != 0)
    why = _ ("--use: a key of avouch is for signatures: sig");
  else if (options->algorithm != NULL && algorithm_find (options->algorithm) == NULL)
    why = _ ("--alg: there is no such algorithm");
  else if (options->discovery == NULL &&
           (options->issuer != NULL || options->keep || options->force))
    why = _ ("--issuer, --keep and --force go with --discovery only");
  else if (options->discovery != NULL && options->issuer == NULL)
    why = _ ("--discovery needs --issuer, the URL where the folder can be read");
  else if (options->discovery != NULL && (options->set || options->thumbprint))
    why = _ ("--discovery goes with no other form");
  else if (options->keep && options->force)
    why = _ ("--keep or --force, not both");
  else if (options->thumbprint &&
           (options->set || options->use != NULL || options->algorithm != NULL))
    why = _ ("--thumbprint goes with no other form");
  if (why != NULL)
    g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, why);
  return why == NULL;
}

/* RFC 7518 section 3.4: each of these has its own curve. */
static const char *
curve_of (const Algorithm *algorithm)
{
  switch (algorithm->curve)
    {
    case GNUTLS_ECC_CURVE_SECP256R1:
      return "P-256";
    case GNUTLS_ECC_CURVE_SECP384R1:
      return "P-384";
    default:
      return "P-521";
    }
}

/* By the key's kind and curve alone: it may be a public one. */
static bool
check_algorithm (const JwkOptions *options, const JwkPublic *jwk, GError **error)
{
  const Algorithm *algorithm =
      options->algorithm != NULL ? algorithm_find (options->algorithm) : NULL;
  static const char *const types[] = { [KEY_RSA] = "RSA", [KEY_EC] = "EC", [KEY_EDDSA] = "OKP" };
  bool fits = algorithm == NULL;

  if (!fits && algorithm->key < G_N_ELEMENTS (types))
    fits = strcmp (jwk->values[1], types[algorithm->key]) == 0 &&
           (algorithm->key != KEY_EC || strcmp (jwk->values[0], curve_of (algorithm)) == 0);
  if (!fits)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("--alg %s does not fit the key"),
                 algorithm->name);
  return fits;
}

static bool
print (const JwkPublic *jwk, const Subject *subject, const JwkOptions *options, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };
  g_autofree char *thumbprint = jwk_public_thumbprint (jwk);

  if (options->thumbprint)
    secret_buffer_printf (&output, "%s\n", thumbprint);
  else if (!options->set)
    write_jwk (&writer, jwk, subject, options);
  else
    {
      writer_open (&writer, NULL, '{');
      writer_open (&writer, "keys", '[');
      write_jwk (&writer, jwk, subject, options);
      writer_close (&writer, ']');
      writer_close (&writer, '}');
    }
  return output_buffer (&output, error);
}

/* What tokens of the key say in their headers: the profile's own word, or what {thumbprint} gives.
 */
static char *
pick_id (const JwkPublic *jwk, const Profile *profile)
{
  const char *id = profile != NULL ? profile_get (profile, "key-id") : NULL;

  return id != NULL && strchr (id, '{') == NULL ? g_strdup (id) : jwk_public_thumbprint (jwk);
}

/* The first that fits, as where tokens are signed. */
static const char *
pick_algorithm (const JwkPublic *jwk, const JwkOptions *options, const Profile *profile)
{
  static const char *const by_curve[][2] = {
    { "P-256", "ES256" },
    { "P-384", "ES384" },
    { "P-521", "ES512" },
  };
  const char *named = profile != NULL ? profile_get (profile, "algorithm") : NULL;

  if (options->algorithm != NULL || named != NULL)
    return options->algorithm != NULL ? options->algorithm : named;
  for (size_t i = 0; i < G_N_ELEMENTS (by_curve); i++)
    if (strcmp (jwk->values[0], by_curve[i][0]) == 0)
      return by_curve[i][1];
  return strcmp (jwk->values[1], "RSA") == 0 ? "RS256" : "EdDSA";
}

/* To a person only: a script knows what it asked for. */
static void
report (const Invocation *call, const JwkOptions *options)
{
  g_autofree char *folder = text_clean (options->discovery, -1);

  if (!call->quiet && isatty (STDERR_FILENO))
    fprintf (stderr, _ ("written: openid-configuration and jwks.json in %s/.well-known\n"), folder);
}

static bool
publish (const Invocation *call, const JwkPublic *jwk, const JwkOptions *options,
         const Profile *profile, GError **error)
{
  const Discovery discovery = { options->discovery, options->issuer, options->keep,
                                options->force };
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *id = pick_id (jwk, profile);

  for (size_t i = 0; i < JWK_PUBLIC_MEMBERS && jwk->names[i] != NULL; i++)
    json_object_set_string_member (object, jwk->names[i], jwk->values[i]);
  json_object_set_string_member (object, "kid", id);
  json_object_set_string_member (object, "use", "sig");
  json_object_set_string_member (object, "alg", pick_algorithm (jwk, options, profile));
  if (!discovery_check (&discovery, error) || !discovery_write (&discovery, object, error))
    return false;
  report (call, options);
  return true;
}

static bool
run (const Invocation *call, GError **error)
{
  const JwkOptions *options = call->values;
  g_autoptr (KeyInput) input = NULL;
  g_autoptr (Inspection) inspection = NULL;
  g_auto (gnutls_pubkey_t) owned = NULL;
  g_auto (JwkPublic) jwk = { 0 };
  Subject subject;

  if (!check_options (options, error))
    return false;
  input = key_input_new (call, "avouch key jwk", call->arguments[0], &options->input, error);
  inspection = input != NULL ? key_input_inspect (input, error) : NULL;
  if (inspection == NULL || !find_subject (inspection, input, &subject, &owned, error) ||
      !jwk_public_read (subject.public, &jwk, error) || !check_algorithm (options, &jwk, error))
    return false;
  return options->discovery != NULL
             ? publish (call, &jwk, options, key_input_profile (input), error)
             : print (&jwk, &subject, options, error);
}

const Command command_key_jwk = {
  .path = "avouch key jwk",
  .arguments = N_ ("FILE | PKCS11-URI | --profile PROFILE"),
  .summary = N_ ("print the public key as a JWK or JWK set"),
  .description =
      N_ ("Prints the public half alone, with its RFC 7638 thumbprint as \"kid\", and the "
          "certificate where there is one. FILE may be a certificate or a public key as well."),
  .example = jwk_example,
  .options = jwk_options,
  .values_size = sizeof (JwkOptions),
  .max_arguments = 1,
  .run = run,
};
