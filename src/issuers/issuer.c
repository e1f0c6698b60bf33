/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "issuer.h"

#include "error.h"
#include "i18n.h"
#include "salesforce.h"
#include "text.h"

#include <string.h>

enum {
  TOO_MANY_REQUESTS = 429,
  FIRST_SERVER_ERROR = 500,
  TOO_MANY_HOLD = 60, /* seconds, where the issuer names none */
};

static const Issuer *const issuers[] = {
  &salesforce_issuer,
  NULL,
};

const Issuer *const *
issuer_all (void)
{
  return issuers;
}

const Issuer *
issuer_find (const char *name)
{
  for (size_t i = 0; issuers[i] != NULL; i++)
    if (strcmp (issuers[i]->name, name) == 0)
      return issuers[i];
  return NULL;
}

static char *
list_names (void)
{
  GString *names = g_string_new (NULL);

  for (size_t i = 0; issuers[i] != NULL; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", issuers[i]->name);
  return g_string_free (names, FALSE);
}

static bool
check_keys (const Issuer *issuer, const Profile *profile, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autoptr (GPtrArray) required = g_ptr_array_new ();

  for (const IssuerSetting *setting = issuer->settings; setting->name != NULL; setting++)
    {
      g_ptr_array_add (known, (void *) setting->name);
      if (setting->required)
        g_ptr_array_add (required, (void *) setting->name);
    }
  g_ptr_array_add (known, NULL);
  g_ptr_array_add (required, NULL);
  return profile_check_keys (profile, (const char *const *) known->pdata,
                             (const char *const *) required->pdata, error);
}

const Issuer *
issuer_for_profile (const Profile *profile, GError **error)
{
  const char *name = profile_get (profile, "issuer");
  const Issuer *issuer = name != NULL ? issuer_find (name) : NULL;
  g_autoptr (GError) reason = NULL;
  g_autofree char *names = NULL;

  if (issuer != NULL)
    return check_keys (issuer, profile, error) ? issuer : NULL;
  names = list_names ();
  profile_set_error (profile, "issuer", &reason,
                     name != NULL ? _ ("no such issuer") : _ ("the profile names no issuer"));
  error_add_hint (reason, _ ("issuers known here: %s"), names);
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}

GError *
issuer_explain (const Issuer *issuer, const IssuerContext *context, const ExchangeAnswer *answer,
                IssuerRefusal *refusal)
{
  GError *error;

  *refusal = (IssuerRefusal){ 0 };
  if (answer->status >= FIRST_SERVER_ERROR)
    {
      error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_NETWORK,
                           _ ("the issuer is unavailable (HTTP %u)"), answer->status);
      error_add_hint (error, _ ("try again later, and see the issuer's status page"));
      return error;
    }
  if (answer->status == TOO_MANY_REQUESTS)
    {
      refusal->hold = answer->retry_after > 0 ? answer->retry_after : TOO_MANY_HOLD;
      error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED,
                           _ ("the issuer refused: too many requests (HTTP %u)"), answer->status);
      error_add_hint (error, _ ("wait %lld seconds before the next try"),
                      (long long) refusal->hold);
      return error;
    }
  return issuer->explain (context, answer, refusal);
}

void
issuer_call_clear (IssuerCall *call)
{
  g_free (call->method);
  g_clear_pointer (&call->url, url_free);
  g_free (call->content_type);
  g_clear_pointer (&call->body, secret_unref);
  g_strfreev (call->headers);
  *call = (IssuerCall){ 0 };
}
