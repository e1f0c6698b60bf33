/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pkcs11-uri.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

/* RFC 7512 section 2.3 has more: of the library, which a token does not tell, and of the slot,
 * whose number changes. */
static const char *const names[PKCS11_ATTRIBUTES] = {
  [PKCS11_TOKEN] = "token",   [PKCS11_MANUFACTURER] = "manufacturer",
  [PKCS11_MODEL] = "model",   [PKCS11_SERIAL] = "serial",
  [PKCS11_OBJECT] = "object", [PKCS11_ID] = "id",
  [PKCS11_TYPE] = "type",
};

static const Pkcs11Attribute token_attributes[] = {
  PKCS11_TOKEN,
  PKCS11_MANUFACTURER,
  PKCS11_MODEL,
  PKCS11_SERIAL,
};

/* Attributes that may not stand in a file of settings, wherever in the URI they stand. */
static const struct {
  const char *name;
  const char *message;
  const char *hint;
} refusals[] = {
  { "pin-value", N_ ("the PKCS#11 URI holds a PIN (pin-value), which is a secret"),
    N_ ("remove it, change the PIN, and name the place of the new one by `passphrase`") },
  { "pin-source", N_ ("the PKCS#11 URI names the place of a PIN (pin-source)"),
    N_ ("set `passphrase` instead: keyring, file:PATH, env:NAME or prompt") },
  { "module-name", N_ ("the PKCS#11 URI names a module (module-name)"),
    N_ ("remove it: p11-kit's configuration names the modules (pkcs11.conf(5))") },
  { "module-path", N_ ("the PKCS#11 URI names a module (module-path)"),
    N_ ("remove it: p11-kit's configuration names the modules (pkcs11.conf(5))") },
};

void
pkcs11_uri_clear (Pkcs11Uri *uri)
{
  for (size_t i = 0; i < PKCS11_ATTRIBUTES; i++)
    g_clear_pointer (&uri->values[i], g_free);
}

static bool
fail (const char *message, const char *hint, GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, message);
  if (error != NULL)
    error_add_hint (*error, "%s", hint);
  return false;
}

static bool
fail_malformed (GError **error)
{
  return fail (_ ("the PKCS#11 URI is not well-formed"),
               _ ("it is like pkcs11:token=NAME;object=NAME; `p11tool --login --list-privkeys "
                  "pkcs11:token=NAME` prints the URI of each key"),
               error);
}

static bool
fail_attribute (const char *name, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strcmp (refusals[i].name, name) == 0)
      return fail (_ (refusals[i].message), _ (refusals[i].hint), error);
  return fail (_ ("the PKCS#11 URI has an attribute that is not known"),
               _ ("the attributes are token, manufacturer, model, serial, object, id and type"),
               error);
}

/* RFC 7512 section 2.3: pk11-pchar, percent-encoded in whole. */
static bool
is_value (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text == '%')
      {
        if (!g_ascii_isxdigit (text[1]) || !g_ascii_isxdigit (text[2]))
          return false;
        text += 2;
      }
    else if (!g_ascii_isalnum (*text) && strchr ("-._~:[]@!$'()*+,=&/", *text) == NULL)
      return false;
  return true;
}

static bool
add_attribute (Pkcs11Uri *uri, const char *attribute, GError **error)
{
  const char *equals = strchr (attribute, '=');
  g_autofree char *name = g_strndup (attribute, strcspn (attribute, "="));

  if (equals == NULL)
    return fail_malformed (error);
  for (size_t i = 0; i < PKCS11_ATTRIBUTES; i++)
    if (strcmp (names[i], name) == 0)
      {
        if (uri->values[i] != NULL || !is_value (equals + 1))
          return fail_malformed (error);
        uri->values[i] = g_strdup (equals + 1);
        return true;
      }
  return fail_attribute (name, error);
}

static bool
check_query (const char *query, GError **error)
{
  g_autofree char *name = query != NULL ? g_strndup (query, strcspn (query, "=&")) : NULL;

  return name == NULL || fail_attribute (name, error);
}

