/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ~/.sfdx/USERNAME.json, as the vendor's CLI and its @salesforce/core write it (AuthFields). */
#include "import.h"

#include "error.h"
#include "i18n.h"
#include "strict.h"

#include <string.h>

static const struct {
  const char *theirs;
  const char *ours;
} taken[] = {
  { "username", "username" },
  { "clientId", "client-id" },
  { "privateKey", "key" },
  { "instanceUrl", "login-url" },
};

static const char *const secrets[] = {
  "accessToken", "refreshToken", "clientSecret", "password", "authCode",
};

/* Wiped before anything else is looked at. */
static bool
drop_secrets (Import *import, JsonObject *object, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      g_autoptr (Secret) secret = NULL;
      const char *value;

      if (!json_optional_string (object, secrets[i], &value, error))
        return false;
      if (value == NULL)
        continue;
      secret = json_take_secret (object, secrets[i], error);
      import_leave (import, secrets[i], _ ("a secret, which a login by a key has no need of"));
    }
  return true;
}

/* The host of instanceUrl is an org's own, or that of a machine which many orgs share. */
static bool
is_my_domain (const char *url)
{
  return url != NULL && strstr (url, ".my.salesforce.") != NULL;
}

/* The vendor's CLI logs in at loginUrl; an External Client App answers at the org's own host only.
 */
static bool
choose_login_url (Import *import, const char *login_url, GError **error)
{
  const char *instance = import_get (import, "login-url");

  if (login_url == NULL)
    return true;
  if (is_my_domain (instance))
    {
      if (strcmp (login_url, instance) != 0)
        import_leave (import, "loginUrl", _ ("the org's own host takes every app's logins"));
      return true;
    }
  import_drop (import, "login-url", _ ("loginUrl is where logins go"));
  return import_take (import, "loginUrl", "login-url", login_url, error);
}

static void
drop_own_app (Import *import)
{
  const char *client_id = import_get (import, "client-id");

  if (client_id != NULL && strcmp (client_id, "PlatformCLI") == 0)
    import_drop (import, "client-id",
                 _ ("the CLI's own app has no certificate: make an External Client App"));
}

static bool
refuse_without_key (const Import *import, JsonObject *object, GError **error)
{
  if (import_get (import, "key") != NULL || json_object_has_member (object, "privateKey"))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("this org was logged in to by a browser: the file names no private key"));
  if (error != NULL)
    error_add_hint (*error, _ ("\"avouch profile add salesforce\" makes a key, and says where its "
                               "certificate goes"));
  return false;
}

static void
leave_the_rest (Import *import, JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);
  g_autoptr (GString) rest = g_string_new (NULL);

  for (const GList *at = names; at != NULL; at = at->next)
    {
      const char *name = at->data;
      bool known = strcmp (name, "loginUrl") == 0 || strcmp (name, "alias") == 0;

      for (size_t i = 0; i < G_N_ELEMENTS (taken); i++)
        known = known || strcmp (name, taken[i].theirs) == 0;
      if (!known)
        g_string_append_printf (rest, "%s%s", rest->len > 0 ? ", " : "", name);
    }
  if (rest->len > 0)
    import_leave (import, rest->str, _ ("no setting of a profile"));
}

bool
import_sf_file (Import *import, const char *text, size_t length, GError **error)
{
  g_autoptr (JsonObject) object = json_strict_object (text, length, error);
  const char *value;

  if (object == NULL || !drop_secrets (import, object, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (taken); i++)
    if (!json_optional_string (object, taken[i].theirs, &value, error) ||
        (value != NULL && !import_take (import, taken[i].theirs, taken[i].ours, value, error)))
      return false;
  if (!json_optional_string (object, "loginUrl", &value, error) ||
      !choose_login_url (import, value, error) ||
      !json_optional_string (object, "alias", &value, error))
    return false;
  import->name = g_strdup (value);
  drop_own_app (import);
  leave_the_rest (import, object);
  return refuse_without_key (import, object, error);
}
