/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "json-writer.h"
#include "jwt-claims.h"
#include "jwt-key.h"
#include "jwt.h"
#include "output.h"
#include "process.h"
#include "text.h"
#include "url-template.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  KeyInputOptions input;
  JwtKeyOptions key;
  JwtClaimOptions claims;
  JwtHeaderOptions header;
  char *algorithm;
  char *url_template;
  gboolean json;
} SignOptions;

static const Option sign_options[] = {
  JWT_KEY_OPTIONS (SignOptions,
                   N_ ("the private key, a keystore that holds it, a JWK, or pkcs11:…")),
  { "algorithm", 'a', OPTION_STRING, offsetof (SignOptions, algorithm), N_ ("NAME"),
    N_ ("one that fits the key: RS256, PS256, ES256, EdDSA, HS256, …") },
  { "claims", 'c', OPTION_STRING, offsetof (SignOptions, claims.file), N_ ("FILE"),
    N_ ("claims as a JSON object, or - for standard input; what the options say wins") },
  { "claim", 0, OPTION_LIST, offsetof (SignOptions, claims.texts), N_ ("NAME=TEXT"),
    N_ ("a claim that is a string; may be repeated") },
  { "claim-json", 0, OPTION_LIST, offsetof (SignOptions, claims.values), N_ ("NAME=JSON"),
    N_ ("a claim of any kind; may be repeated") },
  { "iss", 0, OPTION_STRING, offsetof (SignOptions, claims.issuer), N_ ("TEXT"),
    N_ ("the issuer") },
  { "sub", 0, OPTION_STRING, offsetof (SignOptions, claims.subject), N_ ("TEXT"),
    N_ ("the subject") },
  { "aud", 0, OPTION_LIST, offsetof (SignOptions, claims.audience), N_ ("TEXT"),
    N_ ("the audience; may be repeated") },
  { "exp", 0, OPTION_STRING, offsetof (SignOptions, claims.expires), N_ ("TIME"),
    N_ ("when it expires: +5m, +2h, seconds since 1970, or 2026-11-23T23:05:13Z") },
  { "nbf", 0, OPTION_STRING, offsetof (SignOptions, claims.not_before), N_ ("TIME"),
    N_ ("from when it is valid: now, -30s, …") },
  { "iat", 0, OPTION_STRING, offsetof (SignOptions, claims.issued), N_ ("TIME"),
    N_ ("when it was issued: now, …") },
  { "jti", 0, OPTION_STRING, offsetof (SignOptions, claims.id), N_ ("TEXT"),
    N_ ("its own name; \"random\" for one that no other token has") },
  { "kid", 0, OPTION_STRING, offsetof (SignOptions, header.key_id), N_ ("TEXT"),
    N_ ("the key's name in the header; by default that of the JWK or profile") },
  { "typ", 0, OPTION_STRING, offsetof (SignOptions, header.type), N_ ("TEXT"),
    N_ ("the type in the header: JWT by default, none where it is empty") },
  { "header", 0, OPTION_LIST, offsetof (SignOptions, header.texts), N_ ("NAME=TEXT"),
    N_ ("another member of the header; may be repeated") },
  { "header-json", 0, OPTION_LIST, offsetof (SignOptions, header.values), N_ ("NAME=JSON"),
    N_ ("the same, of any kind; may be repeated") },
  { "url-template", 'u', OPTION_STRING, offsetof (SignOptions, url_template), N_ ("URL"),
    N_ ("print this URL, with the token in the place of {jwt}") },
  { "json", 0, OPTION_FLAG, offsetof (SignOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const sign_example[] = {
  "avouch jwt sign --key robot.p12 --iss app --aud https://api.example --exp +5m",
  N_ ("a token for five minutes; the passphrase is asked for"),
  "avouch jwt sign --secret env:METABASE_SECRET_KEY --exp +10m \\\n"
  "        --claim-json 'resource={\"dashboard\":1}' --claim-json 'params={}' \\\n"
  "        --url-template 'https://metabase.example/embed/dashboard/{jwt}'",
  N_ ("the signed URL by which a page embeds a dashboard of Metabase"),
  NULL,
};

/* All that goes into the token. */
typedef struct {
  Key *key;
  JwtKey source;
  const Algorithm *algorithm;
  JsonObject *header;
  JsonObject *claims;
} Draft;

static void
draft_clear (Draft *draft)
{
  g_clear_pointer (&draft->key, key_unref);
  jwt_key_clear (&draft->source);
  g_clear_pointer (&draft->header, json_object_unref);
  g_clear_pointer (&draft->claims, json_object_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

static bool
pick_algorithm (Draft *draft, const char *named, GError **error)
{
  const char *name = named != NULL ? named : jwt_key_setting (&draft->source, "algorithm");

  if (name == NULL)
    draft->algorithm = algorithm_for_key (draft->key, error);
  else if (algorithm_find (name) != NULL)
    draft->algorithm = algorithm_fit (algorithm_find (name), draft->key, error);
  else
    algorithm_set_unknown (name, error);
  return draft->algorithm != NULL;
}

/* The key comes last: nobody types a passphrase for a claim that was mistyped. */
static bool
draft_fill (Draft *draft, const Invocation *call, GError **error)
{
  const SignOptions *options = call->values;
  const char *id;

  if (options->url_template != NULL && !url_template_check (options->url_template, error))
    return false;
  draft->claims = jwt_claims_build (&options->claims, call, process_now (), error);
  if (draft->claims == NULL)
    return false;
  draft->key = jwt_key_open (&draft->source, error);
  if (draft->key == NULL || !pick_algorithm (draft, options->algorithm, error))
    return false;
  id = jwt_key_setting (&draft->source, "key-id");
  draft->header = jwt_header_build (&options->header, id != NULL ? id : key_id (draft->key), error);
  return draft->header != NULL;
}

static void
write_json (const Draft *draft, const Secret *token, const Secret *url, SecretBuffer *output)
{
  Writer writer = { .buffer = output };

  writer_open (&writer, NULL, '{');
  writer_secret (&writer, "token", token);
  if (url != NULL)
    writer_secret (&writer, "url", url);
  writer_string (&writer, "algorithm", draft->algorithm->name);
  writer_object (&writer, "header", draft->header);
  writer_object (&writer, "claims", draft->claims);
  writer_close (&writer, '}');
}

static Secret *
fill_url (const char *template, const Secret *token)
{
  g_auto (SecretBuffer) buffer = { 0 };

  if (template == NULL)
    return NULL;
  url_template_fill (&buffer, template, token);
  return secret_buffer_end (&buffer);
}

static void
note (const Draft *draft, const Invocation *call)
{
  if (!call->quiet && !json_object_has_member (draft->claims, "exp"))
    fprintf (stderr, "%s\n", _ ("note: the token never expires; --exp +5m sets an end"));
}

static bool
run (const Invocation *call, GError **error)
{
  const SignOptions *options = call->values;
  g_auto (Draft) draft = {
    .source = { call, &options->input, &options->key, command_jwt_sign.path, NULL },
  };
  g_auto (SecretBuffer) output = { 0 };
  g_autoptr (Secret) token = NULL;
  g_autoptr (Secret) url = NULL;

  if (!draft_fill (&draft, call, error))
    return false;
  token = jwt_sign (draft.key, draft.algorithm, draft.header, draft.claims, error);
  if (token == NULL)
    return false;
  url = fill_url (options->url_template, token);
  if (options->json)
    write_json (&draft, token, url, &output);
  else
    {
      secret_buffer_append_secret (&output, url != NULL ? url : token);
      secret_buffer_append (&output, "\n", 1);
    }
  note (&draft, call);
  return output_buffer (&output, error);
}

const Command command_jwt_sign = {
  .path = "avouch jwt sign",
  .arguments = "",
  .summary = N_ ("sign claims, and print the JSON Web Token"),
  .description =
      N_ ("Only what is given is signed: no time is added by itself. The algorithm is the first "
          "that fits the key, unless its JWK, its profile or --algorithm names another."),
  .example = sign_example,
  .options = sign_options,
  .values_size = sizeof (SignOptions),
  .run = run,
};
