/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jwt-claims.h"

#include "base64url.h"
#include "error.h"
#include "i18n.h"
#include "jwt-input.h"
#include "moment.h"
#include "strict.h"
#include "text.h"

#include <gnutls/crypto.h>
#include <string.h>

enum { RANDOM_ID_SIZE = 16 /* bytes */ };

/* An object that options fill: each name once. */
typedef struct {
  JsonObject *object;
  GHashTable *given; /* names that an option gave */
} Builder;

static void
builder_clear (Builder *builder)
{
  g_clear_pointer (&builder->object, json_object_unref);
  g_clear_pointer (&builder->given, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Builder, builder_clear)

/* Takes OBJECT over. */
static Builder
builder_of (JsonObject *object)
{
  return (Builder){ object, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
}

/* Takes NODE over. */
static bool
put (Builder *builder, const char *name, JsonNode *node, GError **error)
{
  g_autofree char *cleaned = text_clean (name, -1);

  if (g_hash_table_add (builder->given, g_strdup (name)))
    {
      json_object_set_member (builder->object, name, node);
      return true;
    }
  json_node_unref (node);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("\"%s\" is given twice"), cleaned);
  return false;
}

static JsonNode *
string_node (const char *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

/* One value, whatever its kind. It is checked by itself first: within an object, TEXT could be two
 * members. */
static JsonNode *
parse_value (const char *text, GError **error)
{
  g_autofree char *document = g_strdup_printf ("{\"value\":%s}", text);
  g_autoptr (JsonObject) object = NULL;

  if (!json_strict_check (text, strlen (text), error))
    return NULL;
  object = json_strict_object (document, strlen (document), error);
  return object != NULL ? json_object_dup_member (object, "value") : NULL;
}

static bool
fail_pair (const char *option, const char *form, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("%s takes %s"), option, form);
  return false;
}

/* OPTION: as typed, for messages, which never repeat the value. */
static bool
put_pair (Builder *builder, const char *option, const char *pair, bool json, GError **error)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *name = NULL;
  GError *reason = NULL;
  JsonNode *node;

  if (equals == NULL || equals == pair)
    return fail_pair (option, json ? "NAME=JSON" : "NAME=TEXT", error);
  name = g_strndup (pair, (size_t) (equals - pair));
  node = json ? parse_value (equals + 1, &reason) : string_node (equals + 1);
  if (node != NULL)
    return put (builder, name, node, error);
  g_autofree char *cleaned = text_clean (name, -1);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s %s: %s", option, cleaned,
               reason->message);
  if (error != NULL)
    error_add_hint (*error, _ ("%s takes JSON: 5, true, [\"a\"], or a string in double quotes"),
                    option);
  g_error_free (reason);
  return false;
}

static bool
put_pairs (Builder *builder, const char *option, char **pairs, bool json, GError **error)
{
  for (; pairs != NULL && *pairs != NULL; pairs++)
    if (!put_pair (builder, option, *pairs, json, error))
      return false;
  return true;
}

static bool
put_text (Builder *builder, const char *name, const char *text, GError **error)
{
  return text == NULL || put (builder, name, string_node (text), error);
}

static bool
put_time (Builder *builder, const char *name, const char *text, int64_t now, GError **error)
{
  GError *reason = NULL;
  int64_t seconds;

  if (text == NULL)
    return true;
  if (moment_parse (text, now, &seconds, &reason))
    return put (builder, name, json_node_init_int (json_node_alloc (), seconds), error);
  g_autofree char *option = g_strconcat ("--", name, NULL);
  error_add_prefix (reason, option);
  g_propagate_error (error, reason);
  return false;
}

/* RFC 7519 section 4.1.3: one alone is a string. */
static bool
put_audience (Builder *builder, char **names, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();

  if (names == NULL || names[1] == NULL)
    return put_text (builder, "aud", names != NULL ? names[0] : NULL, error);
  for (; *names != NULL; names++)
    json_array_add_string_element (array, *names);
  return put (builder, "aud", json_node_init_array (json_node_alloc (), array), error);
}

