/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claims.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "json-writer.h"
#include "jws.h"
#include "jwt-input.h"
#include "jwt-key.h"
#include "output.h"
#include "process.h"
#include "strict.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  KeyInputOptions input;
  JwtKeyOptions key;
  char *algorithm;
  char **audience;
  char *issuer;
  char *subject;
  char **require;
  char *leeway;
  gboolean any_time;
  gboolean raw;
  char *ca_file;
  char *proxy;
  char *token_file;
  gboolean json;
} VerifyOptions;

static const Option verify_options[] = {
  JWT_KEY_OPTIONS (VerifyOptions,
                   N_ ("what to verify with: a certificate, a public key, a JWK or JWK set, the "
                       "private key itself, pkcs11:…, or the https URL of a JWK set")),
  { "algorithm", 'a', OPTION_STRING, offsetof (VerifyOptions, algorithm), N_ ("NAME"),
    N_ ("the only algorithm that is accepted") },
  { "audience", 0, OPTION_LIST, offsetof (VerifyOptions, audience), N_ ("TEXT"),
    N_ ("whom the token must be for; may be repeated: one of them is enough") },
  { "issuer", 0, OPTION_STRING, offsetof (VerifyOptions, issuer), N_ ("TEXT"),
    N_ ("who must have issued it") },
  { "subject", 0, OPTION_STRING, offsetof (VerifyOptions, subject), N_ ("TEXT"),
    N_ ("whom it must be about") },
  { "require", 0, OPTION_LIST, offsetof (VerifyOptions, require), N_ ("NAME"),
    N_ ("a claim that must be there, such as exp; may be repeated") },
  { "leeway", 0, OPTION_STRING, offsetof (VerifyOptions, leeway), N_ ("SECONDS"),
    N_ ("by how much the clocks may differ; 0 by default") },
  { "no-time-check", 0, OPTION_FLAG, offsetof (VerifyOptions, any_time), NULL,
    N_ ("do not look at exp, nbf and iat") },
  { "raw", 0, OPTION_FLAG, offsetof (VerifyOptions, raw), NULL,
    N_ ("verify the signature alone, over any payload, and print the payload as it is") },
  { "ca-file", 0, OPTION_STRING, offsetof (VerifyOptions, ca_file), N_ ("FILE"),
    N_ ("for a URL: certificates to be trusted besides the system's") },
  { "proxy", 0, OPTION_STRING, offsetof (VerifyOptions, proxy), N_ ("URL"),
    N_ ("for a URL: a proxy, or \"environment\"") },
  { "token-file", 0, OPTION_STRING, offsetof (VerifyOptions, token_file), N_ ("FILE"),
    N_ ("the token, instead of standard input") },
  { "json", 0, OPTION_FLAG, offsetof (VerifyOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const verify_example[] = {
  "avouch jwt verify --key issuer.crt --audience https://api.example < token",
  N_ ("prints the claims if the token is good; exits with 6 and says why if not"),
  "avouch jwt verify --key https://login.example/.well-known/jwks.json \\\n"
  "        --issuer https://login.example < token",
  N_ ("with the keys that the issuer publishes"),
  NULL,
};

/* What was found. */
typedef struct {
  Jws *jws;
  KeySet *set;
  const Key *key;
  const Algorithm *algorithm;
  JsonObject *claims; /* NULL for --raw */
} Verdict;

static void
verdict_clear (Verdict *verdict)
{
  g_clear_pointer (&verdict->jws, jws_free);
  g_clear_pointer (&verdict->set, key_set_free);
  g_clear_pointer (&verdict->claims, json_object_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Verdict, verdict_clear)

static bool
check_raw (const VerifyOptions *options, GError **error)
{
  bool claims = options->audience != NULL || options->issuer != NULL || options->subject != NULL ||
                options->require != NULL || options->leeway != NULL || options->any_time ||
                options->json;

  if (!options->raw || !claims)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("--raw looks at the signature alone: no other check and no --json go with it"));
  return false;
}

static bool
read_rules (const VerifyOptions *options, ClaimsRules *rules, GError **error)
{
  *rules = (ClaimsRules){
    .now = process_now (),
    .any_time = options->any_time,
    .audiences = (const char *const *) options->audience,
    .issuer = options->issuer,
    .subject = options->subject,
    .required = (const char *const *) options->require,
  };
  if (options->leeway == NULL ||
      text_parse_int (options->leeway, 0, CLAIMS_MAX_LEEWAY, &rules->leeway))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("--leeway takes a whole number of seconds, up to %d"), CLAIMS_MAX_LEEWAY);
  return false;
}

static bool
find_algorithm (const char *name, const Algorithm **algorithm, GError **error)
{
  *algorithm = name != NULL ? algorithm_find (name) : NULL;
  if (name == NULL || *algorithm != NULL)
    return true;
  algorithm_set_unknown (name, error);
  return false;
}

/* Whatever is wrong with the token itself is its refusal. */
static bool
refuse (GError *reason, GError **error)
{
  if (g_error_matches (reason, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL))
    reason->code = AVOUCH_ERROR_REFUSED;
  if (g_error_matches (reason, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED))
    error_add_prefix (reason, _ ("refused"));
  g_propagate_error (error, reason);
  return false;
}

static bool
read_claims (Verdict *verdict, GError **error)
{
  size_t length;
  const char *bytes = secret_bytes (verdict->jws->payload, &length);
  GError *reason = NULL;

  verdict->claims = json_strict_object (bytes, length, &reason);
  if (verdict->claims != NULL)
    return true;
  error_add_prefix (reason, _ ("the payload holds no claims"));
  error_add_hint (reason, _ ("--raw prints a payload of any kind"));
  g_propagate_error (error, reason);
  return false;
}

static bool
judge (Verdict *verdict, const Secret *token, const VerifyOptions *options, const Algorithm *named,
       const ClaimsRules *rules, GError **error)
{
  size_t length;
  const char *bytes = secret_bytes (token, &length);

  verdict->jws = jws_parse (bytes, length, error);
  if (verdict->jws == NULL)
    return false;
  verdict->key = jws_verify (verdict->jws, verdict->set, named, &verdict->algorithm, error);
  if (verdict->key == NULL || options->raw)
    return verdict->key != NULL;
  return read_claims (verdict, error) && claims_check (verdict->claims, rules, error);
}

static void
note (const Verdict *verdict, const Invocation *call)
{
  const VerifyOptions *options = call->values;

  if (call->quiet)
    return;
  if (!options->any_time && !json_object_has_member (verdict->claims, "exp"))
    fprintf (stderr, "%s\n", _ ("note: the token never expires; --require exp refuses such ones"));
  if (options->audience == NULL && json_object_has_member (verdict->claims, "aud"))
    fprintf (stderr, "%s\n", _ ("note: its audience was not checked; name yours with --audience"));
}

static void
write_key (Writer *writer, const Key *key)
{
  static const char *const kinds[] = {
    [KEY_RSA] = "RSA",
    [KEY_EC] = "EC",
    [KEY_EDDSA] = "EdDSA",
    [KEY_SECRET] = "secret",
  };

  writer_open (writer, "key", '{');
  writer_string (writer, "kind", kinds[key_kind (key)]);
  writer_int (writer, "bits", key_bits (key));
  writer_string (writer, "kid", key_id (key));
  writer_close (writer, '}');
}

static void
write_json (const Verdict *verdict, SecretBuffer *output)
{
  Writer writer = { .buffer = output };

  writer_open (&writer, NULL, '{');
  writer_bool (&writer, "verified", true);
  writer_string (&writer, "algorithm", verdict->algorithm->name);
  write_key (&writer, verdict->key);
  writer_object (&writer, "header", verdict->jws->header);
  writer_object (&writer, "claims", verdict->claims);
  writer_close (&writer, '}');
}

/* A payload may be anything: a terminal shows text only. */
static bool
print_raw (const Verdict *verdict, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  size_t length;
  const char *bytes = secret_bytes (verdict->jws->payload, &length);
  bool text = g_utf8_validate_len (bytes, length, NULL);

  for (const char *at = bytes; text && at < bytes + length; at = g_utf8_next_char (at))
    text = *at == '\n' || *at == '\r' || *at == '\t' || text_is_printable (g_utf8_get_char (at));
  if (!text && isatty (STDOUT_FILENO))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("the signature fits, but the payload is no text that a terminal can show"));
      if (error != NULL)
        error_add_hint (*error, _ ("send it to a file: add > FILE"));
      return false;
    }
  secret_buffer_append_secret (&output, verdict->jws->payload);
  return output_buffer (&output, error);
}

