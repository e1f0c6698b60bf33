/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a credential may be taken: the issuer's answer names its own API (Salesforce's
 * `instance_url`), and is believed only as far as the profile goes. */
#pragma once

#include "credential.h"
#include "profile.h"

/* A credential of PROFILE may be sent there: some pattern of `serve` matches, or it is the host
 * that issued it (issuer_place), which has it already. */
bool instance_may_reach (const Profile *profile, const Url *url);

/* Whether the issuer is apart from what its tokens are for (see Issuer), so that a profile may have
 * no base. */
bool instance_is_served (const Profile *profile);

/* Where relative paths start: the instance that the issuer named; else the one place that `serve`
 * names, or for other issuers issuer_place; no slash at its end. The caller owns it. Error: config,
 * where the profile does not serve that place; protocol, where it is no URL. */
Url *instance_base (const Profile *profile, const Credential *credential, GError **error);

/* PATH below `login-url`, for what is asked before there is a credential. The caller owns it.
 * Errors: as of url_parse. */
Url *instance_login_endpoint (const Profile *profile, const char *path, GError **error);

/* Error: config, saying what to add to `serve`. */
bool instance_check (const Profile *profile, const Url *url, GError **error);

/* Each place that CREDENTIAL's details name for a tool to take it to: before they are handed out
 * with it. Errors: as of instance_check; protocol, where one is no URL. */
bool instance_check_details (const Profile *profile, const Credential *credential, GError **error);