static bool
put_id (Builder *builder, const char *id, GError **error)
{
  unsigned char bytes[RANDOM_ID_SIZE];
  g_auto (SecretBuffer) encoded = { 0 };
  g_autoptr (Secret) text = NULL;

  if (id == NULL || strcmp (id, "random") != 0)
    return put_text (builder, "jti", id, error);
  if (gnutls_rnd (GNUTLS_RND_NONCE, bytes, sizeof bytes) < 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("no random numbers can be had"));
      return false;
    }
  base64url_append (&encoded, bytes, sizeof bytes);
  text = secret_buffer_end (&encoded);
  return put_text (builder, "jti", secret_bytes (text, NULL), error);
}

static JsonObject *
read_file (const char *file, const Invocation *call, GError **error)
{
  g_autoptr (Secret) content = NULL;
  GError *reason = NULL;
  JsonObject *object;
  size_t length;
  const char *bytes;

  if (file == NULL)
    return json_object_new ();
  content =
      jwt_input_read (file, JSON_MAX_LENGTH,
                      _ ("Type the claims, a JSON object, and end with Ctrl-D:"), call, error);
  if (content == NULL)
    return NULL;
  bytes = secret_bytes (content, &length);
  object = json_strict_object (bytes, length, &reason);
  if (object == NULL)
    {
      g_autofree char *name = text_clean (file, -1);

      reason->code = AVOUCH_ERROR_USAGE;
      error_add_prefix (reason, strcmp (file, "-") != 0 ? name : "--claims");
      g_propagate_error (error, reason);
    }
  return object;
}

JsonObject *
jwt_claims_build (const JwtClaimOptions *options, const Invocation *call, int64_t now,
                  GError **error)
{
  JsonObject *object = read_file (options->file, call, error);
  g_auto (Builder) builder = builder_of (object);

  if (object == NULL || !put_text (&builder, "iss", options->issuer, error) ||
      !put_text (&builder, "sub", options->subject, error) ||
      !put_audience (&builder, options->audience, error) ||
      !put_pairs (&builder, "--claim", options->texts, false, error) ||
      !put_pairs (&builder, "--claim-json", options->values, true, error) ||
      !put_time (&builder, "iat", options->issued, now, error) ||
      !put_time (&builder, "nbf", options->not_before, now, error) ||
      !put_time (&builder, "exp", options->expires, now, error) ||
      !put_id (&builder, options->id, error))
    return NULL;
  return g_steal_pointer (&builder.object);
}

/* What the key decides, or would need what we do not do. */
static bool
check_header (JsonObject *header, GError **error)
{
  if (json_object_has_member (header, "alg"))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("the header's \"alg\" follows from the key and cannot be given"));
      if (error != NULL)
        error_add_hint (*error, _ ("--algorithm chooses among those that the key allows"));
      return false;
    }
  if (!json_object_has_member (header, "crit") && !json_object_has_member (header, "b64"))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("the header's \"crit\" and \"b64\" name extensions that avouch does not know"));
  return false;
}

JsonObject *
jwt_header_build (const JwtHeaderOptions *options, const char *default_id, GError **error)
{
  g_auto (Builder) builder = builder_of (json_object_new ());
  const char *type = options->type != NULL ? options->type : "JWT";

  if (!put_text (&builder, "typ", *type != '\0' ? type : NULL, error) ||
      !put_text (&builder, "kid", options->key_id, error) ||
      !put_pairs (&builder, "--header", options->texts, false, error) ||
      !put_pairs (&builder, "--header-json", options->values, true, error) ||
      !check_header (builder.object, error))
    return NULL;
  if (default_id != NULL && !json_object_has_member (builder.object, "kid"))
    json_object_set_string_member (builder.object, "kid", default_id);
  return g_steal_pointer (&builder.object);
}
