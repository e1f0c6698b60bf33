/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* URLs by our own strict rules: what has two readings is refused, not guessed. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Normalised: scheme and host in lower case, no trailing dot, port always set (the scheme's default
 * where none was given), path begins with '/' or is "" and is otherwise as written. */
typedef struct {
  char *scheme; /* "https" or "http" */
  char *host;   /* a DNS name, an IPv4 address, or an IPv6 address in brackets */
  uint16_t port;
  char *path;  /* without query; "" where none was given */
  char *query; /* NULL where none was given; without the '?' */
} Url;

#define URL_MAX_LENGTH 8192
#define URL_MAX_HOST   253

/* An absolute http or https URL. Refused (AVOUCH_ERROR_PROTOCOL, message without the URL's secret
 * parts): user information, a fragment, a backslash, control and non-ASCII characters, an empty
 * host, an odd port, a dot segment or an encoded slash, backslash, dot or NUL in the path; http to
 * anything but a loopback address. */
Url *url_parse (const char *text, GError **error);

/* The same from parts, as git gives them: HOST may carry ":port"; PATH may be NULL and may lack
 * its leading slash. git decodes a path first, so spaces and UTF-8 are taken and encoded again. */
Url *url_from_parts (const char *scheme, const char *host, const char *path, GError **error);

void url_free (Url *url);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Url, url_free)

/* "scheme://host[:port][/path][?query]", the port only if it is not the scheme's default. */
char *url_to_string (const Url *url);
/* "scheme://host[:port]" */
char *url_origin (const Url *url);
bool url_is_loopback (const Url *url);
uint16_t url_default_port (const char *scheme);
