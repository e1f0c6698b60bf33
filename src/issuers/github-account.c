/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom an installation's token acts as: the App's bot. A token may not ask that, the App may ("Get
 * the authenticated app" in GitHub Docs). */
#include "github-app.h"

#include "error.h"
#include "i18n.h"
#include "strict.h"
#include "told.h"

bool
github_ask_account (const IssuerContext *context, IssuerCall *call, GError **error)
{
  return github_call_as_app (context, "GET", "/app", NULL, call, error);
}

Account *
github_read_account (const ExchangeAnswer *answer, GError **error)
{
  size_t length = 0;
  const char *body = secret_bytes (answer->body, &length);
  g_autoptr (JsonObject) object = json_strict_object (body, length, error);
  g_autoptr (Account) account = g_new0 (Account, 1);
  g_autofree char *slug = NULL;
  JsonObject *owner = NULL;

  if (object == NULL || !told_text (object, "slug", &slug, error) ||
      !told_text (object, "name", &account->name, error) ||
      !json_optional_object (object, "owner", &owner, error) ||
      (owner != NULL && !told_text (owner, "login", &account->app_owner, error)))
    return NULL;
  if (slug == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the JSON member “%s” is missing"), "slug");
      return NULL;
    }
  account->username = g_strconcat (slug, "[bot]", NULL);
  return g_steal_pointer (&account);
}
