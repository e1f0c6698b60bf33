/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claims-settings.h"

#include "error.h"
#include "i18n.h"
#include "placeholder.h"
#include "strict.h"

#include <string.h>

/* How a setting's value is read. */
typedef struct {
  const IssuerContext *context;
  bool dry; /* without the key */
} Reading;

/* REASON, which is consumed, as what is wrong with SETTING. */
static void
refuse (const Reading *reading, const Setting *setting, GError *reason, GError **error)
{
  g_autofree char *message = error_message (reason);
  g_autoptr (GError) placed = NULL;

  profile_set_error (reading->context->profile, setting->key, &placed, "%s", message);
  if (error_hint (reason) != NULL)
    error_add_hint (placed, "%s", error_hint (reason));
  g_error_free (reason);
  g_propagate_error (error, g_steal_pointer (&placed));
}

static char *
expand (const Reading *reading, const Setting *setting, PlaceholderSyntax syntax, GError **error)
{
  const IssuerContext *context = reading->context;

  return reading->dry ? placeholder_expand_dry (context->profile, setting->value, syntax, error)
                      : placeholder_expand (context, setting->value, syntax, error);
}

static JsonNode *
read_text (const Reading *reading, const Setting *setting, GError **error)
{
  g_autofree char *text = expand (reading, setting, PLACEHOLDER_TEXT, error);

  return text != NULL ? json_node_init_string (json_node_alloc (), text) : NULL;
}

/* It is checked by itself first: within an object, TEXT could be two members. */
static JsonNode *
read_json (const Reading *reading, const Setting *setting, GError **error)
{
  g_autofree char *text = expand (reading, setting, PLACEHOLDER_JSON, error);
  g_autofree char *document = text != NULL ? g_strdup_printf ("{\"value\":%s}", text) : NULL;
  g_autoptr (JsonObject) object = NULL;

  if (document == NULL)
    return NULL;
  if (json_strict_check (text, strlen (text), error))
    object = json_strict_object (document, strlen (document), error);
  if (object != NULL)
    return json_object_dup_member (object, "value");
  if (error != NULL)
    error_add_hint (*error, _ ("%s takes JSON: 5, true, [\"a\"], or a string in double quotes"),
                    setting->key);
  return NULL;
}

/* Takes NODE over. */
static void
put (JsonObject *object, const char *name, JsonNode *node)
{
  if (!json_node_is_null (node))
    {
      json_object_set_member (object, name, node);
      return;
    }
  json_object_remove_member (object, name);
  json_node_unref (node);
}

static bool
fill_one (const Reading *reading, const char *prefix, const Setting *setting, JsonObject *object,
          GError **error)
{
  bool json = g_str_has_suffix (prefix, "-json.");
  GError *reason = NULL;
  JsonNode *node =
      json ? read_json (reading, setting, &reason) : read_text (reading, setting, &reason);

  if (node != NULL)
    {
      put (object, setting->key + strlen (prefix), node);
      return true;
    }
  refuse (reading, setting, reason, error);
  return false;
}

static bool
fill_prefix (const Reading *reading, const char *prefix, JsonObject *object, GError **error)
{
  size_t count;
  const Setting *settings = profile_settings (reading->context->profile, &count);

  for (size_t i = 0; i < count; i++)
    if (g_str_has_prefix (settings[i].key, prefix) &&
        !fill_one (reading, prefix, &settings[i], object, error))
      return false;
  return true;
}

/* One name in both forms has two values. */
static bool
check_once (const Reading *reading, const char *text_prefix, const char *json_prefix,
            GError **error)
{
  const Profile *profile = reading->context->profile;
  size_t count;
  const Setting *settings = profile_settings (profile, &count);

  for (size_t i = 0; i < count; i++)
    if (g_str_has_prefix (settings[i].key, text_prefix))
      {
        const char *name = settings[i].key + strlen (text_prefix);
        g_autofree char *other = g_strconcat (json_prefix, name, NULL);

        if (profile_get (profile, other) != NULL)
          {
            profile_set_error (profile, other, error, _ ("%s gives it already"), settings[i].key);
            return false;
          }
      }
  return true;
}

static bool
fill (const Reading *reading, const char *family, JsonObject *object, GError **error)
{
  g_autofree char *text = g_strconcat (family, ".", NULL);
  g_autofree char *json = g_strconcat (family, "-json.", NULL);

  return check_once (reading, text, json, error) && fill_prefix (reading, text, object, error) &&
         fill_prefix (reading, json, object, error);
}

/* Times are numbers (RFC 7519 section 2, NumericDate). */
static bool
check_times (const Profile *profile, const char *family, GError **error)
{
  static const char *const names[] = { "exp", "iat", "nbf" };

  for (size_t i = 0; strcmp (family, "claim") == 0 && i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *key = g_strconcat (family, ".", names[i], NULL);

      if (profile_get (profile, key) == NULL)
        continue;
      profile_set_error (profile, key, error, _ ("a time is a number of seconds, and no text"));
      if (error != NULL)
        error_add_hint (*error, _ ("write \"claim-json.%s = {now}\", or {now+300}"), names[i]);
      return false;
    }
  return true;
}

bool
claims_settings_preview (const Profile *profile, const char *family, int64_t now,
                         JsonObject *object, GError **error)
{
  const IssuerContext context = { .profile = profile, .now = now };
  const Reading reading = { &context, true };

  return check_times (profile, family, error) && fill (&reading, family, object, error);
}

bool
claims_settings_check (const Profile *profile, const char *family, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();

  return claims_settings_preview (profile, family, 0, object, error);
}

bool
claims_settings_fill (const IssuerContext *context, const char *family, JsonObject *object,
                      GError **error)
{
  const Reading reading = { context, false };

  return fill (&reading, family, object, error);
}

bool
claims_settings_exist (const Profile *profile, const char *family)
{
  g_autofree char *text = g_strconcat (family, ".", NULL);
  g_autofree char *json = g_strconcat (family, "-json.", NULL);
  size_t count;
  const Setting *settings = profile_settings (profile, &count);

  for (size_t i = 0; i < count; i++)
    if (g_str_has_prefix (settings[i].key, text) || g_str_has_prefix (settings[i].key, json))
      return true;
  return false;
}
