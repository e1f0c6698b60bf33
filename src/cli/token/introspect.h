/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `avouch token --introspect` */
#pragma once

#include "command.h"
#include "credential.h"
#include "profile.h"
#include "request.h"

/* Asks the issuer what it knows of the token, and prints that: never the token. What is cached is
 * corrected by it: a token that ends earlier than believed, or has ended. Errors: usage (the issuer
 * does not offer this), and every other kind. */
bool introspect_token (const Invocation *call, const Profile *profile, const Request *request,
                       const Credential *credential, bool json, GError **error);
