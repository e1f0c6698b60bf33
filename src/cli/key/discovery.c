/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discovery.h"

#include "error.h"
#include "i18n.h"
#include "output-file.h"
#include "strict.h"
#include "text.h"
#include "url.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WELL_KNOWN    "/.well-known"
#define CONFIGURATION WELL_KNOWN "/openid-configuration"
#define KEYS          WELL_KNOWN "/jwks.json"

enum { MAX_KEYS = 16 /* no rotation needs more, and who reads them may not take more */ };

/* One of the two files on its way. */
typedef struct {
  char *path;
  Secret *before; /* its content; NULL: it is not there */
  char *text;     /* what it will be */
  OutputFile file;
  bool placed;
} Draft;

static void
draft_clear (Draft *draft)
{
  output_file_clear (&draft->file);
  g_free (draft->path);
  g_clear_pointer (&draft->before, secret_unref);
  g_free (draft->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

bool
discovery_check (const Discovery *discovery, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = url_parse (discovery->issuer, &reason);

  if (url == NULL && g_ascii_strncasecmp (discovery->issuer, "http://", strlen ("http://")) == 0)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "--issuer: %s",
                 _ ("over plain http anybody on the way could replace the keys by their own"));
  else if (url == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "--issuer: %s", reason->message);
  else if (url->query != NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "--issuer: %s",
                 _ ("a URL without a query is needed"));
  else
    return true;
  return false;
}

/* Section 4.1: without the slash at its end. */
static char *
keys_url (const char *issuer)
{
  size_t length = strlen (issuer);

  if (issuer[length - 1] == '/')
    length--;
  return g_strdup_printf ("%.*s%s", (int) length, issuer, KEYS);
}

static bool
refuse (const Draft *draft, const char *why, const char *hint, GError **error)
{
  g_autofree char *shown = text_clean (draft->path, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s: %s", shown, why);
  if (hint != NULL && error != NULL)
    error_add_hint (*error, "%s", hint);
  return false;
}

/* Others' files may be anything: they are read, and then left alone. */
static bool
read_before (Draft *draft, GError **error)
{
  int fd = open (draft->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  int reason = errno;
  struct stat status;
  bool done;

  if (fd < 0)
    return reason == ENOENT || refuse (draft, g_strerror (reason), NULL, error);
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    {
      close (fd);
      return refuse (draft, _ ("not a regular file"), NULL, error);
    }
  draft->before = secret_read_fd (fd, JSON_MAX_LENGTH, draft->path, error);
  done = draft->before != NULL;
  close (fd);
  return done;
}

static JsonObject *
parse_before (const Draft *draft)
{
  size_t length;
  const char *text = secret_bytes (draft->before, &length);

  return json_strict_object (text, length, NULL);
}

static bool
has_text (JsonObject *object, const char *name, const char *value)
{
  const char *text = NULL;

  return json_optional_string (object, name, &text, NULL) && g_strcmp0 (text, value) == 0;
}

static bool
is_of_issuer (const Draft *configuration, const char *issuer)
{
  g_autoptr (JsonObject) object = parse_before (configuration);
  g_autofree char *keys = keys_url (issuer);

  return object != NULL && has_text (object, "issuer", issuer) &&
         has_text (object, "jwks_uri", keys);
}

/* A public key, as we write them; no private one is carried along by accident. */
static bool
is_public_jwk (JsonNode *node)
{
  static const char *const needed[] = { "kty", "kid" };
  JsonObject *jwk = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  for (size_t i = 0; jwk != NULL && i < G_N_ELEMENTS (needed); i++)
    {
      const char *text = NULL;

      if (!json_optional_string (jwk, needed[i], &text, NULL) || text == NULL)
        return false;
    }
  return jwk != NULL && !json_object_has_member (jwk, "d") && !json_object_has_member (jwk, "k");
}

/* NULL: it is no set of public keys. The caller owns it. */
static JsonArray *
read_keys (const Draft *draft)
{
  g_autoptr (JsonObject) object = parse_before (draft);
  JsonNode *node = object != NULL ? json_object_get_member (object, "keys") : NULL;
  JsonArray *keys =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (unsigned i = 0; keys != NULL && i < json_array_get_length (keys); i++)
    if (!is_public_jwk (json_array_get_element (keys, i)))
      return NULL;
  return keys != NULL ? json_array_ref (keys) : NULL;
}

/* The new key first: where two have one name, it counts. */
static JsonArray *
join_keys (JsonObject *jwk, JsonArray *before, bool keep)
{
  const char *id = json_object_get_string_member (jwk, "kid");
  JsonArray *keys = json_array_new ();

  json_array_add_object_element (keys, json_object_ref (jwk));
  for (unsigned i = 0; keep && before != NULL && i < json_array_get_length (before); i++)
    {
      JsonNode *node = json_array_get_element (before, i);

      if (!has_text (json_node_get_object (node), "kid", id))
        json_array_add_element (keys, json_node_copy (node));
    }
  return keys;
}

static void
add_list (JsonObject *object, const char *name, const char *const *values)
{
  JsonArray *array = json_array_new ();

  for (; *values != NULL; values++)
    json_array_add_string_element (array, *values);
  json_object_set_array_member (object, name, array);
}

/* Those that the keys say, each once. */
static void
add_algorithms (JsonObject *object, JsonArray *keys)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (unsigned i = 0; i < json_array_get_length (keys); i++)
    {
      const char *name = NULL;

      if (json_optional_string (json_array_get_object_element (keys, i), "alg", &name, NULL) &&
          name != NULL && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, (void *) name);
    }
  g_ptr_array_add (names, NULL);
  add_list (object, "id_token_signing_alg_values_supported", (const char *const *) names->pdata);
}

static char *
write_text (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = json_to_string (node, TRUE);

  return g_strconcat (text, "\n", NULL);
}

/* What Kubernetes' own issuer says, and AWS asks for. */
static char *
write_configuration (const char *issuer, JsonArray *keys)
{
  static const char *const types[] = { "id_token", NULL };
  static const char *const subjects[] = { "public", NULL };
  static const char *const claims[] = { "iss", "sub", "aud", "iat", "exp", NULL };
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *url = keys_url (issuer);

  json_object_set_string_member (object, "issuer", issuer);
  json_object_set_string_member (object, "jwks_uri", url);
  add_list (object, "response_types_supported", types);
  add_list (object, "subject_types_supported", subjects);
  add_algorithms (object, keys);
  add_list (object, "claims_supported", claims);
  return write_text (object);
}

static char *
write_keys (JsonArray *keys)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_array_member (object, "keys", json_array_ref (keys));
  return write_text (object);
}

/* What is there is this issuer's, and may be changed. BEFORE: its keys; NULL: nothing is there. */
static bool
check_before (const Discovery *discovery, const Draft *configuration, const Draft *keys,
              JsonArray **before, GError **error)
{
  g_autoptr (JsonArray) found = keys->before != NULL ? read_keys (keys) : NULL;

  if (configuration->before != NULL && !is_of_issuer (configuration, discovery->issuer))
    return refuse (configuration, _ ("this is the file of another issuer, and is left as it is"),
                   _ ("name another folder, or remove the file yourself"), error);
  if (keys->before != NULL && (found == NULL || configuration->before == NULL))
    return refuse (keys, _ ("these are the keys of another issuer, and are left as they are"),
                   _ ("name another folder, or remove the file yourself"), error);
  if (configuration->before != NULL && !discovery->keep && !discovery->force)
    return refuse (configuration, _ ("this issuer has been published already"),
                   _ ("--keep adds the key to those that are there; --force replaces them"), error);
  if (found != NULL && discovery->keep && json_array_get_length (found) >= MAX_KEYS)
    return refuse (keys, _ ("there are 16 keys already"),
                   _ ("--force leaves the new one only; take out old ones that no token needs"),
                   error);
  *before = g_steal_pointer (&found);
  return true;
}

static bool
prepare (Draft *draft, GError **error)
{
  draft->file = (OutputFile){ .path = draft->path, .force = draft->before != NULL, .fd = -1 };
  if (!output_file_open (&draft->file, error) ||
      !output_file_write (&draft->file, draft->text, strlen (draft->text), error))
    return false;
  /* g_mkstemp gave it to its owner alone; it is to be read by all that the umask lets. */
  mode_t mask = umask (0);
  umask (mask);
  fchmod (draft->file.fd, 0666 & ~mask);
  return true;
}

/* As it was before. */
static void
take_back (Draft *draft)
{
  size_t length;
  const char *text;

  if (!draft->placed)
    return;
  if (draft->before == NULL)
    {
      g_unlink (draft->path);
      return;
    }
  text = secret_bytes (draft->before, &length);
  g_file_set_contents (draft->path, text, (gssize) length, NULL);
}

/* The keys first: a reader of the old configuration finds what it needs among them. */
static bool
place (Draft *keys, Draft *configuration, GError **error)
{
  if (!prepare (keys, error) || !prepare (configuration, error) ||
      !output_file_commit (&keys->file, error))
    return false;
  keys->placed = true;
  if (output_file_commit (&configuration->file, error))
    return true;
  take_back (keys);
  return false;
}

static bool
make_folder (const char *path, GError **error)
{
  g_autofree char *shown = text_clean (path, -1);

  if (g_mkdir_with_parents (path, 0777) == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL, _ ("%s: cannot be made: %s"), shown,
               g_strerror (errno));
  return false;
}

bool
discovery_write (const Discovery *discovery, JsonObject *jwk, GError **error)
{
  g_auto (Draft) configuration = { .file.fd = -1 };
  g_auto (Draft) keys = { .file.fd = -1 };
  g_autofree char *folder = g_strconcat (discovery->folder, WELL_KNOWN, NULL);
  g_autoptr (JsonArray) before = NULL;
  g_autoptr (JsonArray) all = NULL;

  configuration.path = g_strconcat (discovery->folder, CONFIGURATION, NULL);
  keys.path = g_strconcat (discovery->folder, KEYS, NULL);
  if (!read_before (&configuration, error) || !read_before (&keys, error) ||
      !check_before (discovery, &configuration, &keys, &before, error))
    return false;
  all = join_keys (jwk, before, discovery->keep);
  configuration.text = write_configuration (discovery->issuer, all);
  keys.text = write_keys (all);
  return make_folder (folder, error) && place (&keys, &configuration, error);
}
