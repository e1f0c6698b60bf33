/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "account.h"

#include "error.h"
#include "i18n.h"
#include "told.h"
#include "url.h"

void
account_free (Account *account)
{
  g_free (account->username);
  g_free (account->name);
  g_free (account->user_id);
  g_free (account->organization_id);
  g_free (account->user_type);
  g_free (account->language);
  g_free (account->app_owner);
  g_free (account);
}

/* OTHER is the identity URL's name for it. */
static bool
read_either (JsonObject *object, const char *name, const char *other, char **value, GError **error)
{
  return told_text (object, name, value, error) &&
         (*value != NULL || told_text (object, other, value, error));
}

Account *
account_read (const ExchangeAnswer *answer, GError **error)
{
  g_autoptr (Account) account = g_new0 (Account, 1);
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (JsonObject) object = json_strict_object (body, length, error);

  if (object == NULL ||
      !read_either (object, "preferred_username", "username", &account->username, error) ||
      !read_either (object, "name", "display_name", &account->name, error) ||
      !told_id (object, "user_id", &account->user_id, error) ||
      !told_id (object, "organization_id", &account->organization_id, error) ||
      !told_text (object, "user_type", &account->user_type, error) ||
      !told_text (object, "language", &account->language, error))
    return NULL;
  if (account->username != NULL || account->user_id != NULL)
    return g_steal_pointer (&account);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the answer names neither a user name nor a user id"));
  return NULL;
}

/* "My Domain URL Formats" in Salesforce Help; the most specific end first. */
static const struct {
  const char *end;
  AccountKind kind;
} hosts[] = {
  { ".sandbox.my.salesforce.com", ACCOUNT_SANDBOX },
  { ".scratch.my.salesforce.com", ACCOUNT_SANDBOX },
  { "test.salesforce.com", ACCOUNT_SANDBOX },
  { ".my.salesforce.com", ACCOUNT_PRODUCTION },
  { "login.salesforce.com", ACCOUNT_PRODUCTION },
};

static AccountKind
kind_of_host (const char *text)
{
  g_autoptr (Url) url = text != NULL ? url_parse (text, NULL) : NULL;

  for (size_t i = 0; url != NULL && i < G_N_ELEMENTS (hosts); i++)
    if (g_str_has_suffix (url->host, hosts[i].end))
      return hosts[i].kind;
  return ACCOUNT_UNKNOWN;
}

/* The instance is the org's own; a login host may be shared, or a site's. */
AccountKind
account_kind (const Profile *profile, const Credential *credential)
{
  AccountKind instance = kind_of_host (credential_detail (credential, "instance_url"));

  return instance != ACCOUNT_UNKNOWN ? instance : kind_of_host (profile_get (profile, "login-url"));
}
