/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a server's certificate may be signed by. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#define TRUST_MAX_FILE (4 * 1024 * 1024) /* bytes; the system's whole store has 0.2 million */

/* Whom to believe: CA_FILE (PEM, a regular file that not everybody may write; NULL: none), and
 * besides it the system's store, which is read only when a certificate needs it. It also becomes
 * what connections without a database of their own go by, so that nobody reads the system's store
 * for nothing. The caller owns it. Error: config, naming the file. */
GTlsDatabase *trust_new (const char *ca_file, GError **error);

/* Whether the system's store alone believes what a server showed. */
bool trust_has_system_authority (GTlsCertificate *chain, GSocketConnectable *identity);

/* See exchange_prepare. */
GThread *trust_warm_up (const char *ca_file);