/* TEXT without its query. */
static bool
parse_path (const char *text, Pkcs11Uri *uri, GError **error)
{
  g_auto (GStrv) attributes = NULL;

  if (!g_str_has_prefix (text, PKCS11_URI_SCHEME))
    return fail_malformed (error);
  attributes = g_strsplit (text + strlen (PKCS11_URI_SCHEME), ";", -1);
  for (char **attribute = attributes; *attribute != NULL; attribute++)
    if (!add_attribute (uri, *attribute, error))
      return false;
  return true;
}

static bool
check_names_key (const Pkcs11Uri *uri, GError **error)
{
  if (g_strcmp0 (uri->values[PKCS11_TYPE], "private") != 0 && uri->values[PKCS11_TYPE] != NULL)
    return fail (_ ("the PKCS#11 URI does not mean a private key"),
                 _ ("remove `type`, or set it to private"), error);
  if (uri->values[PKCS11_OBJECT] != NULL || uri->values[PKCS11_ID] != NULL)
    return true;
  return fail (
      _ ("the PKCS#11 URI does not say which key of the token"),
      _ ("add `object` or `id`: `p11tool --login --list-privkeys pkcs11:token=NAME` prints "
         "those of each key"),
      error);
}

bool
pkcs11_uri_parse (const char *text, Pkcs11Uri *uri, GError **error)
{
  g_auto (Pkcs11Uri) parsed = { 0 };
  g_autofree char *path = g_strndup (text, strcspn (text, "?"));
  const char *query = strchr (text, '?');

  if (!check_query (query != NULL ? query + 1 : NULL, error) ||
      !parse_path (path, &parsed, error) || !check_names_key (&parsed, error))
    return false;
  *uri = parsed;
  parsed = (Pkcs11Uri){ 0 };
  return true;
}

static bool
are_equal (const char *a, const char *b)
{
  g_autofree char *plain_a = g_uri_unescape_string (a, NULL);
  g_autofree char *plain_b = b != NULL ? g_uri_unescape_string (b, NULL) : NULL;

  return plain_a != NULL && g_strcmp0 (plain_a, plain_b) == 0;
}

bool
pkcs11_uri_matches_token (const Pkcs11Uri *uri, const char *token_url)
{
  g_auto (Pkcs11Uri) token = { 0 };

  if (!parse_path (token_url, &token, NULL))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (token_attributes); i++)
    {
      const char *wanted = uri->values[token_attributes[i]];

      if (wanted != NULL && !are_equal (wanted, token.values[token_attributes[i]]))
        return false;
    }
  return true;
}

char *
pkcs11_uri_for_key (const Pkcs11Uri *uri, const char *token_url)
{
  static const Pkcs11Attribute of_object[] = { PKCS11_OBJECT, PKCS11_ID };
  g_autoptr (GString) text = g_string_new (token_url);

  g_string_append (text, ";type=private");
  for (size_t i = 0; i < G_N_ELEMENTS (of_object); i++)
    if (uri->values[of_object[i]] != NULL)
      g_string_append_printf (text, ";%s=%s", names[of_object[i]], uri->values[of_object[i]]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
pkcs11_uri_label (const char *text)
{
  g_auto (Pkcs11Uri) uri = { 0 };

  if (!parse_path (text, &uri, NULL) || uri.values[PKCS11_OBJECT] == NULL)
    return NULL;
  return g_uri_unescape_string (uri.values[PKCS11_OBJECT], NULL);
}

static bool
is_known (const char *attribute)
{
  for (size_t i = 0; i < PKCS11_ATTRIBUTES; i++)
    if (g_str_has_prefix (attribute, names[i]) && attribute[strlen (names[i])] == '=')
      return true;
  return false;
}

char *
pkcs11_uri_for_message (const char *text)
{
  g_autofree char *path = g_strndup (text, strcspn (text, "?"));
  g_auto (GStrv) attributes = g_strsplit (path + strlen (PKCS11_URI_SCHEME), ";", -1);
  g_autoptr (GString) shown = g_string_new (PKCS11_URI_SCHEME);

  for (char **attribute = attributes; *attribute != NULL; attribute++)
    if (is_known (*attribute))
      g_string_append_printf (shown, "%s%s", shown->len > strlen (PKCS11_URI_SCHEME) ? ";" : "",
                              *attribute);
  return text_clean (shown->str, (gssize) shown->len);
}
