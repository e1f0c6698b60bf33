/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GitHub Apps: a JWT that the App's key signed is the bearer of one more call, which gives a token
 * for one of the App's installations ("Authenticating as a GitHub App installation" and "REST API
 * endpoints for GitHub Apps" in GitHub Docs). */
#pragma once

#include "issuer.h"

extern const Issuer github_app_issuer;

#define GITHUB_FACT_INSTALLATION "installation"

enum {
  GITHUB_MAX_REPOSITORIES = 50, /* each has 6 kB in the answer; the API's own limit is 500 */
  /* Seconds in which not all of GitHub's servers may know a new token, by what its own library
   * allows (auth-app.js, "Newly created tokens might not be accessible immediately"). */
  GITHUB_SETTLING = 5,
};

/* github-place.c */

/* `api-url` without slashes at its end, or GitHub's own. Error: config, with what to write instead
 * where the mistake is a known one. */
Url *github_api_url (const Profile *profile, GError **error);
/* PATH below BASE. */
Url *github_endpoint (const Url *base, const char *path, GError **error);
/* Where people and git find what the API at URL is for: "github.com", "ghes.example:8443". The
 * caller owns it. */
char *github_web_host (const Url *api_url);
/* Whether that is GitHub's own service and not a server of somebody's (Enterprise Server), which
 * GitHub's tools give other variables. */
bool github_is_cloud (const Url *api_url);

/* github-target.c: what a token is for. */
typedef struct {
  char *owner;         /* NULL: the App's only installation */
  char *repository;    /* the one that is asked for; NULL: none, or it does not matter */
  char **repositories; /* names to which the token is narrowed; NULL: all of the installation */
} GithubTarget;
void github_target_clear (GithubTarget *target);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GithubTarget, github_target_clear)

/* Error: config, for settings that make no sense. */
bool github_target_check (const Profile *profile, GError **error);
/* What REQUEST of the profile is for; TARGET starts from { 0 }. Errors: config (a path that says
 * too little, another owner's), protocol (a path with names that GitHub cannot have). */
bool github_target_read (const Profile *profile, const Request *request, GithubTarget *target,
                         GError **error);
/* By "Username considerations" and "Repository names" in GitHub Docs: nothing that a URL's path
 * would have to escape. */
bool github_is_owner (const char *name);
bool github_is_repository (const char *name);

/* github-permissions.c */

/* `permissions` as the API has them ("contents": "read", …); NULL without an error: all that the
 * installation was granted. Error: config. */
JsonObject *github_permissions (const Profile *profile, bool *found, GError **error);
/* "contents:read metadata:read" for the answer's object, in byte order; the caller owns it. Error:
 * protocol. */
char *github_permissions_text (JsonObject *permissions, GError **error);

/* github-call.c */

/* METHOD and PATH of the API, as the App; takes CALL's body from BODY (NULL: none). Errors: config,
 * key. */
bool github_call_as_app (const IssuerContext *context, const char *method, const char *path,
                         Secret *body, IssuerCall *call, GError **error);
/* The same with an installation's token. */
bool github_call_with (const Url *base, const char *method, const char *path, Secret *token,
                       IssuerCall *call, GError **error);
/* Seconds that the App's JWT lives from now on. Error: config. */
bool github_assertion_lifetime (const Profile *profile, int64_t *seconds, GError **error);
/* Error: key, for any but an RSA key. */
bool github_check_key (const Key *key, GError **error);
/* Error: config, for any but RS256. */
const Algorithm *github_algorithm (const Profile *profile, GError **error);

/* github-installation.c */
extern const IssuerFact github_facts[];

/* github-token.c: the issuer's `build`, `read`, `revoke`. */
bool github_build (const IssuerContext *context, IssuerCall *call, GError **error);
Credential *github_read (const IssuerContext *context, const ExchangeAnswer *answer,
                         GError **error);
bool github_revoke (const IssuerContext *context, const Url *base, const Credential *credential,
                    IssuerCall *call, GError **error);

/* github-account.c: the issuer's `ask_account` and `read_account`. */
bool github_ask_account (const IssuerContext *context, IssuerCall *call, GError **error);
Account *github_read_account (const ExchangeAnswer *answer, GError **error);

/* github-refusal.c */
GError *github_explain (const IssuerContext *context, const ExchangeAnswer *answer,
                        IssuerRefusal *refusal);
GError *github_explain_call (const ExchangeAnswer *answer);
bool github_is_session_over (const ExchangeAnswer *answer);

/* github-typed.c: the issuer's `mend` and `guide`. */
char *github_mend (const char *setting, const char *value, GError **error);
char *github_guide (const char *login_url, const char *username, const char *certificate);
