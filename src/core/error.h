/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one error domain, its exit codes, and the one place that prints a failure. */
#pragma once

#include <glib.h>

#define AVOUCH_ERROR (avouch_error_quark ())

typedef enum {
  AVOUCH_ERROR_INTERNAL,   /* exit 1: a fault of ours or of the machine */
  AVOUCH_ERROR_PROTOCOL,   /* exit 1: a tool or a server broke its protocol */
  AVOUCH_ERROR_UNSERVED,   /* exit 1: no profile serves this request; a helper then stays silent */
  AVOUCH_ERROR_USAGE,      /* exit 2 */
  AVOUCH_ERROR_CONFIG,     /* exit 3 */
  AVOUCH_ERROR_KEY,        /* exit 4 */
  AVOUCH_ERROR_PASSPHRASE, /* exit 4 */
  AVOUCH_ERROR_NETWORK,    /* exit 5 */
  AVOUCH_ERROR_REFUSED,    /* exit 6: the issuer said no */
  AVOUCH_ERROR_UNRUNNABLE, /* exit 126: the command to run cannot be executed; as env(1) */
  AVOUCH_ERROR_MISSING,    /* exit 127: the command to run is not there; as env(1) */
} AvouchError;

GQuark avouch_error_quark (void);

/* Adds what to do next: a second line of the message, printed as "hint: …". An error carries one
 * hint at most; a later one replaces the earlier. */
void error_add_hint (GError *error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The message without its hint (the caller owns the copy), and the hint or NULL (borrowed from the
 * error). */
char *error_message (const GError *error);
const char *error_hint (const GError *error);

/* Puts "PREFIX: " before the message; NULL and "" add nothing. */
void error_add_prefix (GError *error, const char *prefix);

/* The exit code that a program ends with for this error. A foreign domain counts as
 * internal. */
int error_exit_code (const GError *error);

/* Prints "avouch: MESSAGE" and, where there is one, "hint: …" to stderr. */
void error_report (const GError *error);
