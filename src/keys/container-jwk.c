/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A JWK, or a JWK set (RFC 7517 section 5), whose keys are called by their "kid". */
#include "error.h"
#include "i18n.h"
#include "jwk.h"
#include "key-private.h"
#include "mistake.h"

static bool
recognises_json (const char *bytes, size_t length)
{
  for (; length > 0 && g_ascii_isspace (*bytes); length--)
    bytes++;
  return length > 0 && *bytes == '{';
}

/* The text of one key of a set, in one piece of memory: growing would leave parts of it behind. */
static Secret *
print_jwk (JsonObject *jwk)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  GString *text = g_string_sized_new (CONTENTS_MAX_ENCODED);
  Secret *secret;

  json_node_set_object (root, jwk);
  json_generator_set_root (generator, root);
  json_generator_to_gstring (generator, text);
  secret = secret_new (text->str, text->len);
  secret_wipe (text->str, text->len);
  g_string_free (text, TRUE);
  return secret;
}

static bool
add_jwk (Contents *contents, JsonObject *jwk, Secret *text, GError **error)
{
  GError *reason = NULL;
  const char *name;

  if (json_optional_string (jwk, "kid", &name, &reason))
    return contents_add_key (contents, name, NULL, text, jwk_open, error);
  reason->code = AVOUCH_ERROR_KEY;
  g_propagate_error (error, reason);
  return false;
}

static bool
add_of_set (Contents *contents, JsonArray *set, unsigned index, GError **error)
{
  JsonObject *jwk = json_array_get_object_element (set, index);
  g_autoptr (Secret) text = print_jwk (jwk);

  return add_jwk (contents, jwk, text, error);
}

/* RFC 7517 section 5: other keys in a set are passed over. One that is asked for is not: opening it
 * says what is wrong with it. */
static bool
is_wanted (JsonObject *jwk, const KeySource *source)
{
  const char *name = jwk_peek (jwk, "kid");

  return jwk_is_signing_key (jwk) || (source->secrets && jwk_is_secret (jwk)) ||
         (name != NULL && g_strcmp0 (name, source->alias) == 0);
}

static bool
add_wanted (Contents *contents, JsonArray *set, const KeySource *source, GError **error)
{
  for (unsigned i = 0; i < json_array_get_length (set); i++)
    if (is_wanted (json_array_get_object_element (set, i), source) &&
        !add_of_set (contents, set, i, error))
      return false;
  /* Nothing to choose from: the first says why. */
  return contents->keys->len > 0 || add_of_set (contents, set, 0, error);
}

static bool
check_set (JsonNode *node, GError **error)
{
  JsonArray *set = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  bool objects = set != NULL;

  for (unsigned i = 0; objects && i < json_array_get_length (set); i++)
    objects = JSON_NODE_HOLDS_OBJECT (json_array_get_element (set, i));
  if (objects && json_array_get_length (set) > 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               objects ? _ ("the JWK set is empty")
                       : _ ("the \"keys\" of the JWK set are not a list of objects"));
  return false;
}

static bool
read_set (JsonNode *node, const KeySource *source, Contents *contents, GError **error)
{
  bool added;
  JsonArray *set;

  if (!check_set (node, error))
    return false;
  set = json_node_get_array (node);
  added = add_wanted (contents, set, source, error);
  for (unsigned i = 0; i < json_array_get_length (set); i++)
    jwk_wipe (json_array_get_object_element (set, i));
  return added;
}

static bool
read_json (Secret *content, Unlock *unlock, Contents *contents, GError **error)
{
  g_autoptr (JsonObject) root = jwk_parse (content, error);
  bool added;

  if (root == NULL)
    return false;
  if (json_object_has_member (root, "keys"))
    return read_set (json_object_get_member (root, "keys"), unlock->source, contents, error);
  if (!json_object_has_member (root, "kty"))
    return mistake_fail (MISTAKE_JSON, error);
  added = add_jwk (contents, root, content, error);
  jwk_wipe (root);
  return added;
}

const Container container_jwk = { "JWK", recognises_json, read_json };
