/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of Talend's Salesforce connection (Oauth2JwtFlowProperties and
 * SalesforceConnectionProperties of its component library; the labels of the form), as a job's
 * context file names them. */
#include "import.h"

#include "error.h"
#include "i18n.h"
#include "properties.h"
#include "salesforce.h"
#include "strict.h"
#include "text.h"

#include <string.h>

enum { MAX_LISTED = 6 }; /* names in a message */

typedef enum {
  NAME_TAKEN,
  NAME_PASSPHRASE,
  NAME_LIFETIME,
  NAME_SECRET,
} NameKind;

/* In small letters, without what separates words: keyStore, KEYSTORE, key_store, keystore. */
static const struct {
  const char *name;
  NameKind kind;
  const char *ours;
} names[] = {
  { "keystore", NAME_TAKEN, "key" },
  { "keystorefile", NAME_TAKEN, "key" },
  { "keystorepath", NAME_TAKEN, "key" },
  { "certificatealias", NAME_TAKEN, "key-alias" },
  { "certalias", NAME_TAKEN, "key-alias" },
  { "keyalias", NAME_TAKEN, "key-alias" },
  { "alias", NAME_TAKEN, "key-alias" },
  { "issuer", NAME_TAKEN, "client-id" },
  { "consumerkey", NAME_TAKEN, "client-id" },
  { "clientid", NAME_TAKEN, "client-id" },
  { "subject", NAME_TAKEN, "username" },
  { "username", NAME_TAKEN, "username" },
  { "endpoint", NAME_TAKEN, "login-url" },
  { "tokenendpoint", NAME_TAKEN, "login-url" },
  { "oauthtokenendpoint", NAME_TAKEN, "login-url" },
  { "oauth2tokenendpoint", NAME_TAKEN, "login-url" },
  { "loginurl", NAME_TAKEN, "login-url" },
  { "audience", NAME_TAKEN, "audience" },
  { "expiration", NAME_LIFETIME, "assertion-lifetime" },
  { "expirationtime", NAME_LIFETIME, "assertion-lifetime" },
  { "keystorepassword", NAME_PASSPHRASE, "passphrase" },
  { "keystorepwd", NAME_PASSPHRASE, "passphrase" },
  { "keystorepass", NAME_PASSPHRASE, "passphrase" },
  { "keypassword", NAME_SECRET, NULL },
  { "clientsecret", NAME_SECRET, NULL },
  { "consumersecret", NAME_SECRET, NULL },
  { "securitytoken", NAME_SECRET, NULL },
  { "securitykey", NAME_SECRET, NULL },
  { "password", NAME_SECRET, NULL },
};

/* Where a component's properties stand below its own, or a job's context is named. */
static const char *const prefixes[] = { "context.", "connection.", "oauth2jwtflow." };

/* An index into `names`, or their number. */
static size_t
find_name (const char *theirs, const char *prefix)
{
  g_autofree char *name = NULL;
  g_autoptr (GString) bare = g_string_new (NULL);

  if (prefix != NULL && g_str_has_prefix (theirs, prefix))
    theirs += strlen (prefix);
  name = g_ascii_strdown (theirs, -1);
  const char *at = name;
  for (size_t i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (at, prefixes[i]))
      at += strlen (prefixes[i]);
  for (; *at != '\0'; at++)
    if (strchr ("._- ", *at) == NULL)
      g_string_append_c (bare, *at);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i].name, bare->str) == 0)
      return i;
  return G_N_ELEMENTS (names);
}

/* Without the quotes that make a Java string of it in Talend's forms. The caller owns it; it is
 * no secret. */
static char *
plain_value (const Property *property)
{
  size_t length;
  const char *bytes = secret_bytes (property->value, &length);
  g_autofree char *value = g_strstrip (g_strndup (bytes, length));

  length = strlen (value);
  if (length < 2 || value[0] != '"' || value[length - 1] != '"')
    return g_steal_pointer (&value);
  return g_strndup (value + 1, length - 2);
}

static bool
take_lifetime (Import *import, const char *theirs, const char *value, GError **error)
{
  int64_t seconds;

  if (text_parse_int (value, SALESFORCE_MIN_ASSERTION_LIFETIME, SALESFORCE_MAX_ASSERTION_LIFETIME,
                      &seconds))
    return import_take (import, theirs, "assertion-lifetime", value, error);
  import_leave (import, theirs,
                _ ("it is more or less than Salesforce takes; avouch's own is 180 s"));
  return true;
}

static bool
take_passphrase (Import *import, const Property *property, GError **error)
{
  size_t length;
  const char *bytes = secret_bytes (property->value, &length);

  if (import->passphrase != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("%s: a keystore's password is there twice"), property->name);
      return false;
    }
  if (length >= 4 && g_ascii_strncasecmp (bytes, "enc:", 4) == 0)
    import_leave (import, property->name, _ ("it is encrypted, by a key that avouch has not"));
  else if (length >= 2 && bytes[0] == '"' && bytes[length - 1] == '"')
    import->passphrase = secret_new (bytes + 1, length - 2);
  else if (length > 0)
    import->passphrase = secret_ref (property->value);
  if (import->passphrase != NULL)
    import->passphrase_name = g_strdup (property->name);
  return true;
}

