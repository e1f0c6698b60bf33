/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "key-set.h"

#include "error.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"
#include "public-encoding.h"
#include "public-jwk.h"
#include "text.h"

#include <string.h>

static KeySet *
set_new (void)
{
  KeySet *set = g_new0 (KeySet, 1);

  set->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) key_unref);
  set->unusable = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return set;
}

void
key_set_free (KeySet *set)
{
  g_ptr_array_unref (set->keys);
  g_hash_table_unref (set->unusable);
  g_free (set);
}

/* Takes KEY over; NULL for NULL. */
static KeySet *
set_of_one (Key *key)
{
  KeySet *set = key != NULL ? set_new () : NULL;

  if (set != NULL)
    g_ptr_array_add (set->keys, key);
  return set;
}

KeySet *
key_set_of_key (Key *key, GError **error)
{
  gnutls_pubkey_t public;
  Key *half;

  if (key_private (key) == NULL)
    return set_of_one (key_ref (key));
  public = key_copy_public (key, error);
  half = public != NULL ? key_new_public (public, error) : NULL;
  if (half != NULL)
    key_set_jwk (half, key_id (key), key_only_algorithm (key));
  return set_of_one (half);
}

/* One member of a set. RFC 7517 section 5: what cannot be used is passed over, and remembered for
 * whoever asks for it. FIRST: why the first of them cannot. */
static bool
add_member (KeySet *set, JsonObject *jwk, bool secrets, GError **first, GError **error)
{
  g_autofree char *id = g_strdup (jwk_peek (jwk, "kid"));
  GError *reason = NULL;
  Key *key = public_jwk_open (jwk, secrets, &reason);

  if (key != NULL && set->keys->len < KEY_SET_MAX_KEYS)
    {
      g_ptr_array_add (set->keys, key);
      return true;
    }
  if (key != NULL)
    {
      key_unref (key);
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("it holds more than %d keys"),
                   KEY_SET_MAX_KEYS);
      return false;
    }
  if (id != NULL)
    g_hash_table_replace (set->unusable, g_steal_pointer (&id), error_message (reason));
  if (*first == NULL)
    *first = g_steal_pointer (&reason);
  g_clear_error (&reason);
  return true;
}

static bool
fail_set (const char *message, GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, message);
  return false;
}

static bool
add_members (KeySet *set, JsonNode *node, bool secrets, GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GError) first = NULL;

  set->several = true;
  if (array == NULL)
    return fail_set (_ ("the \"keys\" of the JWK set are not a list of objects"), error);
  for (unsigned i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *member = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_OBJECT (member))
        return fail_set (_ ("the \"keys\" of the JWK set are not a list of objects"), error);
      if (!add_member (set, json_node_get_object (member), secrets, &first, error))
        return false;
    }
  if (set->keys->len > 0)
    return true;
  if (first == NULL)
    return fail_set (_ ("the JWK set is empty"), error);
  error_add_prefix (first, _ ("no key of the JWK set can be used"));
  g_propagate_error (error, g_steal_pointer (&first));
  return false;
}

/* The objects that JSON holds: those of a set, or itself. */
static bool
holds_private (JsonObject *root)
{
  JsonNode *node = json_object_get_member (root, "keys");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  bool found = jwk_is_private (root);

  for (unsigned i = 0; array != NULL && !found && i < json_array_get_length (array); i++)
    {
      JsonNode *member = json_array_get_element (array, i);

      found = JSON_NODE_HOLDS_OBJECT (member) && jwk_is_private (json_node_get_object (member));
    }
  return found;
}

static KeySet *
read_root (JsonObject *root, bool secrets, GError **error)
{
  g_autoptr (KeySet) set = NULL;

  if (json_object_has_member (root, "keys"))
    {
      set = set_new ();
      return add_members (set, json_object_get_member (root, "keys"), secrets, error)
                 ? g_steal_pointer (&set)
                 : NULL;
    }
  if (json_object_has_member (root, "kty"))
    return set_of_one (public_jwk_open (root, secrets, error));
  mistake_fail (MISTAKE_JSON, error);
  return NULL;
}

static void
wipe_root (JsonObject *root)
{
  JsonNode *node = json_object_get_member (root, "keys");
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  jwk_wipe (root);
  for (unsigned i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, i)))
      jwk_wipe (json_array_get_object_element (array, i));
}

/* PATH: where CONTENT was read, to look at once more if it holds what is secret; NULL: published,
 * and then nothing in it is. */
static KeySet *
read_json (const Secret *content, const char *path, GError **error)
{
  g_autoptr (JsonObject) root = jwk_parse (content, error);
  g_autoptr (Secret) again G_GNUC_UNUSED = NULL;
  KeySet *set;

  if (root == NULL)
    return NULL;
  if (path != NULL && holds_private (root))
    {
      again = key_file_read (path, error);
      if (again == NULL)
        return NULL;
    }
  set = read_root (root, path != NULL, error);
  wipe_root (root);
  return set;
}

static bool
is_json (const Secret *content)
{
  const char *bytes = secret_bytes (content, NULL);

  while (g_ascii_isspace (*bytes))
    bytes++;
  return *bytes == '{';
}

/* Neither a private key's container nor anything that we know. */
static bool
fail_foreign (const Secret *content, GError **error)
{
  static const char *const ssh[] = { "ssh-", "ecdsa-sha2-", "sk-ssh-" };
  const char *bytes = secret_bytes (content, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (ssh); i++)
    if (g_str_has_prefix (bytes, ssh[i]))
      return mistake_fail (MISTAKE_SSH_PUBLIC_KEY, error);
  return mistake_fail (MISTAKE_NOT_A_PUBLIC_KEY, error);
}

static KeySet *
read_container (const KeySource *source, GError **error)
{
  g_autoptr (Secret) content = key_file_read (source->location, error);
  g_autoptr (Key) key = content != NULL ? key_read (content, source, error) : NULL;

  return key != NULL ? key_set_of_key (key, error) : NULL;
}

static KeySet *
load_file (const KeySource *source, GError **error)
{
  g_autoptr (Secret) content = key_file_read_public (source->location, error);
  PublicForm form;

  if (content == NULL)
    return NULL;
  if (is_json (content))
    return read_json (content, source->location, error);
  form = public_encoding_recognise (content);
  if (form == PUBLIC_FORM_PRIVATE)
    return read_container (source, error);
  if (form != PUBLIC_FORM_NONE)
    return set_of_one (public_encoding_open (content, form, error));
  fail_foreign (content, error);
  return NULL;
}

static KeySet *
load_token (const KeySource *source, GError **error)
{
  g_autoptr (Key) key = key_load (source, error);

  return key != NULL ? key_set_of_key (key, error) : NULL;
}

KeySet *
key_set_load (const KeySource *source, GError **error)
{
  GError *reason = NULL;
  KeySet *set;

  if (!key_is_path (source->location))
    return load_token (source, error);
  set = load_file (source, &reason);
  if (set == NULL)
    {
      g_autofree char *name = text_clean (source->location, -1);

      error_add_prefix (reason, name);
      g_propagate_error (error, reason);
    }
  return set;
}

KeySet *
key_set_read_published (const Secret *content, GError **error)
{
  PublicForm form;

  if (is_json (content))
    return read_json (content, NULL, error);
  form = public_encoding_recognise (content);
  if (form != PUBLIC_FORM_NONE && form != PUBLIC_FORM_PRIVATE)
    return set_of_one (public_encoding_open (content, form, error));
  fail_foreign (content, error);
  return NULL;
}