static bool
print (const Verdict *verdict, const Invocation *call, GError **error)
{
  const VerifyOptions *options = call->values;
  g_auto (SecretBuffer) output = { 0 };

  if (options->raw)
    return print_raw (verdict, error);
  if (options->json)
    write_json (verdict, &output);
  else
    writer_object (&(Writer){ .buffer = &output }, NULL, verdict->claims);
  note (verdict, call);
  return output_buffer (&output, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const VerifyOptions *options = call->values;
  const JwtNetwork network = { options->ca_file, options->proxy };
  g_auto (JwtKey) source = {
    call, &options->input, &options->key, command_jwt_verify.path, NULL,
  };
  g_auto (Verdict) verdict = { 0 };
  g_autoptr (Secret) token = NULL;
  const Algorithm *named;
  ClaimsRules rules;
  const char *file;
  GError *reason = NULL;

  if (!check_raw (options, error) || !read_rules (options, &rules, error) ||
      !find_algorithm (options->algorithm, &named, error) ||
      !jwt_input_choose (call, options->token_file, &file, error))
    return false;
  token = jwt_input_token (file, call, &reason);
  if (token == NULL)
    return refuse (reason, error);
  verdict.set = jwt_key_open_set (&source, &network, error);
  if (verdict.set == NULL)
    return false;
  return judge (&verdict, token, options, named, &rules, &reason) ? print (&verdict, call, error)
                                                                  : refuse (reason, error);
}

const Command command_jwt_verify = {
  .path = "avouch jwt verify",
  .arguments = N_ ("[FILE]"),
  .summary = N_ ("verify a JSON Web Token, and print its claims"),
  .description = N_ (
      "The token comes from standard input or a file. The key decides which algorithms are "
      "accepted, never the token. Its times are checked, and what the options say; where it names "
      "an audience, --audience should. Exits with 6 and the reason if the token is refused."),
  .example = verify_example,
  .options = verify_options,
  .values_size = sizeof (VerifyOptions),
  .max_arguments = 1,
  .run = run,
};
