/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libsecret's view of the service, but for its prompts: one is shown only where somebody may be
 * asked, and one that is dismissed is an error. */
#pragma once

#include "keyring.h"

#include <libsecret/secret.h>

#define KEYRING_TYPE_SERVICE (keyring_service_get_type ())
G_DECLARE_FINAL_TYPE (KeyringService, keyring_service, KEYRING, SERVICE, SecretService)

/* By whose leave prompts are shown from now on; none before. OPTIONS must outlive the service. */
void keyring_service_set_options (KeyringService *service, const KeyringOptions *options);