static bool
take (Import *import, const Property *property, size_t name, GError **error)
{
  g_autofree char *value = NULL;

  if (names[name].kind == NAME_PASSPHRASE)
    return take_passphrase (import, property, error);
  if (names[name].kind == NAME_SECRET)
    {
      import_leave (import, property->name, _ ("a secret, which a login by a key has no need of"));
      return true;
    }
  value = plain_value (property);
  if (names[name].kind == NAME_LIFETIME)
    return take_lifetime (import, property->name, value, error);
  return import_take (import, property->name, names[name].ours, value, error);
}

/* The audience is the login URL where nothing else is said, and the other way round. */
static bool
settle_audience (Import *import, GError **error)
{
  g_autofree char *audience = g_strdup (import_get (import, "audience"));
  const char *url = import_get (import, "login-url");

  if (audience == NULL)
    return true;
  if (url == NULL)
    {
      import_drop (import, "audience", _ ("it is where the login goes, too"));
      return import_take (import, _ ("audience"), "login-url", audience, error);
    }
  if (g_str_has_prefix (url, audience) &&
      (url[strlen (audience)] == '\0' || url[strlen (audience)] == '/'))
    import_drop (import, "audience", _ ("the login URL is the audience by itself"));
  return true;
}

static bool
refuse_auth_file (JsonObject *object, GError **error)
{
  if (!json_object_has_member (object, "privateKey") &&
      !json_object_has_member (object, "refreshToken"))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("this is an auth file of the vendor's CLI"));
  if (error != NULL)
    error_add_hint (*error, _ ("avouch profile import sf FILE"));
  return false;
}

static GPtrArray *
read_json (const char *text, size_t length, GError **error)
{
  g_autoptr (JsonObject) object = json_strict_object (text, length, error);
  g_autoptr (GPtrArray) properties =
      g_ptr_array_new_with_free_func ((GDestroyNotify) property_free);
  g_autoptr (GList) members = NULL;

  if (object == NULL || !refuse_auth_file (object, error))
    return NULL;
  members = json_object_get_members (object);
  for (const GList *at = members; at != NULL; at = at->next)
    {
      g_autofree char *name = g_strdup (at->data);
      JsonNode *node = json_object_get_member (object, name);
      g_autoptr (Secret) value = NULL;

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
        {
          g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));

          value = secret_new (number, strlen (number));
        }
      else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        value = json_take_secret (object, name, error);
      else
        value = secret_new ("", 0);
      if (value == NULL)
        return NULL;
      g_ptr_array_add (properties, property_new (name, value));
    }
  return g_steal_pointer (&properties);
}

/* "a, b, c, …" */
static char *
list_names (const GPtrArray *properties)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (size_t i = 0; i < MIN (properties->len, MAX_LISTED); i++)
    {
      const Property *property = properties->pdata[i];

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", property->name);
    }
  if (properties->len > MAX_LISTED)
    g_string_append (list, ", …");
  return text_clean (list->str, -1);
}

static bool
refuse_nothing (const GPtrArray *properties, GError **error)
{
  g_autofree char *list = list_names (properties);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("none of Talend's names is in it (keyStore, issuer, subject, …), but: %s"),
               properties->len > 0 ? list : _ ("nothing"));
  if (error != NULL)
    error_add_hint (*error, _ ("if a job's names begin alike, say how: --prefix NAME_"));
  return false;
}

static bool
take_all (Import *import, const GPtrArray *properties, const char *prefix, GError **error)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  for (size_t i = 0; i < properties->len; i++)
    {
      Property *property = properties->pdata[i];
      size_t name = find_name (property->name, prefix);

      if (name == G_N_ELEMENTS (names))
        g_ptr_array_add (rest, property);
      else if (!take (import, property, name, error))
        return false;
    }
  if (import->items->len == 0 && import->passphrase == NULL)
    return refuse_nothing (properties, error);
  if (rest->len > 0)
    {
      g_autofree char *list = list_names (rest);

      import_leave (import, list, _ ("no setting of a profile"));
    }
  return true;
}

bool
import_talend (Import *import, const char *text, size_t length, const char *prefix, GError **error)
{
  const char *start = text;
  g_autoptr (GPtrArray) properties = NULL;

  while (start < text + length && g_ascii_isspace (*start))
    start++;
  if (start < text + length && *start == '<')
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("this is XML, as Talend Studio keeps it for itself"));
      if (error != NULL)
        error_add_hint (*error, _ ("build the job: its folder contexts has NAME.properties"));
      return false;
    }
  properties = start < text + length && *start == '{' ? read_json (text, length, error)
                                                      : properties_parse (text, length, error);
  return properties != NULL && take_all (import, properties, prefix, error) &&
         settle_audience (import, error);
}
