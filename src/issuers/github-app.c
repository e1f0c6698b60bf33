/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "github-app.h"

#include "i18n.h"

static const IssuerSetting settings[] = {
  { "client-id", true, N_ ("the App's client ID (Iv23…), or its App ID"), true },
  { "api-url", false,
    N_ ("where the API is; https://HOST/api/v3 for an Enterprise Server, GitHub's own if not "
        "set"),
    true },
  { "owner", false,
    N_ ("the user or organization, or \"request\": the one in the path of what is asked for"),
    false },
  { "repositories", false,
    N_ ("names of repositories, or \"request\": the one that is asked for; all if not set"),
    false },
  { "permissions", false, N_ ("such as contents:read issues:write; all of the App's if not set"),
    false },
  { NULL, false, NULL, false },
};

/* "gh environment" in GitHub CLI's manual, and "Variables reference" of GitHub Actions, which tools
 * read elsewhere too. GH_TOKEN is by its name github.com's, and an Enterprise Server's token is not
 * in it; that it is in GITHUB_TOKEN is what Actions does there. */
static const IssuerVariable variables[] = {
  { "GITHUB_TOKEN", ISSUER_PART_TOKEN, NULL },
  { "GH_TOKEN", ISSUER_PART_TOKEN, "cloud" },
  { "GH_ENTERPRISE_TOKEN", ISSUER_PART_TOKEN, "enterprise" },
  { "GITHUB_ENTERPRISE_TOKEN", ISSUER_PART_NONE, NULL },
  { "GH_HOST", ISSUER_PART_DETAIL, "host" },
  { "GITHUB_API_URL", ISSUER_PART_INSTANCE, NULL },
  { "GITHUB_SERVER_URL", ISSUER_PART_DETAIL, "server_url" },
  { NULL, ISSUER_PART_NONE, NULL },
};

static bool
check (const Profile *profile, GError **error)
{
  g_autoptr (Url) api_url = github_api_url (profile, error);
  g_autoptr (JsonObject) permissions = NULL;
  int64_t seconds;
  bool found;

  return api_url != NULL && github_target_check (profile, error) &&
         (permissions = github_permissions (profile, &found, error)) != NULL &&
         github_algorithm (profile, error) != NULL &&
         github_assertion_lifetime (profile, &seconds, error);
}

const Issuer github_app_issuer = {
  .name = "github-app",
  .summary = N_ ("GitHub, as an App's installation"),
  .settings = settings,
  .git_username = "x-access-token",
  .variables = variables,
  .check = check,
  .check_key = github_check_key,
  .place = github_api_url,
  .facts = github_facts,
  .build = github_build,
  .read = github_read,
  .explain = github_explain,
  .explain_call = github_explain_call,
  .is_session_over = github_is_session_over,
  .revoke = github_revoke,
  .ask_account = github_ask_account,
  .read_account = github_read_account,
  .mend = github_mend,
  .guide = github_guide,
  .makes_key = true,
};
