/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A TLS handshake for its own sake. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/* Start from { 0 }. */
typedef struct {
  GTlsCertificate *chain;     /* what the server showed */
  GTlsCertificateFlags wrong; /* what is wrong with it */
  const char *version;        /* "TLS 1.3" */
  bool by_system;             /* the system's store trusts it, not CA_FILE alone */
} Handshake;

void handshake_clear (Handshake *handshake);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Handshake, handshake_clear)

/* By the rules of an exchange (exchange.h): the same trust, TLS 1.2 or later. Errors: GIO's, for
 * failure_explain; config (CA_FILE), network (too old a TLS). WRONG and CHAIN are set as far as it
 * came. */
bool handshake_make (Handshake *handshake, GSocketConnection *connection, const char *host,
                     uint16_t port, const char *ca_file, GCancellable *cancellable, GError **error);

/* The day on which the server's certificate expires; who signed it, cleaned. The caller owns them.
 */
char *handshake_expiry (const Handshake *handshake);
char *handshake_authority (const Handshake *handshake);
