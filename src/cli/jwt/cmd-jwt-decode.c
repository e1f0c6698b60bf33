/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claims.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "json-writer.h"
#include "jws.h"
#include "jwt-input.h"
#include "layout.h"
#include "moment.h"
#include "output.h"
#include "process.h"
#include "strict.h"
#include "text.h"

#include <string.h>

enum { MAX_NAME = 24 /* columns that names are aligned in */ };

typedef struct {
  char *token_file;
  gboolean json;
} DecodeOptions;

static const Option decode_options[] = {
  { "token-file", 0, OPTION_STRING, offsetof (DecodeOptions, token_file), N_ ("FILE"),
    N_ ("the token, instead of standard input") },
  { "json", 0, OPTION_FLAG, offsetof (DecodeOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const decode_example[] = {
  "avouch jwt decode < token",
  N_ ("header and claims, with dates beside the numbers"),
  "avouch jwt decode --json < token | jq .claims.exp",
  N_ ("one claim, for a script"),
  NULL,
};

/* OpenID Connect's two besides those of RFC 7519. */
static const char *const times[] = { "exp", "nbf", "iat", "auth_time", "updated_at", NULL };

typedef struct {
  Jws *jws;
  JsonObject *claims; /* NULL: the payload is something else */
  int64_t now;
} Token;

static void
token_clear (Token *token)
{
  g_clear_pointer (&token->jws, jws_free);
  g_clear_pointer (&token->claims, json_object_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Token, token_clear)

static char *
describe_distance (const char *name, int64_t when, int64_t now)
{
  g_autofree char *span = moment_format_span (ABS (when - now));

  if (strcmp (name, "exp") == 0)
    return g_strdup_printf (when > now ? _ ("expires in %s") : _ ("expired %s ago"), span);
  if (strcmp (name, "nbf") == 0 && when > now)
    return g_strdup_printf (_ ("not valid yet: in %s"), span);
  return g_strdup_printf (when > now ? _ ("in %s") : _ ("%s ago"), span);
}

/* What stands behind the number of a time; NULL for another claim. The caller owns it. */
static char *
describe_time (const Token *token, const char *name)
{
  g_autofree char *date = NULL;
  g_autofree char *distance = NULL;
  int64_t when;
  bool found;

  if (!g_strv_contains (times, name))
    return NULL;
  if (!claims_time (token->claims, name, &when, &found, NULL))
    return g_strdup (_ ("not a time"));
  date = text_format_utc (when);
  distance = describe_distance (name, when, token->now);
  return g_strdup_printf ("%s, %s", date, distance);
}

/* A member's name as JSON has it, where it is not fit for a terminal or empty. */
static char *
name_text (const char *name)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), name);

  return json_one_line (node);
}

static unsigned
name_columns (JsonObject *object)
{
  g_autoptr (GList) members = json_object_get_members (object);
  unsigned width = 0;

  for (GList *at = members; at != NULL; at = at->next)
    {
      g_autofree char *name = name_text (at->data);
      unsigned columns = layout_columns (name);

      if (columns > width && columns <= MAX_NAME)
        width = columns;
    }
  return width;
}

static void
add_member (GString *text, const Token *token, JsonObject *object, const char *member,
            unsigned width)
{
  g_autofree char *name = name_text (member);
  g_autofree char *value = json_one_line (json_object_get_member (object, member));
  g_autofree char *time = object == token->claims ? describe_time (token, member) : NULL;
  unsigned columns = layout_columns (name);

  g_string_append_printf (text, "  %s", name);
  layout_pad (text, columns < width ? width - columns + 2 : 2);
  g_string_append (text, value);
  if (time != NULL)
    g_string_append_printf (text, "  (%s)", time);
  g_string_append_c (text, '\n');
}

static void
add_object (GString *text, const Token *token, JsonObject *object)
{
  g_autoptr (GList) members = json_object_get_members (object);
  unsigned width = name_columns (object);

  for (GList *at = members; at != NULL; at = at->next)
    add_member (text, token, object, at->data, width);
}

static void
add_payload (GString *text, const Token *token)
{
  size_t length;
  const char *bytes = secret_bytes (token->jws->payload, &length);

  g_string_append_printf (text, "%s\n", token->claims != NULL ? _ ("Claims") : _ ("Payload"));
  if (token->claims != NULL)
    add_object (text, token, token->claims);
  else if (memchr (bytes, '\0', length) == NULL && g_utf8_validate (bytes, (gssize) length, NULL))
    {
      g_autofree char *line = name_text (bytes);

      g_string_append_printf (text, _ ("  %zu bytes, no JSON object: %s\n"), length, line);
    }
  else
    g_string_append_printf (text, _ ("  %zu bytes, no text\n"), length);
}

static bool
print_text (const Token *token, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n\n%s\n", _ ("NOT VERIFIED: anybody can have written this"),
                          _ ("Header"));
  add_object (text, token, token->jws->header);
  add_payload (text, token);
  g_string_append_printf (text, _ ("Signature\n  %zu bytes, not checked\n"),
                          secret_length (token->jws->signature));
  return output_text (text->str, error);
}

static void
write_times (Writer *writer, const Token *token)
{
  writer_open (writer, "times", '{');
  for (size_t i = 0; times[i] != NULL; i++)
    {
      g_autofree char *date = NULL;
      int64_t when;
      bool found;

      if (!claims_time (token->claims, times[i], &when, &found, NULL) || !found)
        continue;
      date = text_format_utc (when);
      writer_string (writer, times[i], date);
    }
  writer_close (writer, '}');
}

static bool
is_expired (const Token *token)
{
  int64_t when;
  bool found;

  return claims_time (token->claims, "exp", &when, &found, NULL) && found && token->now >= when;
}

static bool
print_json (const Token *token, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };

  writer_open (&writer, NULL, '{');
  writer_bool (&writer, "verified", false);
  writer_object (&writer, "header", token->jws->header);
  if (token->claims == NULL)
    writer_string (&writer, "claims", NULL);
  else
    {
      writer_object (&writer, "claims", token->claims);
      write_times (&writer, token);
      writer_bool (&writer, "expired", is_expired (token));
    }
  writer_close (&writer, '}');
  return output_buffer (&output, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const DecodeOptions *options = call->values;
  g_auto (Token) token = { .now = process_now () };
  g_autoptr (Secret) text = NULL;
  const char *file;
  size_t length;
  const char *bytes;

  if (!jwt_input_choose (call, options->token_file, &file, error))
    return false;
  text = jwt_input_token (file, call, error);
  if (text == NULL)
    return false;
  bytes = secret_bytes (text, &length);
  token.jws = jws_parse (bytes, length, error);
  if (token.jws == NULL)
    return false;
  bytes = secret_bytes (token.jws->payload, &length);
  token.claims = json_strict_object (bytes, length, NULL);
  return options->json ? print_json (&token, error) : print_text (&token, error);
}

const Command command_jwt_decode = {
  .path = "avouch jwt decode",
  .arguments = N_ ("[FILE]"),
  .summary = N_ ("show what a JSON Web Token says, without verifying it"),
  .description =
      N_ ("The token comes from standard input or a file, and goes nowhere: no web page "
          "sees it. Nothing of what is shown is proven; \"avouch jwt verify\" does that."),
  .example = decode_example,
  .options = decode_options,
  .values_size = sizeof (DecodeOptions),
  .max_arguments = 1,
  .run = run,
};
