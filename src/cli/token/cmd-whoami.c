/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api.h"
#include "error.h"
#include "facts.h"
#include "i18n.h"
#include "output.h"
#include "process.h"
#include "profiles.h"
#include "target.h"
#include "userinfo.h"
#include "writer.h"

typedef struct {
  char *url;
  gboolean json;
} WhoamiOptions;

static const Option whoami_options[] = {
  TARGET_URL_OPTION (offsetof (WhoamiOptions, url)),
  { "json", 0, OPTION_FLAG, offsetof (WhoamiOptions, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const whoami_example[] = {
  "avouch whoami acme",
  N_ ("the user, the org, and what the token may do"),
  "avouch whoami acme --json | jq -r .organization_id",
  N_ ("the org's id, for a script"),
  NULL,
};

static const char *
kind_name (AccountKind kind)
{
  static const char *const names[] = {
    [ACCOUNT_UNKNOWN] = NULL,
    [ACCOUNT_PRODUCTION] = N_ ("production"),
    [ACCOUNT_SANDBOX] = N_ ("sandbox"),
  };

  return names[kind];
}

static bool
print_text (const Api *api, const Account *account, GError **error)
{
  const char *kind = kind_name (account_kind (api->profile, api->credential));
  g_autofree char *base = url_to_string (api->base);
  const Fact facts[] = {
    { _ ("user"), account->username },
    { _ ("name"), account->name },
    { _ ("user id"), account->user_id },
    { _ ("user type"), account->user_type },
    { _ ("language"), account->language },
    { _ ("org id"), account->organization_id },
    { _ ("org kind"), kind != NULL ? _ (kind) : NULL },
    { _ ("instance"), base },
    { _ ("site"), credential_detail (api->credential, "sfdc_community_url") },
    { _ ("app owner"), account->app_owner },
    { _ ("installed at"), credential_detail (api->credential, "owner") },
    { _ ("repositories"), credential_detail (api->credential, "repositories") },
    { _ ("scopes"), credential_detail (api->credential, "scope") },
  };
  g_autofree char *text = facts_render (facts, G_N_ELEMENTS (facts));

  return output_text (text, error);
}

static void
write_words (Writer *writer, const char *name, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", " ", -1);

  writer_open (writer, name, '[');
  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      writer_string (writer, NULL, *word);
  writer_close (writer, ']');
}

/* Of an app that is installed at several places, each of which gives it some repositories. */
static void
write_app (Writer *writer, const Credential *credential, const Account *account)
{
  writer_string (writer, "app_owner", account->app_owner);
  writer_string (writer, "installed_at", credential_detail (credential, "owner"));
  write_words (writer, "repositories", credential_detail (credential, "repositories"));
}

static bool
print_json (const Api *api, const Account *account, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };
  g_autofree char *base = url_to_string (api->base);

  writer_open (&writer, NULL, '{');
  writer_string (&writer, "profile", profile_name (api->profile));
  writer_string (&writer, "username", account->username);
  writer_string (&writer, "name", account->name);
  writer_string (&writer, "user_id", account->user_id);
  writer_string (&writer, "user_type", account->user_type);
  writer_string (&writer, "language", account->language);
  writer_string (&writer, "organization_id", account->organization_id);
  writer_string (&writer, "organization_kind",
                 kind_name (account_kind (api->profile, api->credential)));
  writer_string (&writer, "instance_url", base);
  writer_string (&writer, "community_url",
                 credential_detail (api->credential, "sfdc_community_url"));
  write_words (&writer, "scopes", credential_detail (api->credential, "scope"));
  if (account->app_owner != NULL)
    write_app (&writer, api->credential, account);
  writer_close (&writer, '}');
  return output_buffer (&output, error);
}

static bool
run (const Invocation *call, GError **error)
{
  const WhoamiOptions *options = call->values;
  int64_t began = process_now ();
  g_auto (Api) api = { 0 };
  g_autoptr (GError) cause = NULL;
  g_autoptr (Account) account = NULL;

  if (!api_choose (&api, call, call->arguments[0], options->url, error))
    return false;
  if (userinfo_check (api.profile, &cause))
    {
      if (!api_log_in (&api, error))
        return false;
      account = userinfo_ask (&api, began, &cause);
    }
  if (account != NULL)
    return options->json ? print_json (&api, account, error) : print_text (&api, account, error);
  profiles_name_in (cause, api.profile);
  g_propagate_error (error, g_steal_pointer (&cause));
  return false;
}

const Command command_whoami = {
  .path = "avouch whoami",
  .arguments = N_ ("[PROFILE | --url URL]"),
  .summary = N_ ("show whom a profile's token acts as, and in which org"),
  .description = N_ ("Asks the issuer whose token it is: the user, the org or the app, sandbox or "
                     "production, and what the token may do. Takes the token from the cache, or "
                     "logs in. Without PROFILE, the only "
                     "one that is configured."),
  .example = whoami_example,
  .options = whoami_options,
  .values_size = sizeof (WhoamiOptions),
  .max_arguments = 1,
  .run = run,
};
