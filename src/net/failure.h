/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What went wrong on the way to a server, in words that tell what to do. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

/* An error of ours (network, protocol) for the cause that GLib, GnuTLS or libsoup gave. PLACE is
 * "host:port"; CERTIFICATE: what is wrong with the certificate that was shown, 0 if none was. */
GError *failure_explain (const GError *cause, const char *place, GTlsCertificateFlags certificate);

/* What CAUSE says, fit for a message: one clean line, without a full stop. The caller owns it. */
char *failure_reason (const GError *cause);

/* Whether no connection came about, so that the request has not been seen by anyone. */
bool failure_is_connect (const GError *cause);

GError *failure_late (const char *place, int seconds);
/* The answer had begun. */
GError *failure_silent (const char *place, int seconds);
GError *failure_cut (const char *place);
GError *failure_too_long (const char *place);
GError *failure_interim (const char *place);
GError *failure_outdated (const char *place);
/* The proxy answered in the server's place. */
GError *failure_proxy (const char *place, unsigned status);
/* LOCATION is the server's own text; NULL if it gave none. */
GError *failure_redirect (const char *place, unsigned status, const char *location);
