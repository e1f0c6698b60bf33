/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a server's certificate may be signed by. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

#define TRUST_MAX_FILE (4 * 1024 * 1024) /* bytes; the system's whole store has 0.2 million */

/* Makes CA_FILE (PEM, a regular file that not everybody may write; NULL: none) and, besides it, the
 * system's store the trust of every TLS connection that this process opens from now on. The
 * system's store is read only when a certificate needs it. Error: config, naming the file. */
bool trust_install (const char *ca_file, GError **error);

/* See exchange_prepare. */
GThread *trust_warm_up (const char *ca_file);
