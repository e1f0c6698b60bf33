/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* A server certificate for 127.0.0.1, ::1 and localhost, with its key, signed by an authority that
 * is made for it and forgotten; good for a day. CA_PEM receives the authority's certificate; the
 * caller owns both. */
GTlsCertificate *authority_make_certificate (char **ca_pem, GError **error);
